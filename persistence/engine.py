"""How this process connects to a PostgreSQL server, directly or through a pooler in transaction mode.

A pooler may give every transaction another connection of the server, and every statement outside of one. So what a
connection would keep is not used through it: statements are not prepared for later (asyncpg sends the parts of an unnamed
one together), and settings are only those that PgBouncer itself sends along. The others it has to set (`connect_query`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from persistence.hosts import Hosts, server_address

DIALECT = "postgresql+asyncpg://"
"""The addresses are read by asyncpg, so that every connection understands them in the same way."""
POOL_SECONDS = 5.0
RANDOM_PAGE_COST = "1.1"
"""The indexes are in memory or on an SSD. With PostgreSQL's 4, made for spinning disks, it reads 100,000 users from end to
end and sorts them where an index has the first twenty."""
FORWARDED = {"application_name": "rollcall", "timezone": "UTC"}
"""Settings that a pooler sends along with every client's transaction."""


@dataclass(frozen=True, slots=True)
class StatementLimits:
    """How many seconds a statement may take, before the server ends it and Unavailable is raised.

    Reads outside of a transaction are not limited if `read` is None; `write` is the limit of a statement inside one, and
    `lock` that of its waiting for another transaction.
    """

    read: float | None = None
    write: float = 30.0
    lock: float = 10.0


DEFAULT_LIMITS = StatementLimits()


class LongerTransactions(asyncpg.Connection):
    """A connection whose transactions have limits of their own, set with BEGIN in the same round trip.

    Readers run outside of transactions and writers inside, on connections of one pool. A write that waits for a lock,
    an import or pruning may take longer than a read: up to `command_timeout`. The server ends it then too, because a
    process that has stopped does not.
    """

    at_begin = ""
    """The statements that follow BEGIN."""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109 - asyncpg's
        """As asyncpg's, which begins its transactions through this method."""
        if query.startswith("BEGIN"):
            query += self.at_begin
        return str(await super().execute(query, *args, timeout=timeout))


def session_settings(limits: StatementLimits) -> dict[str, str]:
    """What every connection of a pool is set to, with the server's own spelling of the values."""
    return {
        "jit": "off",
        "random_page_cost": RANDOM_PAGE_COST,
        "max_parallel_workers_per_gather": "0",  # every statement is short, and workers would cost more than it
        "idle_in_transaction_session_timeout": "60000",
        **({} if limits.read is None else {"statement_timeout": _milliseconds(limits.read)}),
    }


def create_engine(url: str, pool_size: int, limits: StatementLimits, *, pooled: bool) -> AsyncEngine:
    """An engine with at most `pool_size` connections; `pooled` says that the address is a pooler's."""

    def connect() -> Any:
        cached = {"prepared_statement_cache_size": 0} if pooled else {}
        return engine.sync_engine.dialect.dbapi.connect(async_creator_fn=connecting, **cached)  # type: ignore[union-attr]

    connecting = _connecting(url, limits, pooled=pooled)
    engine = create_async_engine(
        DIALECT,
        creator=connect,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,
        hide_parameters=True,  # an unexpected error is logged, and its parameters are people's data
    )
    event.listen(engine.sync_engine, "checkout", _alive)
    return engine


def database_labels(role: str, dsn: str) -> Mapping[str, str]:
    """What logs say of a database; nothing else of its address is shown."""
    return {"database": role, "server": server_address(dsn)}


def _connecting(url: str, limits: StatementLimits, *, pooled: bool) -> Callable[[], Awaitable[Any]]:
    return partial(
        Hosts(url).connect,
        connection_class=_with_limits(limits),
        command_timeout=limits.write,
        server_settings=FORWARDED if pooled else FORWARDED | session_settings(limits),
        **({"statement_cache_size": 0} if pooled else {}),
    )


def _with_limits(limits: StatementLimits) -> type[LongerTransactions]:
    named = {"statement_timeout": limits.write, "lock_timeout": limits.lock}
    words = "".join(f" SET LOCAL {name} = {_milliseconds(seconds)};" for name, seconds in named.items())
    return type("Connection", (LongerTransactions,), {"at_begin": words})


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


def _alive(connection: Any, *_: object) -> None:
    """Replace a connection that the server has closed while it was idle, without a round trip."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
