"""Connections to PostgreSQL: one pool for the primary, one for each replica."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Any, Self, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from persistence.errors import translated

READ_SECONDS = 2.0
"""How long one statement of a serving process may read."""
CONNECT_SECONDS, POOL_SECONDS, COMMAND_SECONDS = 5.0, 5.0, 30.0
REST_SECONDS = 5.0
RANDOM_PAGE_COST = "1.1"
"""The indexes are in memory or on an SSD. With PostgreSQL's 4, made for spinning disks, it reads 100,000 users from end to
end and sorts them where an index has the first twenty."""


class Database:
    """Engines over asyncpg. URLs are plain `postgresql://`; `pool_size` connections each.

    With `read_seconds` the server ends a reading statement that takes longer, which raises Unavailable.

    `primary` is for transactions; `primary_reading`, over the same pool, and the replicas run on autocommit. A replica
    that did not answer is not used for a while.
    """

    def __init__(
        self, url: str, replicas: Sequence[str] = (), pool_size: int = 10, read_seconds: float | None = None
    ) -> None:
        self.dsn, self.pool_size = url, pool_size
        self.primary = _engine(url, pool_size, read_seconds)
        self.primary_reading = _autocommit(self.primary)
        self.replicas = [_autocommit(_engine(u, pool_size, read_seconds)) for u in replicas]
        self._resting: dict[AsyncEngine, float] = {}

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
        with translated():
            async with asyncio.timeout(1.0), self.primary.connect() as connection:
                await connection.execute(text("select 1"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        for engine in (self.primary, *self.replicas):
            await engine.dispose()


class LongerTransactions(asyncpg.Connection):
    """A connection whose transactions have a longer `statement_timeout`, set with BEGIN in the same round trip.

    Readers run outside of transactions and writers inside, on connections of one pool. A write that waits for a lock,
    an import or pruning may take longer than a read: as long as `command_timeout` lets it, which the server need not be
    told by a process that has stopped.
    """

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109 - asyncpg's
        """As asyncpg's, which begins its transactions through this method."""
        if query.startswith("BEGIN"):
            query += f" SET LOCAL statement_timeout = {COMMAND_SECONDS * 1000:.0f};"
        return str(await super().execute(query, *args, timeout=timeout))


def engine_url(dsn: str) -> str:
    """A PostgreSQL address for SQLAlchemy over asyncpg, which calls libpq's `sslmode` `ssl`."""
    parts = urlsplit(dsn)
    query = urlencode([("ssl" if key == "sslmode" else key, value) for key, value in parse_qsl(parts.query)])
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg", query=query))


def _engine(url: str, pool_size: int, read_seconds: float | None) -> AsyncEngine:
    engine = create_async_engine(
        engine_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,
        hide_parameters=True,  # an unexpected error is logged, and its parameters are people's data
        connect_args={
            "connection_class": LongerTransactions,
            "timeout": CONNECT_SECONDS,
            "command_timeout": COMMAND_SECONDS,
            "server_settings": {
                "application_name": "rollcall",
                "timezone": "UTC",
                "jit": "off",
                "random_page_cost": RANDOM_PAGE_COST,
                "max_parallel_workers_per_gather": "0",  # every statement is short, and workers would cost more than it
                "idle_in_transaction_session_timeout": "60000",
                **({} if read_seconds is None else {"statement_timeout": str(int(read_seconds * 1000))}),
            },
        },
    )
    event.listen(engine.sync_engine, "checkout", _alive)
    return engine


def _autocommit(engine: AsyncEngine) -> AsyncEngine:
    """The engine without BEGIN and ROLLBACK; set once here, because setting it for each connection is expensive."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _alive(connection: Any, *_: object) -> None:
    """Replace a connection that the server has closed while it was idle, without a round trip."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


TLS_FAULTS: tuple[tuple[type[Exception], str, str], ...] = (
    (ssl.SSLCertVerificationError, "", "its certificate is not one that sslmode accepts"),
    (ssl.SSLError, "", "its TLS handshake fails"),
    (ConnectionError, "rejected SSL upgrade", "its server does not offer TLS, which sslmode demands"),
    (asyncpg.InvalidAuthorizationSpecificationError, "no encryption", "its server demands TLS: set sslmode=require"),
    (asyncpg.InvalidAuthorizationSpecificationError, "SSL off", "its server demands TLS: set sslmode=require"),
    (asyncpg.ClientConfigurationError, "root certificate", "the root certificate that its sslmode needs is missing"),
    (asyncpg.ClientConfigurationError, "", "its sslmode cannot be used"),
)
"""Failures of TLS by type and a part of asyncpg's or the server's message; they come before the others."""
FAULTS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((socket.gaierror,), "its host is not known"),
    ((OSError, TimeoutError), "its server cannot be reached"),
    (
        (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError),
        "its server refuses this user or password",
    ),
    ((asyncpg.InvalidCatalogNameError,), "its server has no database of this name"),
    ((asyncpg.PostgresError, asyncpg.InterfaceError), "its server lets nobody in"),
)
"""What a failure to connect means for the operator; the first entry that matches."""


HAS_REVISION = "select to_regclass('alembic_version') is not null"
REVISION = "select max(version_num) from alembic_version"
"""Alembic's own table; because our history is linear, it has at most one row."""


def cause_of(error: Exception) -> str:
    """What a failure to connect means for the operator."""
    tls = (words for kind, part, words in TLS_FAULTS if isinstance(error, kind) and part in str(error))
    return next(tls, None) or next(words for kinds, words in FAULTS if isinstance(error, kinds))


async def fault_of(url: str) -> str | None:
    """Why connecting to a database fails, without repeating its address; None if it works."""
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except tuple(kind for kinds, _ in FAULTS for kind in kinds) as error:
        return f"{cause_of(error)} ({type(error).__name__})"
    await connection.close()
    return None


async def revision_of(url: str) -> str | None:
    """The schema revision of a reachable database; None if it was never migrated."""
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        if not await connection.fetchval(HAS_REVISION):
            return None
        return cast(str | None, await connection.fetchval(REVISION))
    finally:
        await connection.close()


async def count_values(url: str, columns: Sequence[tuple[str, str | None]]) -> list[int]:
    """How many rows each table has, or values each column; 0 if there is no such table or column."""
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        return [await _count(connection, table, column) for table, column in columns]
    finally:
        await connection.close()


async def _count(connection: asyncpg.Connection, table: str, column: str | None) -> int:
    counted = "*" if column is None else f'"{column}"'
    try:
        return cast(int, await connection.fetchval(f'select count({counted}) from "{table}"'))  # noqa: S608
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
        return 0
