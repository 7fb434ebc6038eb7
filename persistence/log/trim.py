"""Pruning the log: its oldest entries are deleted in order, each range in one short transaction with the horizon.

Because rows and horizon change together, a reader who finds a gap always finds the horizon past it. The horizon is only
moved from the start of the range, so that only one of two processes prunes the same range. Nobody waits for long: the
relay's counter row is locked last, and a row locked by another transaction ends the attempt, well before the database
would detect a deadlock.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import asyncpg
from sqlalchemy import delete, func, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.event import Event
from domain.models.log import LogRange
from persistence.engine import database_labels
from persistence.errors import translated
from persistence.hosts import Hosts
from persistence.log.epoch import RENEW_AT
from persistence.log.reader import SqlEventReader
from persistence.log.table import events, log_state

LOCK = 0x526F6C6C5072756E
"""The advisory lock of the process that prunes ("RollPrun" in ASCII)."""
LOCK_MILLISECONDS = 300
"""How long to wait for a row lock; the database checks for deadlocks after a second."""

OLD = text("""
with log as materialized (select horizon from log_state),
     oldest as materialized (
       select seq, coalesce(uuid_extract_timestamp(id), occurred_at) as inserted_at
       from events where seq > (select greatest(horizon, :after) from log)
       order by seq limit :limit)
select (select greatest(horizon, :after) from log) as horizon, max(seq) as last from oldest
where seq < coalesce((select min(seq) from oldest where inserted_at >= now() - cast(:age as interval)),
                     9223372036854775807)
""")
"""The database dates an entry by its id (UUID version 7); `occurred_at` is by the clock of the instance that wrote it."""


class SqlLogTrimmer:
    """Prunes the oldest entries, in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def expired(self, age: timedelta, limit: int, after: int = 0) -> LogRange | None:
        """The first entries of at least this age, or None."""
        parameters = {"age": age, "limit": limit, "after": after}
        row = (await self._connection.execute(OLD, parameters)).one()
        return None if row.last is None else LogRange(row.horizon, row.last)

    async def read(self, range_: LogRange) -> Sequence[Event]:
        """The entries of a range."""
        found = await SqlEventReader(self._connection).after(range_.horizon, range_.count)
        return [e for e in found if e.seq <= range_.last]

    async def prune(self, range_: LogRange) -> bool:
        """Delete a range and move the horizon to its end; False if another process has moved the horizon."""
        await self._connection.execute(select(func.set_config("lock_timeout", str(LOCK_MILLISECONDS), true())))
        await self._connection.execute(delete(events).where(events.c.seq > range_.horizon, events.c.seq <= range_.last))
        moved = await self._connection.execute(
            update(log_state).values(horizon=range_.last).where(log_state.c.horizon == range_.horizon)
        )
        return moved.rowcount == 1

    async def renew(self, epoch: UUID, shared_head: int) -> bool:
        """Begin another epoch, unless it is another one already."""
        parameters = {"epoch": epoch, "shared_head": shared_head}
        return (await self._connection.execute(text(RENEW_AT), parameters)).rowcount == 1


class PruneLock:
    """Held by the one process that prunes. It is a session's, on a direct connection, and falls with it."""

    def __init__(self, dsn: str) -> None:
        self._hosts, self._labels = Hosts(dsn), database_labels("primary", dsn)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """Whether this process may prune until the block ends; False while another one does. Raises Unavailable."""
        with translated(self._labels):
            connection = await self._hosts.connect(
                command_timeout=30, server_settings={"application_name": "rollcall-prune"}
            )
        try:
            with translated(self._labels):
                mine = await connection.fetchval("select pg_try_advisory_lock($1)", LOCK)
            yield bool(mine)
        finally:
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await connection.close(timeout=2)
            connection.terminate()
