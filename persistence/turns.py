"""Fair queueing for database connections and for searches: a request holds three connections at most, sessions take turns.

Without it, a full pool serves in the order of arrival, and the waiting requests of one session delay all others.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from domain.errors import RateLimited, Unavailable
from domain.turns import CONNECTIONS_EACH, Turns, share
from persistence.engine import POOL_SECONDS

SEARCH_SECONDS = 10.0
"""How long a search waits for earlier searches of its session."""


class ConnectionTurns:
    """The turns of one store. A pool is identified by its engine and has `pool_size` connections.

    One session gets at most half of a pool. At most half as many searches run as a pool has connections.
    """

    def __init__(self, pool_size: int) -> None:
        self._half = max(1, pool_size // 2)
        self._pools: defaultdict[Hashable, Turns] = defaultdict(
            lambda: Turns(min(pool_size, max(CONNECTIONS_EACH, self._half)), pool_size, POOL_SECONDS, Unavailable)
        )
        self._searches = Turns(1, self._half, SEARCH_SECONDS, lambda: RateLimited(1, "Wait for your other searches"))
        self._holding: set[asyncio.Task[Any] | None] = set()

    @property
    def waiting(self) -> int:
        """How many units of work wait for a connection."""
        return sum(turns.waiting for turns in self._pools.values())

    def search(self, searcher: UUID) -> Any:
        """Hold the one search that a session may run at a time. Raises RateLimited."""
        return self._searches.turn(searcher)

    @asynccontextmanager
    async def connection(self, pool: Hashable) -> AsyncIterator[None]:
        """Hold one connection of a pool. Raises Unavailable.

        A unit of work inside another one does not wait: it would wait for itself.
        """
        task, own = asyncio.current_task(), share.get()
        if task in self._holding:
            yield
            return
        self._holding.add(task)
        try:
            if own is None:
                async with self._pools[pool].turn(None):
                    yield
            else:
                async with own.connections, self._pools[pool].turn(own.key):
                    yield
        finally:
            self._holding.discard(task)
