"""Connections to PostgreSQL: one pool for the primary, one for each replica."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from persistence.errors import translated
from persistence.statements import SlowStatement, observe_slow, time_statements

DIALECT = "postgresql+asyncpg://"
"""The addresses are read by asyncpg, so that every connection understands them in the same way."""
CONNECT_SECONDS, POOL_SECONDS = 5.0, 5.0
REST_SECONDS = 5.0
RANDOM_PAGE_COST = "1.1"
"""The indexes are in memory or on an SSD. With PostgreSQL's 4, made for spinning disks, it reads 100,000 users from end to
end and sorts them where an index has the first twenty."""


@dataclass(frozen=True, slots=True)
class StatementLimits:
    """How many seconds a statement may take, before the server ends it and Unavailable is raised.

    Reads outside of a transaction are not limited if `read` is None; `write` is the limit of a statement inside one, and
    `lock` that of its waiting for another transaction.
    """

    read: float | None = None
    write: float = 30.0
    lock: float = 10.0


class Database:
    """Engines over asyncpg. URLs are plain `postgresql://`; `pool_size` connections each.

    `primary` is for transactions; `primary_reading`, over the same pool, and the replicas run on autocommit. A replica
    that did not answer is not used for a while.
    """

    def __init__(
        self,
        url: str,
        replicas: Sequence[str] = (),
        pool_size: int = 10,
        limits: StatementLimits = StatementLimits(),
    ) -> None:
        self.dsn, self.pool_size = url, pool_size
        self.primary = _engine(url, pool_size, limits)
        self.primary_reading = _autocommit(self.primary)
        self.replicas = [_autocommit(_engine(u, pool_size, limits)) for u in replicas]
        self._resting: dict[AsyncEngine, float] = {}
        self._labels = {r: database_labels("replica", u) for r, u in zip(self.replicas, replicas, strict=True)}
        self._primary_labels = database_labels("primary", url)
        self.fallbacks = 0
        """How many reads that a replica could have answered the primary has answered."""

    def observe(self, report: Callable[[str, float], None]) -> None:
        """Call `report` after each statement with `primary` or `replica` and its seconds."""
        time_statements(self.primary, partial(report, "primary"))
        for replica in self.replicas:
            time_statements(replica, partial(report, "replica"))

    def observe_slow(self, over: float, report: Callable[[SlowStatement], None]) -> None:
        """Call `report` with each statement that takes longer than `over` seconds."""
        for engine in (self.primary, *self.replicas):
            observe_slow(engine, over, report)

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
        return {"primary": first, "replica": sum(others)}

    def labels(self, engine: AsyncEngine) -> Mapping[str, str]:
        """Which database an engine connects to, for logs."""
        return self._labels.get(engine, self._primary_labels)

    def replica(self) -> AsyncEngine | None:
        """One of the replicas, or None if none may be used."""
        now = time.monotonic()
        awake = [r for r in self.replicas if self._resting.get(r, 0.0) <= now]
        return random.choice(awake) if awake else None  # noqa: S311 - spreads load

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
        for engine in (self.primary, *self.replicas):
            await engine.dispose()


class LongerTransactions(asyncpg.Connection):
    """A connection whose transactions have limits of their own, set with BEGIN in the same round trip.

    Readers run outside of transactions and writers inside, on connections of one pool. A write that waits for a lock,
    an import or pruning may take longer than a read: up to `command_timeout`. The server ends it then too, for a process that
    has stopped does not.
    """

    at_begin = ""
    """The statements that follow BEGIN."""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109 - asyncpg's
        """As asyncpg's, which begins its transactions through this method."""
        if query.startswith("BEGIN"):
            query += self.at_begin
        return str(await super().execute(query, *args, timeout=timeout))


def server_address(dsn: str) -> str:
    """The host and port of a PostgreSQL address, for logs: nothing else of it is shown."""
    parts = urlsplit(dsn)
    options = dict(parse_qsl(parts.query))
    host = parts.hostname or options.get("host", "")
    return f"[{host}]:{parts.port or 5432}" if ":" in host else f"{host}:{parts.port or options.get('port', 5432)}"


def database_labels(role: str, dsn: str) -> Mapping[str, str]:
    """What logs say of a database; nothing else of its address is shown."""
    return {"database": role, "server": server_address(dsn)}


def _engine(url: str, pool_size: int, limits: StatementLimits) -> AsyncEngine:
    engine = create_async_engine(
        DIALECT,
        async_creator=_connecting(url, limits),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,
        hide_parameters=True,  # an unexpected error is logged, and its parameters are people's data
    )
    event.listen(engine.sync_engine, "checkout", _alive)
    return engine


def _connecting(url: str, limits: StatementLimits) -> Callable[[], Awaitable[Any]]:
    settings = {
        "application_name": "rollcall",
        "timezone": "UTC",
        "jit": "off",
        "random_page_cost": RANDOM_PAGE_COST,
        "max_parallel_workers_per_gather": "0",  # every statement is short, and workers would cost more than it
        "idle_in_transaction_session_timeout": "60000",
        **({} if limits.read is None else {"statement_timeout": _milliseconds(limits.read)}),
    }
    return partial(
        asyncpg.connect,
        url,
        connection_class=_with_limits(limits),
        timeout=CONNECT_SECONDS,
        command_timeout=limits.write,
        server_settings=settings,
    )


def _with_limits(limits: StatementLimits) -> type[LongerTransactions]:
    named = {"statement_timeout": limits.write, "lock_timeout": limits.lock}
    words = "".join(f" SET LOCAL {name} = {_milliseconds(seconds)};" for name, seconds in named.items())
    return type("Connection", (LongerTransactions,), {"at_begin": words})


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


def _autocommit(engine: AsyncEngine) -> AsyncEngine:
    """The engine without BEGIN and ROLLBACK; set once here, because setting it for each connection is expensive."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _alive(connection: Any, *_: object) -> None:
    """Replace a connection that the server has closed while it was idle, without a round trip."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
