"""The hub and whole instances: the log in order, complete and without repetition, whatever Redis loses or repeats."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from broadcaster import Broadcast

from api.cli.local.embedded import Embedded
from api.cli.local.upgrade import upgrade
from api.settings import Settings
from domain.cursors import LogCursor
from domain.errors import Unavailable
from domain.models.actor import Actor, Origin, Role, system
from domain.models.directory import CsvLines, UserQuery
from domain.models.event import Event, NewEvent
from domain.models.user import User
from domain.pagination import Page
from domain.services.unit import NewUsers, ReadUnit, WriteUnit
from domain.services.user import CreateUser
from persistence.database import Database
from persistence.log.hub import RING, Hub
from persistence.log.wire import encode
from persistence.redis.broadcast import EVENTS, RedisBackend
from persistence.redis.namespace import RedisNamespace
from persistence.store import SqlStore
from tests.api.conftest import settings_for
from tests.integration.logs import PATIENCE, Recorder, instance, session, until

NUMBERED = """with added as (
  insert into events (type, subject_kind, subject_id, request_id, seq)
  select 'user_updated', 'user', gen_random_uuid(), 'n' || i, i
  from log_state, generate_series(last_seq + 1, last_seq + $1::int) as i returning seq)
update log_state set last_seq = (select max(seq) from added)"""


@pytest.fixture
def own_settings(own_engines: Embedded) -> Settings:
    """Settings for engines that a test may kill and pause."""
    settings = settings_for(own_engines.postgres.url, own_engines.valkey.url)
    upgrade(settings.database_url)
    return settings


class CountingStore:
    """The store; counts reads, and raises an error instead if a test sets one."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.reads = 0
        self.by_task = Counter[asyncio.Task[Any] | None]()
        self.fault: Exception | None = None

    def read(
        self, at_least: LogCursor | None = None, searcher: UUID | None = None
    ) -> AbstractAsyncContextManager[ReadUnit]:
        self.reads += 1
        self.by_task[asyncio.current_task()] += 1
        if self.fault is not None:
            raise self.fault
        return self._store.read(at_least, searcher)

    def write(self) -> AbstractAsyncContextManager[WriteUnit]:
        return self._store.write()

    async def csv_of_users(self, query: UserQuery) -> CsvLines | None:
        return await self._store.csv_of_users(query)

    def new_users(self) -> NewUsers:
        return self._store.new_users()

    async def amend(self, user: User, event: NewEvent) -> int | None:
        return await self._store.amend(user, event)

    async def users_by_id(self, user_ids: Sequence[UUID], at_least: LogCursor | None = None) -> dict[UUID, User]:
        return await self._store.users_by_id(user_ids, at_least)

    async def page_of_users(self, query: UserQuery, at_least: LogCursor | None = None) -> Page[User]:
        return await self._store.page_of_users(query, at_least)


@dataclass
class Log:
    """A hub over a log in which a test writes and broadcasts as it likes."""

    hub: Hub
    store: CountingStore
    received: Recorder
    backend: RedisBackend
    connection: asyncpg.Connection

    async def number(self, count: int) -> list[Event]:
        """Add numbered events to the table without a broadcast; returns all events in the table."""
        await self.connection.execute(NUMBERED, count)
        async with self.store.read() as unit:
            return list(await unit.events.after(0, 1_000_000))

    async def publish(self, events: Sequence[Event]) -> None:
        """Broadcast through Redis."""
        await self.backend.publish(EVENTS, encode(events, self.hub.epoch))

    async def reached(self, head: int, seconds: float = PATIENCE) -> None:
        """Return once the hub has sent everything up to this head to its listeners."""
        await until(lambda: self.hub.head == head, seconds)

    async def make_hole(self) -> None:
        """Number three events and broadcast the last of them, until the hub has seen a hole.

        One attempt suffices, unless a second of silence ends just then.
        """
        async with asyncio.timeout(PATIENCE):
            while not self.hub.holes:
                events = await self.number(3)
                await self.publish(events[-1:])
                await self.reached(len(events))


@asynccontextmanager
async def log_at(database_url: str, redis_url: str, ring: int = RING) -> AsyncIterator[Log]:
    """A started hub."""
    names, received = RedisNamespace("secret of a test"), Recorder()
    backend = RedisBackend(redis_url, names)
    async with (
        Database(database_url, pool_size=2) as database,
        Broadcast(backend=backend) as broadcast,
        session(database_url) as connection,
    ):
        store = CountingStore(SqlStore(database))
        hub = Hub(store, broadcast, ring, names.bind)
        hub.listen(received)
        async with hub:
            yield Log(hub, store, received, backend, connection)


async def test_a_hub_that_cannot_read_the_head_leaves_nothing_running(fresh_database_url: str, redis_url: str) -> None:
    names = RedisNamespace("secret of a test")
    async with (
        Database(fresh_database_url, pool_size=2) as database,
        Broadcast(backend=RedisBackend(redis_url, names)) as broadcast,
    ):
        store = CountingStore(SqlStore(database))

        def bind(epoch: UUID) -> None:
            """Accept the log's epoch, and make its head unreadable."""
            names.bind(epoch)
            store.fault = Unavailable()

        with pytest.raises(Unavailable):
            async with Hub(store, broadcast, bind=bind):
                pytest.fail("the hub started without knowing where the log ends")
        assert "hub-receive" not in {t.get_name() for t in asyncio.all_tasks()}


async def test_after_a_lost_message_the_hole_is_read_from_the_table(fresh_database_url: str, redis_url: str) -> None:
    async with log_at(fresh_database_url, redis_url) as log:
        events = await log.number(3)
        await log.publish(events)
        await log.reached(3)
        await log.make_hole()
        assert log.received.seqs == list(range(1, log.hub.head + 1))


