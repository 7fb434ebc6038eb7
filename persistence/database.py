"""Connections to PostgreSQL: one pool for the primary, one for each replica."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool

from domain.jitter import JITTER
from persistence.engine import DEFAULT_LIMITS, StatementLimits, create_engine, database_labels
from persistence.errors import translated
from persistence.spares import Spares
from persistence.statements import SlowStatement, observe_statements

REST_SECONDS = 5.0


class Database:
    """Engines over asyncpg. URLs are plain `postgresql://`; `pool_size` connections each.

    With `pooled` the addresses are those of poolers in transaction mode.

    `primary` is for transactions; `primary_reading`, over the same pool, and the replicas run on autocommit. A replica
    that did not answer is not used for a while.
    """

    def __init__(
        self,
        url: str,
        replicas: Sequence[str] = (),
        pool_size: int = 10,
        limits: StatementLimits = DEFAULT_LIMITS,
        *,
        pooled: bool = False,
    ) -> None:
        self.dsn, self.pool_size = url, pool_size
        self.primary = create_engine(url, pool_size, limits, pooled=pooled)
        self.primary_reading = _autocommit(self.primary)
        self.replicas = [_autocommit(create_engine(u, pool_size, limits, pooled=pooled)) for u in replicas]
        self.spares = Spares(self.primary.sync_engine.pool, pool_size)
        """Connections of the primary's pool, for reads that are sent directly."""
        self._resting: dict[AsyncEngine, float] = {}
        self._labels = {r: database_labels("replica", u) for r, u in zip(self.replicas, replicas, strict=True)}
        self._primary_labels = database_labels("primary", url)
        self._timed: list[Callable[[str, float], None]] = []
        self._slow: list[tuple[float, Callable[[SlowStatement], None]]] = []
        self.fallbacks = 0
        """How many reads that a replica could have answered the primary has answered."""

    def observe(self, report: Callable[[str, float], None]) -> None:
        """Call `report` after each statement that succeeds with `primary` or `replica` and its seconds."""
        self._listen()
        self._timed.append(report)

    def observe_slow(self, over: float, report: Callable[[SlowStatement], None]) -> None:
        """Call `report` with each statement that takes longer than `over` seconds, also if it fails."""
        self._listen()
        self._slow.append((over, report))

    def _listen(self) -> None:
        """Have statements reported, once somebody observes them."""
        if not self._timed and not self._slow:
            for engine in (self.primary, *self.replicas):
                observe_statements(engine, partial(self.executed, engine))

    def executed(
        self, engine: AsyncEngine, sql: str, parameters: Sequence[Any], seconds: float, *, failed: bool
    ) -> None:
        """Tell those who observe statements of one; SQLAlchemy tells of its own."""
        if not failed:
            role = "primary" if engine is self.primary else "replica"
            for timed in self._timed:
                timed(role, seconds)
        for over, slow in self._slow:
            if seconds > over:
                slow(SlowStatement(engine, sql, parameters, seconds, failed))

    def engine_of(self, connection: AsyncConnection) -> AsyncEngine:
        """The engine of a connection, by which its statements are reported and its server is named."""
        return self.primary if connection.engine is self.primary_reading else connection.engine

    def reading(self, engine: AsyncEngine) -> AsyncEngine:
        """The engine that reads from the same database, outside of transactions."""
        return self.primary_reading if engine is self.primary else engine

    @property
    def resting(self) -> int:
        """How many replicas are not used for now, because they did not answer."""
        return sum(until > time.monotonic() for until in self._resting.values())

    def connections(self) -> dict[str, int]:
        """How many connections of the pools are in use, by `primary` and `replica`."""
        used = [engine.sync_engine.pool for engine in (self.primary, *self.replicas)]
        first, *others = [pool.checkedout() if isinstance(pool, QueuePool) else 0 for pool in used]
        return {"primary": first - len(self.spares), "replica": sum(others)}

    def labels(self, engine: AsyncEngine) -> Mapping[str, str]:
        """Which database an engine connects to, for logs."""
        return self._labels.get(engine, self._primary_labels)

    def replica(self) -> AsyncEngine | None:
        """One of the replicas, or None if none may be used."""
        now = time.monotonic()
        awake = [r for r in self.replicas if self._resting.get(r, 0.0) <= now]
        return JITTER.choice(awake) if awake else None

    def rest(self, replica: AsyncEngine) -> None:
        """Do not use a replica for REST_SECONDS."""
        self._resting[replica] = time.monotonic() + REST_SECONDS

    async def ping(self) -> None:
        """Ask the primary for one row. Raises Unavailable."""
        with translated(self._primary_labels):
            async with asyncio.timeout(1.0), self.primary.connect() as connection:
                await connection.execute(text("select 1"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        self.spares.close()
        for engine in (self.primary, *self.replicas):
            await engine.dispose()


def _autocommit(engine: AsyncEngine) -> AsyncEngine:
    """The engine without BEGIN and ROLLBACK; set once here, because setting it for each connection is expensive."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")
