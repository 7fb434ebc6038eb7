"""Units of work over PostgreSQL.

A writing unit is one transaction on the primary that rolls back unless it was committed. A reading unit runs on
autocommit, without BEGIN and ROLLBACK round trips: each of its statements has its own snapshot, as READ COMMITTED
would give it anyway. It may run on a replica, and with `after` only on one that already shows that write: replicas
replay in commit order, so a replica that shows an entry shows everything before it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Unavailable
from domain.models.event import NewEvent
from domain.ports import ReadUnit, WriteUnit
from persistence.database import Database
from persistence.errors import translated
from persistence.event_log import SqlEventAppender, SqlEventReader
from persistence.idempotency import SqlIdempotencyKeys
from persistence.retention import SqlLogTrimmer
from persistence.session import SqlSessionReader, SqlSessionRepository
from persistence.tables import events
from persistence.user import SqlUserReader, SqlUserRepository

OnCommit = Callable[[Sequence[NewEvent]], None]


class SqlReadUnit:
    """The readers over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.users = SqlUserReader(connection)
        self.sessions = SqlSessionReader(connection)
        self.events = SqlEventReader(connection)


class SqlWriteUnit:
    """The repositories over one transaction."""

    def __init__(self, connection: AsyncConnection, on_commit: OnCommit) -> None:
        self._connection, self._on_commit = connection, on_commit
        self.users = SqlUserRepository(connection)
        self.sessions = SqlSessionRepository(connection)
        self.events = SqlEventAppender(connection)
        self.log = SqlLogTrimmer(connection)
        self.keys = SqlIdempotencyKeys(connection)

    async def commit(self) -> None:
        """Make it durable. Raises Unavailable where that is not certain."""
        with translated():
            await self._connection.commit()
        appended, self.events.appended = self.events.appended, []
        if appended:
            self._on_commit(appended)


class SqlStore:
    """Where units come from. `on_commit` is called with the entries of each transaction once it is durable."""

    def __init__(self, database: Database, on_commit: OnCommit = lambda _: None) -> None:
        self._database, self._on_commit = database, on_commit

    def read(self, after: int | None = None) -> AbstractAsyncContextManager[ReadUnit]:
        """A reading unit. Raises Unavailable."""
        return self._read(after)

    def write(self) -> AbstractAsyncContextManager[WriteUnit]:
        """A writing unit. Raises Unavailable."""
        return self._write()

    @asynccontextmanager
    async def _read(self, after: int | None) -> AsyncIterator[ReadUnit]:
        with translated():
            async with AsyncExitStack() as stack:
                yield SqlReadUnit(await self._reading(stack, after))

    async def _reading(self, stack: AsyncExitStack, after: int | None) -> AsyncConnection:
        replica = self._database.replica()
        if replica is not None:
            try:
                connection = await stack.enter_async_context(replica.connect())
                with translated():
                    if after is None or await connection.scalar(select(exists().where(events.c.ord == after))):
                        return connection
            except (Unavailable, OSError):
                pass
        return await stack.enter_async_context(self._database.primary_reading.connect())

    @asynccontextmanager
    async def _write(self) -> AsyncIterator[WriteUnit]:
        with translated():
            async with self._database.primary.connect() as connection:
                yield SqlWriteUnit(connection, self._on_commit)