async def test_events_after_a_hole_are_not_passed_on(fresh_database_url: str, redis_url: str) -> None:
    async with log_at(fresh_database_url, redis_url) as log:
        events = await log.number(5)
        await log.publish([events[0], events[1], events[4]])
        await log.reached(5)
        assert log.received.seqs == [1, 2, 3, 4, 5]


async def test_repeated_and_unordered_entries_are_passed_on_once_and_in_order(
    fresh_database_url: str, redis_url: str
) -> None:
    async with log_at(fresh_database_url, redis_url) as log:
        events = await log.number(60)
        parts = [events[i : i + 3] for i in range(0, 60, 3)] * 2
        random.Random(7).shuffle(parts)  # noqa: S311 - any order will do
        for part in parts:
            await log.publish(part)
            log.hub.offer(part)
        await log.reached(60)
        await log.publish(await log.number(1))
        await log.reached(61)
        assert log.received.seqs == list(range(1, 62))


@pytest.mark.parametrize(
    "message", ["", "7", "{}", "[7]", '[{"seq": 1}]', "[[[", '[{"type": "unheard_of"}]', "null"], ids=str
)
async def test_after_an_unreadable_message_the_hub_reads_the_table(
    fresh_database_url: str, redis_url: str, message: str
) -> None:
    async with log_at(fresh_database_url, redis_url) as log:
        await log.number(2)
        await log.backend.publish(EVENTS, message)
        await log.reached(2)
        await log.make_hole()  # it still listens
        assert log.received.seqs == list(range(1, log.hub.head + 1))


async def test_after_a_silence_the_hub_reads_the_table(fresh_database_url: str, redis_url: str) -> None:
    async with log_at(fresh_database_url, redis_url) as log:
        for expected in (1200, 1201):
            await log.number(expected - log.hub.head)
            await log.reached(expected, 5.0)
        assert log.received.seqs == list(range(1, 1202))
        assert log.hub.holes == 0


async def test_an_unexpected_error_does_not_end_the_hub(fresh_database_url: str, redis_url: str) -> None:
    async with log_at(fresh_database_url, redis_url) as log:
        log.store.fault = RuntimeError("a fault in our code")
        reads = log.store.reads
        await log.connection.execute(NUMBERED, 2)
        await until(lambda: log.store.reads >= reads + 2)
        log.store.fault = None
        await log.reached(2)
        assert log.received.seqs == [1, 2]


async def test_a_flood_that_exceeds_the_inbox_is_read_from_the_table(fresh_database_url: str, redis_url: str) -> None:
    async with log_at(fresh_database_url, redis_url) as log:
        events = await log.number(3000)
        for event in events:
            log.hub.offer([event])  # three times the inbox, before the hub runs
        await log.reached(3000)
        assert log.received.seqs == list(range(1, 3001))


async def test_entries_that_have_left_the_ring_are_read_from_the_table(fresh_database_url: str, redis_url: str) -> None:
    async with log_at(fresh_database_url, redis_url, ring=16) as log:
        await log.publish(await log.number(100))
        await log.reached(100)
        for seq in range(102):
            expected = list(range(seq + 1, min(seq + 7, 100) + 1))
            before = log.store.by_task[asyncio.current_task()]
            assert [e.seq for e in await log.hub.after(seq, 7)] == expected
            # The ring holds 85 to 100; only older entries cost a statement.
            assert log.store.by_task[asyncio.current_task()] - before == int(seq < 84), seq
        await log.number(5)
        assert [e.seq for e in await log.hub.after(0, 500)] == list(range(1, 101)), "nothing beyond the hub's head"


async def test_erasing_removes_the_same_from_memory_as_from_the_table(fresh_database_url: str, redis_url: str) -> None:
    async with instance(settings_for(fresh_database_url, redis_url)) as one:
        users = one.core.users
        erased = (await users.create(system(), CreateUser("gone@example.com", "Gone"))).value
        by_erased = Actor(erased.id, Role.ADMIN, None, Origin("request", "192.0.2.7"))
        await users.create(by_erased, CreateUser("stays@example.com", "Stays"))
        await users.erase(system(Origin("erasing", "192.0.2.8")), erased.id)
        await until(lambda: one.hub.head == 3)
        kept = list(await one.hub.after(0))
        async with one.core.store.read() as unit:
            assert kept[:2] == list(await unit.events.after(0, 2))
    values = [[c.after for c in e.changes] for e in kept]
    assert values == [[None, None, "member", "active"], ["stays@example.com", "Stays", "member", "active"], []]
    assert [e.ip_address for e in kept] == [None, None, None]


async def test_a_hub_that_starts_late_begins_at_the_head(fresh_database_url: str, redis_url: str) -> None:
    async with session(fresh_database_url) as connection:
        await connection.execute(NUMBERED, 40)
    async with log_at(fresh_database_url, redis_url) as log:
        assert log.hub.head == 40
        await log.publish((await log.number(1))[40:])
        await log.reached(41)
        assert log.received.seqs == [41]
        assert len(await log.hub.after(0)) == 41


async def test_the_hub_waits_while_the_database_is_unavailable(own_settings: Settings, own_engines: Embedded) -> None:
    async with log_at(own_settings.database_url.dsn, own_engines.valkey.url) as log:
        start = log.hub.head
        events = await log.number(1)
        await log.publish(events[-1:])
        await until(lambda: log.hub.head == start + 1)
        own_engines.postgres.kill()
        await log.publish(events[-1:])
        await asyncio.to_thread(own_engines.postgres.start)
        async with session(own_settings.database_url.dsn) as connection:
            await connection.execute(NUMBERED, 2)
        await until(lambda: log.hub.head == start + 3)
        assert log.received.seqs == [start + 1, start + 2, start + 3]
