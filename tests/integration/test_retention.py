"""Pruning on the real PostgreSQL: in order, atomically, without blocking others, by one process at a time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import uuid4

import asyncpg
import pytest

from api.bootstrap.core import Core, open_core
from api.jobs.retention import Retention
from domain.errors import Forbidden, PositionPruned, Unavailable, ValidationFailed
from domain.models.actor import Actor, Role, system
from domain.models.event import NIL, NewEvent, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.models.log import EventFilter
from domain.pagination import Window
from domain.services.user import CreateUser
from persistence.log.trim import PruneLock
from tests.api.conftest import settings_for
from tests.integration.logs import Recorder, instance, session, until
from tests.integration.old_events import add_old, horizon, seqs
from tests.integration.test_hub import log_at

UNPLACED = """insert into events (id, type, subject_kind, subject_id, request_id, occurred_at)
  values (uuidv7(interval '-10 days'), 'user_updated', 'user', gen_random_uuid(), 'unplaced', now() - interval '10 days')"""

WAITS = """select exists (select from pg_stat_activity
  where wait_event_type = 'Lock' and query ilike 'delete from events%' and datname = current_database())"""


async def prune(core: Core, batch: int = 50) -> list[int]:
    """Prune what is older than a day; returns the size of each batch."""
    return [range_.count async for range_ in core.retention.prune(system(), 1, batch=batch)]


async def test_old_entries_are_pruned_under_writers_and_readers(fresh_database_url: str, redis_url: str) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(session(fresh_database_url))
        await add_old(connection, 990)
        one, two = [await stack.enter_async_context(instance(settings)) for _ in range(2)]
        received = Recorder()
        two.hub.listen(received)
        done = False

        async def writer(number: int) -> int:
            made = 0
            while not done or made < 20:
                await one.core.users.create(system(), CreateUser(f"w{number}n{made}@example.com", "Somebody"))
                made += 1
            return made

        writers = [asyncio.create_task(writer(n)) for n in range(4)]
        await until(lambda: len(received.events) > 5)
        async with session(fresh_database_url) as other, other.transaction():
            await other.execute(
                UNPLACED
            )  # not committed, then committed but without a sequence number: not part of the old entries
            assert await prune(one.core) == [50] * 19 + [40]
        done = True
        made = sum(await asyncio.gather(*writers))
        await until(lambda: len(received.events) == made + 1)
        assert received.seqs == list(range(991, 991 + made + 1))
        assert "unplaced" in received.names
        assert await horizon(connection) == 990
        assert await seqs(connection) == received.seqs

        page = await one.core.events.page(Actor(NIL, Role.AUDITOR), Window(100), EventFilter())
        assert [e.seq for e in page.items] == received.seqs[:-101:-1]
        found = list(page.items)
        while page.has_next:
            page = await one.core.events.page(system(), Window(100, page.cursors[-1]), EventFilter())
            found += page.items
        assert [e.seq for e in found] == received.seqs[::-1], "the pages end where the log begins"


async def test_a_young_event_protects_all_later_ones(fresh_database_url: str, redis_url: str) -> None:
    async with (
        open_core(settings_for(fresh_database_url, redis_url)) as core,
        session(fresh_database_url) as connection,
    ):
        await add_old(connection, 30)
        await connection.execute("update events set id = uuidv7() where seq = 21")
        assert [s.count async for s in core.retention.expired(system(), 1)] == [20]
        assert await horizon(connection) == 0, "a dry run changes nothing"
        assert await prune(core, batch=8) == [8, 8, 4]
        assert await seqs(connection) == list(range(21, 31))
        assert await prune(core) == []
        for days in (0, -1, 10**9):
            with pytest.raises(ValidationFailed):
                await anext(core.retention.prune(system(), days))
        with pytest.raises(Forbidden):
            await anext(core.retention.prune(Actor(NIL, Role.AUDITOR), 1))


@pytest.mark.parametrize("days", [40, -40], ids=["ahead", "behind"])
async def test_events_written_with_a_wrong_clock_have_the_database_s_age(
    fresh_database_url: str, redis_url: str, days: int
) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(session(fresh_database_url))
        await add_old(connection, 6)
        one = await stack.enter_async_context(instance(settings))
        by_that_clock = datetime.now(UTC) + timedelta(days=days)
        for _ in range(11):
            async with one.core.store.write() as unit:
                about = Subject(SubjectKind.USER, uuid4())
                await unit.events.append(NewEvent(EventType.USER_UPDATED, about, about.id, by_that_clock))
                await unit.commit()
        await until(lambda: one.hub.head == 17)
        assert await prune(one.core) == [6]
        assert await seqs(connection) == list(range(7, 18))


async def test_a_locked_row_is_not_waited_for(fresh_database_url: str, redis_url: str) -> None:
    async with (
        open_core(settings_for(fresh_database_url, redis_url)) as core,
        session(fresh_database_url) as connection,
    ):
        await add_old(connection, 30)
        async with session(fresh_database_url) as other:
            for held in ("select 1 from events where seq = 7 for update", "select 1 from log_state for update"):
                async with other.transaction():
                    await other.execute(held)
                    began = monotonic()
                    with pytest.raises(Unavailable):
                        await prune(core)
                    assert monotonic() - began < 2.0
                    assert await horizon(connection) == 0
                    assert len(await seqs(connection)) == 30
        assert await prune(core) == [30]


async def test_two_concurrent_prunings_of_a_batch_prune_it_once(fresh_database_url: str, redis_url: str) -> None:
    async with (
        open_core(settings_for(fresh_database_url, redis_url)) as core,
        session(fresh_database_url) as connection,
    ):
        await add_old(connection, 600)

        async def insist() -> int:
            deleted = 0
            while await horizon_of(core) < 600:
                try:
                    deleted += sum(await prune(core, batch=30))
                except Unavailable:
                    await asyncio.sleep(0.01)
            return deleted

        assert sum(await asyncio.gather(*(insist() for _ in range(3)))) == 600
        assert await seqs(connection) == []


async def horizon_of(core: Core) -> int:
    """The horizon that readers see."""
    return (await core.events.state()).horizon


async def test_one_process_at_a_time_holds_the_lock(fresh_database_url: str) -> None:
    one, two = PruneLock(fresh_database_url), PruneLock(fresh_database_url)
    async with session(fresh_database_url) as connection, one.alone() as mine:
        assert mine
        async with two.alone() as too:
            assert not too
        await connection.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rollcall-prune'"
            " and datname = current_database()"
        )

        async def free() -> bool:
            async with two.alone() as found:
                return found

        await until(free)


async def test_of_two_schedules_one_prunes(fresh_database_url: str, redis_url: str) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(session(fresh_database_url))
        await add_old(connection, 12_000)
        cores = [await stack.enter_async_context(open_core(settings)) for _ in range(2)]
        schedules = [Retention(c.retention, c.pruning.alone, 1, 30, first=0.0, every=3600.0) for c in cores]
        for schedule in schedules:
            await stack.enter_async_context(schedule)
        await until(lambda: sum(s.deleted["events"] for s in schedules) == 12_000)
        assert sorted(s.deleted["events"] for s in schedules) == [0, 12_000]
        assert await horizon(connection) == 12_000


async def test_a_schedule_waits_until_a_lock_is_released(fresh_database_url: str, redis_url: str) -> None:
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(session(fresh_database_url))
        await add_old(connection, 10)
        core = await stack.enter_async_context(open_core(settings_for(fresh_database_url, redis_url)))
        schedule = Retention(core.retention, core.pruning.alone, 1, 30, first=0.0, every=0.05)
        async with session(fresh_database_url) as other, other.transaction():
            await other.execute("select 1 from events where seq = 7 for update")
            await stack.enter_async_context(schedule)
            await until(lambda: waits(connection))
        await until(lambda: schedule.deleted["events"] == 10)
        await add_old(connection, 5)
        await until(lambda: schedule.deleted["events"] == 15)


async def waits(connection: asyncpg.Connection) -> bool:
    """Whether a pruning statement waits for a lock."""
    return bool(await connection.fetchval(WAITS))


async def test_a_hub_never_passes_on_a_hole(fresh_database_url: str, redis_url: str) -> None:
    async with log_at(fresh_database_url, redis_url) as log:
        await log.publish(await log.number(10))
        await log.reached(10)
        await log.connection.execute("delete from events where seq <= 8")
        await log.connection.execute("update log_state set horizon = 8")
        assert [e.seq for e in await log.hub.after(2)] == list(range(3, 11)), "memory still has them"
        # A hub that was frozen while the log grew and was pruned.
        async with log.connection.transaction():
            await add_old(log.connection, 20)
            await log.connection.execute("delete from events where seq <= 15")
            await log.connection.execute("update log_state set horizon = 15")
        await log.reached(30)
        assert log.received.seqs == [*range(1, 11), *range(16, 31)]
        assert [e.seq for e in await log.hub.after(15)] == list(range(16, 31))
        assert [e.seq for e in await log.hub.after(20, 3)] == [21, 22, 23]
        for pruned in (0, 9, 10, 14):
            with pytest.raises(PositionPruned):
                await log.hub.after(pruned)
