"""Fair queueing for database connections and for searches: a request holds three connections at most, sessions take turns.

Without it, a full pool serves in the order of arrival, and the waiting requests of one session delay all others.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Hashable, Mapping
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any, Self
from uuid import UUID

from domain.errors import RateLimited, Unavailable
from domain.turns import CONNECTIONS_EACH, Turns, share
from persistence.database import Database
from persistence.engine import POOL_SECONDS
from persistence.spares import Spares

SEARCH_SECONDS = 10.0
"""How long a search waits for earlier searches of its session."""
NO_SPARES: Mapping[Hashable, Spares] = MappingProxyType({})


class ConnectionTurns:
    """The turns of one store. A pool is identified by its engine and has `pool_size` connections.

    `spares` are told of each connection of their pool that is held.

    One session gets at most half of a pool. At most half as many searches run as a pool has connections.
    """

    def __init__(self, pool_size: int, spares: Mapping[Hashable, Spares] = NO_SPARES) -> None:
        self._half = max(1, pool_size // 2)
        self._pools: defaultdict[Hashable, Turns] = defaultdict(
            lambda: Turns(min(pool_size, max(CONNECTIONS_EACH, self._half)), pool_size, POOL_SECONDS, Unavailable)
        )
        self._searches = Turns(1, self._half, SEARCH_SECONDS, lambda: RateLimited(1, "Wait for your other searches"))
        self._spares = spares
        self._holding: set[asyncio.Task[Any] | None] = set()

    @classmethod
    def of(cls, database: Database) -> Self:
        """The turns of a database's pools."""
        return cls(database.pool_size, {database.primary: database.spares})

    @property
    def waiting(self) -> int:
        """How many units of work wait for a connection."""
        return sum(turns.waiting for turns in self._pools.values())

    def search(self, searcher: UUID) -> Any:
        """Hold the one search that a session may run at a time. Raises RateLimited."""
        return self._searches.turn(searcher)

    def connection(self, pool: Hashable) -> AbstractAsyncContextManager[None]:
        """Hold one connection of a pool. Raises Unavailable.

        A unit of work inside another one does not wait: it would wait for itself.
        """
        return _Hold(self._pools[pool], self._spares.get(pool), self._holding)


class _Hold:
    """One connection; a class, because generators as context managers cost more than the turn itself."""

    __slots__ = ("_holding", "_nested", "_own", "_spares", "_task", "_turns")

    def __init__(self, turns: Turns, spares: Spares | None, holding: set[asyncio.Task[Any] | None]) -> None:
        self._turns, self._spares, self._holding = turns, spares, holding

    async def __aenter__(self) -> None:
        self._task, self._own = asyncio.current_task(), share.get()
        self._nested = self._task in self._holding
        if not self._nested:
            await self._wait()
        if self._spares is not None:
            self._spares.begin()

    async def _wait(self) -> None:
        own, key = self._own, None if self._own is None else self._own.key
        self._holding.add(self._task)
        try:
            if own is not None:
                await own.connections.acquire()
            try:
                if not self._turns.try_begin(key):
                    await self._turns.wait(key)
            except BaseException:
                if own is not None:
                    own.connections.release()
                raise
        except BaseException:
            self._holding.discard(self._task)
            raise

    async def __aexit__(self, *_: object) -> None:
        if self._spares is not None:
            self._spares.end()
        if self._nested:
            return
        self._turns.end(None if self._own is None else self._own.key)
        if self._own is not None:
            self._own.connections.release()
        self._holding.discard(self._task)
