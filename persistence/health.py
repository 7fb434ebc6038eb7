"""Health checks that test whether PostgreSQL and Redis do what Rollcall needs, and report what does not work.

Every check returns None, or words for an operator that repeat nothing of an address or of a server's own message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from redis import exceptions as redis_errors
from sqlalchemy import Column, Table, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.errors import Unavailable
from persistence.database import Database
from persistence.errors import sqlstate
from persistence.log.backlog import events_behind
from persistence.log.table import log_state
from persistence.preflight import REVISION
from persistence.redis.servers import RedisServers
from persistence.tables import metadata

SECONDS = 0.8
"""Less than the limit for all checks together (api/http/health.py), so that a check that hangs can be identified."""

LAG_EVENTS = 1_000
"""A replica that is further behind answers hardly any query. Under load, a healthy one is some events behind."""
RELAY_SECONDS = 10
"""How long committed events may wait for their sequence numbers."""

STATES = {
    "25006": "the database is read-only",
    "42P01": "a table is missing",
    "42703": "a column is missing",
    "42501": "the database's role may not do this",
    "53100": "the database's disk is full",
    "53200": "the database has no memory left",
    "53300": "the database takes no more connections",
    "53400": "the database has reached a limit of its configuration",
}
"""By SQLSTATE (PostgreSQL manual, appendix A)."""
REDIS_FAULTS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (redis_errors.NoPermissionError, "its user may not do this (ACL)"),
    (redis_errors.AuthenticationError, "it refuses this user or password"),
    (redis_errors.OutOfMemoryError, "its memory is full"),
    (redis_errors.ReadOnlyError, "it is a replica and read-only"),
    (redis_errors.MovedError, "it is a node of a Cluster: REDIS_URL must begin with redis+cluster://"),
    (redis_errors.ClusterDownError, "it is a node of a Cluster: REDIS_URL must begin with redis+cluster://"),
    ((redis_errors.ConnectionError, redis_errors.TimeoutError, OSError), "it cannot be reached"),
    (redis_errors.RedisError, "it cannot be used"),
)
"""The first that fits."""


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _written(table: Table) -> str:
    """The columns that may be given a value."""
    return ", ".join(f'"{column.name}"' for column in table.columns if _may_be_given(column))


def _may_be_given(column: Column[Any]) -> bool:
    return column.computed is None and column.identity is None


def _reads() -> str:
    return " union all ".join(f'select 1 from (select {_columns(t)} from "{t.name}" where false) t' for t in TABLES)  # noqa: S608


def _writes() -> str:
    steps = []
    for number, table in enumerate(TABLES):
        name, key = table.name, next(c.name for c in (*table.primary_key, *table.columns) if _may_be_given(c))
        given = _written(table)
        steps.append(f'i{number} as (insert into "{name}" ({given}) select {given} from "{name}" where false)')  # noqa: S608
        steps.append(f'u{number} as (update "{name}" set "{key}" = "{key}" where false)')  # noqa: S608
    return f"with {', '.join(steps)} select 1"


TABLES = metadata.sorted_tables
READS = text(_reads())
"""Names every column, is planned and checked for permissions, but scans nothing."""
WRITES = text(_writes())
"""Fails whenever a real write would, but touches no row: no lock, no dead row, no sequence number."""
SPILL = text("select count(distinct repeat('x', 1024) || n) from generate_series(1, 256) n")
"""Sorts 256 KiB in 64 KiB of memory, so that it needs new blocks of the disk; the file goes with the statement."""
DURABLE = text("select pg_logical_emit_message(true, 'rollcall.health', '')")
"""A record in the write-ahead log that changes nothing; like any commit, it waits until the record is on disk."""

OLDEST_WAITING = text(
    "select extract(epoch from clock_timestamp() - uuid_extract_timestamp(id)) from events"
    " where seq is null order by ord limit 1"
)
"""The age in seconds of the oldest event without a sequence number."""

REDIS_WRITES = """
redis.call('INCR', KEYS[1]) redis.call('EXPIRE', KEYS[1], 10) redis.call('TTL', KEYS[1]) redis.call('DEL', KEYS[1])
redis.call('ZADD', KEYS[1], redis.call('TIME')[1], 'health') redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
redis.call('ZREM', KEYS[1], 'health') redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '+inf')
return redis.call('DEL', KEYS[1])
"""
"""The commands of limits and presence, on a separate key."""


@dataclass
class _Fault:
    """The fault of the block in which it is used, known once the block has ended."""

    words: str | None = None


class DatabaseHealth:
    """Checks of the primary, over the pool that requests use."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reads(self) -> str | None:
        """Whether all tables with all columns can be read."""
        with _database_fault() as fault:
            async with asyncio.timeout(SECONDS), self._database.primary_reading.connect() as connection:
                await connection.execute(READS)
                await connection.execute(select(log_state.c.last_seq))
        return fault.words

    async def writes(self) -> str | None:
        """Whether all tables can be written to, the disk has room, and a commit becomes durable."""
        with _database_fault() as fault:
            async with asyncio.timeout(SECONDS), self._database.primary.connect() as connection:
                await _write(connection)
        return fault.words

    async def relay(self) -> str | None:
        """Whether committed events are numbered; None too if the database cannot be asked, which the others report."""
        waited = 0.0
        with _database_fault():
            async with asyncio.timeout(SECONDS), self._database.primary_reading.connect() as connection:
                waited = float(await connection.scalar(OLDEST_WAITING) or 0)
        return None if waited < RELAY_SECONDS else f"events have waited for their numbers for {waited:,.0f} seconds"

    async def revision(self) -> str | None:
        """The schema revision. Raises SQLAlchemyError and what the driver raises."""
        async with asyncio.timeout(SECONDS), self._database.primary_reading.connect() as connection:
            found: str | None = await connection.scalar(text(REVISION))
            return found


