"""Units of work over PostgreSQL.

A writing unit is one transaction on the primary that rolls back unless it was committed. A reading unit runs on
autocommit, without BEGIN and ROLLBACK round trips: each of its statements has its own snapshot, as READ COMMITTED
would give it anyway. It runs on the primary too, unless its caller says which position it must show at least: then a
replica may answer that shows it. Replicas replay in commit order, so one that shows an entry shows everything before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from uuid import UUID

from sqlalchemy import Select, Text, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cursors import LogCursor
from domain.errors import Unavailable
from domain.models.directory import CsvLines, UserQuery
from domain.models.event import NewEvent
from domain.models.user import User
from domain.pagination import Page
from domain.services.unit import NewUsers, ReadUnit, WriteUnit
from domain.turns import share
from persistence.amend import amend
from persistence.api_key import SqlApiKeyReader, SqlApiKeyRepository
from persistence.database import Database
from persistence.direct import Direct, Prepared
from persistence.errors import translated
from persistence.forms import FormReads, Forms, Reads
from persistence.idempotency import SqlIdempotencyKeys
from persistence.invitation import SqlInvitationReader, SqlInvitationRepository
from persistence.link import SqlLinkReader, SqlLinkRepository
from persistence.log.appender import SqlEventAppender
from persistence.log.reader import SqlEventReader
from persistence.log.restore import SqlLogRestorer
from persistence.log.table import events, log_state
from persistence.log.trim import SqlLogTrimmer
from persistence.mail import SqlMailQueue
from persistence.new_users import SqlNewUsers, add_new_users
from persistence.passkey import SqlPasskeyReader, SqlPasskeyRepository
from persistence.personal_data import SqlPersonalDataReader, SqlPersonalDataRepository
from persistence.second_factor import SqlSecondFactorReader, SqlSecondFactorRepository
from persistence.session import SqlSessionReader, SqlSessionRepository
from persistence.signing_key import SqlSigningKeyReader, SqlSigningKeyRepository
from persistence.statements import Report
from persistence.turns import ConnectionTurns
from persistence.user import BY_IDS, SqlUserReader, SqlUserRepository
from persistence.user_batches import IDS_MAX, UserBatches
from persistence.user_csv import can_write, csv_lines
from persistence.user_frequencies import Frequencies
from persistence.user_pages import UserPages, is_plain
from persistence.user_query import user_from_record
from persistence.webhook import SqlWebhookEndpointReader, SqlWebhookEndpointRepository
from persistence.webhook_delivery import SqlWebhookQueue, SqlWebhookQueueReader
from persistence.within import Within

REPLICA_SECONDS = 1.0
"""How long a replica may take to report its position before the primary is used instead."""

BY_IDS_PREPARED = Prepared(BY_IDS)

OnCommit = Callable[[Sequence[NewEvent]], None]


class SqlReadUnit:
    """The readers over one connection."""

    def __init__(self, connection: AsyncConnection, reads: Reads | None = None) -> None:
        self.users = SqlUserReader(connection, reads=reads)
        self.sessions = SqlSessionReader(connection)
        self.second_factors = SqlSecondFactorReader(connection)
        self.passkeys = SqlPasskeyReader(connection)
        self.links = SqlLinkReader(connection)
        self.invitations = SqlInvitationReader(connection)
        self.events = SqlEventReader(connection)
        self.signing_keys = SqlSigningKeyReader(connection)
        self.api_keys = SqlApiKeyReader(connection)
        self.personal_data = SqlPersonalDataReader(connection)
        self.webhooks = SqlWebhookEndpointReader(connection)
        self.webhook_queue = SqlWebhookQueueReader(connection)


class SqlWriteUnit:
    """The repositories over one transaction."""

    def __init__(
        self, connection: AsyncConnection, on_commit: OnCommit, labels: Mapping[str, str], report: Report
    ) -> None:
        self._connection, self._on_commit, self._labels = connection, on_commit, labels
        within = Within(connection, report)
        self.users = SqlUserRepository(connection, within=within)
        self.sessions = SqlSessionRepository(connection)
        self.second_factors = SqlSecondFactorRepository(connection)
        self.passkeys = SqlPasskeyRepository(connection)
        self.links = SqlLinkRepository(connection)
        self.invitations = SqlInvitationRepository(connection)
        self.mails = SqlMailQueue(connection)
        self.events = SqlEventAppender(connection, within)
        self.log = SqlLogTrimmer(connection)
        self.restorer = SqlLogRestorer(connection)
        self.keys = SqlIdempotencyKeys(connection)
        self.signing_keys = SqlSigningKeyRepository(connection)
        self.api_keys = SqlApiKeyRepository(connection)
        self.personal_data = SqlPersonalDataRepository(connection)
        self.webhooks = SqlWebhookEndpointRepository(connection)
        self.webhook_queue = SqlWebhookQueue(connection)

    async def add_new(self, new: NewUsers) -> set[UUID]:
        """Insert users and append their events; returns the ids of those whose e-mail is taken."""
        assert isinstance(new, SqlNewUsers)
        taken = await add_new_users(self._connection, new)
        self.events.appended += [e for e in new.events if e.subject.id not in taken] if taken else new.events
        return taken

    async def commit(self) -> None:
        """Commit durably. Raises Unavailable if it is not certain that this succeeded."""
        with translated(self._labels):
            await self._connection.commit()
        appended, self.events.appended = self.events.appended, []
        if appended:
            self._on_commit(appended)


class SqlStore:
    """Opens units of work. `on_commit` is called with the entries of each transaction once it is committed."""

    def __init__(
        self, database: Database, on_commit: OnCommit = lambda _: None, turns: ConnectionTurns | None = None
    ) -> None:
        self._database, self._on_commit = database, on_commit
        self._report = partial(database.executed, database.primary)
        self._turns = turns or ConnectionTurns.of(database)
        self._forms, self._frequencies, self._direct = Forms(), Frequencies(), Direct(database, self._turns)
        self._pages = UserPages(self._direct)
        self._batches = UserBatches(partial(_users_by_id, self._direct))

    async def users_by_id(self, user_ids: Sequence[UUID], at_least: LogCursor | None = None) -> dict[UUID, User]:
        """Those of these users that exist; callers at the same time share a statement. Raises Unavailable."""
        if self._may_use_replica(at_least) or len(user_ids) > IDS_MAX:
            async with self.read(at_least) as unit:
                return await unit.users.get_many(user_ids)
        return await self._batches.get_many(user_ids)

    async def page_of_users(self, query: UserQuery, at_least: LogCursor | None = None) -> Page[User]:
        """As `page` of a read unit's users, but cheaper for a plain list."""
        if self._may_use_replica(at_least) or not is_plain(query):
            async with self.read(at_least, query.searcher) as unit:
                return await unit.users.page(query)
        return await self._pages.page(query)

    async def csv_of_users(self, query: UserQuery) -> CsvLines | None:
        """A page as lines of CSV."""
        return await csv_lines(self._direct, query) if can_write(query) else None

    def _may_use_replica(self, at_least: LogCursor | None) -> bool:
        return at_least is not None and bool(self._database.replicas)

    def read(
        self, at_least: LogCursor | None = None, searcher: UUID | None = None
    ) -> AbstractAsyncContextManager[ReadUnit]:
        """A read unit. Raises Unavailable, and RateLimited for a searcher whose earlier searches take too long."""
        return self._read(at_least, searcher)

    def write(self) -> AbstractAsyncContextManager[WriteUnit]:
        """A write unit. Raises Unavailable."""
        return self._write()

    def new_users(self) -> SqlNewUsers:
        """Users for `add_new` of a write unit."""
        return SqlNewUsers()

    async def amend(self, user: User, event: NewEvent) -> int | None:
        """A change of one user with its event; None if the row has changed since, or another writer holds it."""
        position = await amend(self._direct, user, event)
        if position is not None:
            self._on_commit([event])
        return position

    @asynccontextmanager
    async def _read(self, at_least: LogCursor | None, searcher: UUID | None) -> AsyncIterator[ReadUnit]:
        async with AsyncExitStack() as stack:
            if searcher is not None:
                await stack.enter_async_context(self._turns.search(searcher))
            connection = await self._reading(stack, at_least)
            report = partial(self._database.executed, self._database.engine_of(connection))
            yield SqlReadUnit(connection, FormReads(connection, self._forms, report, self._frequencies))

    async def _reading(self, stack: AsyncExitStack, at_least: LogCursor | None) -> AsyncConnection:
        """A connection that the stack closes; errors until then are translated."""
        replica = None if at_least is None else self._database.replica()
        if replica is not None and at_least is not None:
            labels = self._database.labels(replica)
            try:
                with translated(labels):
                    async with asyncio.timeout(REPLICA_SECONDS), AsyncExitStack() as trial:
                        trial.enter_context(translated(labels))
                        await trial.enter_async_context(self._turns.connection(replica))
                        connection = await trial.enter_async_context(replica.connect())
                        if await connection.scalar(_shows(at_least)):
                            stack.push_async_exit(trial.pop_all())
                            return connection
            except Unavailable:
                self._database.rest(replica)
        if at_least is not None and self._database.replicas:
            self._database.fallbacks += 1
        stack.enter_context(translated(self._database.labels(self._database.primary)))
        await stack.enter_async_context(self._turns.connection(self._database.primary))
        return await stack.enter_async_context(self._database.primary_reading.connect())

    @asynccontextmanager
    async def _write(self) -> AsyncIterator[WriteUnit]:
        primary = self._database.primary
        labels = self._database.labels(primary)
        with translated(labels):
            async with self._turns.connection(primary), primary.connect() as connection:
                yield SqlWriteUnit(connection, self._on_commit, labels, self._report)


async def _users_by_id(direct: Direct, user_ids: Sequence[UUID]) -> Mapping[UUID, User]:
    """Read users in the process's own name, because the statement is of several sessions."""
    token = share.set(None)
    try:
        rows = await direct.fetch(BY_IDS_PREPARED, ids=user_ids)
    finally:
        share.reset(token)
    return {user.id: user for user in map(user_from_record, rows)}


def _shows(position: LogCursor) -> Select[tuple[bool]]:
    """Whether a position is there; one that was pruned is not, and the primary answers.

    A replica that still follows the primary of before a failover has another epoch, and other entries in its places.
    """
    place = events.c.seq == position.seq if position.seq is not None else events.c.ord == position.ord
    epoch = select(func.left(cast(log_state.c.epoch, Text), 8)).scalar_subquery()
    return select(exists().where(place, epoch == position.epoch))