class ReplicaHealth:
    """The check of a replica, over the pool that queries use; `head` is the sequence that it should have reached."""

    def __init__(self, replica: AsyncEngine, head: Callable[[], int]) -> None:
        self._replica, self._head = replica, head

    async def follows(self) -> str | None:
        """Whether it can be read and has nearly all events."""
        with _database_fault() as fault:
            behind = await events_behind(self._replica, self._head)
            fault.words = f"it is {behind:,} events behind" if behind > LAG_EVENTS else None
        return fault.words


async def _write(connection: AsyncConnection) -> None:
    await connection.execute(WRITES)
    await connection.execute(text("set local work_mem = '64kB'"))
    await connection.execute(SPILL)
    await connection.execute(DURABLE)
    await connection.commit()


@contextmanager
def _database_fault() -> Iterator[_Fault]:
    fault = _Fault()
    try:
        yield fault
    except (TimeoutError, Unavailable):
        fault.words = "the database does not answer in time"
    except (SQLAlchemyError, OSError) as error:
        state = sqlstate(error)
        fault.words = STATES.get(state or "", f"the database cannot be used ({state or type(error).__name__})")


class RedisHealth:
    """Checks of Redis, each over a new connection; `name` returns the key and channel to test."""

    def __init__(self, url: str, name: Callable[[], str]) -> None:
        self._servers, self._name = RedisServers(url), name

    async def publishes(self) -> str | None:
        """Whether messages can be published: in a Cluster, by any node, as the publisher goes on to the next one."""
        words: str | None = None
        for _ in range(self._servers.passing):
            if (words := await self._publishes_to_next()) is None:
                break
        return words

    async def _publishes_to_next(self) -> str | None:
        with _redis_fault() as fault:
            async with asyncio.timeout(SECONDS), self._servers.messenger(SECONDS) as client:
                await client.publish(self._name(), "")
        return fault.words

    async def writes(self) -> str | None:
        """Whether the scripts of limits and presence can be loaded and run."""
        with _redis_fault() as fault:
            async with asyncio.timeout(SECONDS), self._servers.client(SECONDS) as client:
                await client.register_script(REDIS_WRITES)(keys=[self._name()])
        return fault.words


@contextmanager
def _redis_fault() -> Iterator[_Fault]:
    fault = _Fault()
    try:
        yield fault
    except (redis_errors.RedisError, OSError, TimeoutError) as error:
        forbidden = "ACL failure in script" in str(error)  # which redis-py knows as a ResponseError only
        found = redis_errors.NoPermissionError() if forbidden else error
        fault.words = next(words for kind, words in REDIS_FAULTS if isinstance(found, kind))
