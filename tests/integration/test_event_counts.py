"""The kept counts of the log on the real PostgreSQL: equal to the events in the table after numbering, pruning and restoring."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest
from alembic import command

from api.addresses import DatabaseAddress
from api.bootstrap.core import Core, open_core
from api.cli.local.upgrade import alembic_config
from domain.models.actor import Actor, Role, system
from domain.models.event import NIL, Event
from domain.models.event_types import EventType
from domain.models.log import EventFilter
from domain.pagination import Window
from domain.services.user import CreateUser
from tests.api.conftest import settings_for
from tests.integration.logs import instance, session, up_to_date
from tests.integration.test_restoring import EMPTIED, exported, restore

AUDITOR = Actor(NIL, Role.AUDITOR)
QUARTER = timedelta(minutes=15)
KEPT = "select at, type, n from event_counts order by 1, 2"
COUNTED = """select date_bin('15 minutes', occurred_at, timestamptz '2000-01-01 00:00:00Z') as at, type, count(*) as n
  from events where seq is not null group by 1, 2 order by 1, 2"""
APPEND = """insert into events (id, type, subject_kind, subject_id, user_id, occurred_at)
  select uuidv7(-ago), type, 'user', md5(ago::text)::uuid, md5(ago::text)::uuid, now() - ago
  from unnest($1::interval[], $2::text[]) as made(ago, type)"""
NUMBER = "update events e set seq = ord from (select ord as o from events where seq is null) n where e.ord = n.o"
TYPES = [EventType.SESSION_STARTED, EventType.SIGN_IN_FAILED, EventType.USER_UPDATED, EventType.USER_ROLE_CHANGED]


async def compare(connection: asyncpg.Connection) -> int:
    """The number of counted events, after comparing the kept counts with the log."""
    kept = await connection.fetch(KEPT)
    assert kept == await connection.fetch(COUNTED)
    return sum(row["n"] for row in kept)


async def fill(connection: asyncpg.Connection, count: int) -> None:
    """Numbered events of the last 90 days, most of them of one type."""
    drawn = random.Random(13)  # noqa: S311 - the same events each time
    ages = sorted((timedelta(seconds=drawn.randrange(90 * 86_400)) for _ in range(count)), reverse=True)
    types = [str(drawn.choice([*[TYPES[0]] * 9, *TYPES])) for _ in ages]
    await connection.execute(APPEND, ages, types)
    await connection.execute(NUMBER)
    await connection.execute("update log_state set last_seq = (select max(seq) from events)")


async def listed(core: Core, filter_: EventFilter) -> list[Event]:
    """All that a reader finds, page by page, forwards; the same backwards."""
    forwards, backwards = list[Event](), list[Event]()
    page = await core.events.page(AUDITOR, Window(100), filter_)
    forwards += page.items
    while page.has_next:
        page = await core.events.page(AUDITOR, Window(100, after=page.cursors[-1]), filter_)
        forwards += page.items
    page = await core.events.page(AUDITOR, Window(100, backward=True), filter_)
    backwards[:0] = page.items
    while page.has_previous:
        page = await core.events.page(AUDITOR, Window(100, before=page.cursors[0], backward=True), filter_)
        backwards[:0] = page.items
    assert forwards == backwards
    return forwards


async def test_events_are_counted_as_they_are_numbered_and_until_they_are_pruned(
    fresh_database_url: str, redis_url: str
) -> None:
    async with session(fresh_database_url) as connection:
        await connection.execute(APPEND, [timedelta(days=10, seconds=-n) for n in range(40)], ["user_updated"] * 40)
        async with instance(settings_for(fresh_database_url, redis_url)) as one:
            for n in range(5):
                await one.core.users.create(system(), CreateUser(f"p{n}@example.org", f"P {n}"))
            await up_to_date(one)
            assert await compare(connection) == await connection.fetchval("select count(*) from events")
            pruned = [r.count async for r in one.core.retention.prune(system(), 1, batch=15)]
            assert sum(pruned) >= 40
            assert await compare(connection) == 5
            assert await connection.fetchval("select min(n) from event_counts") > 0, (
                "nothing is kept of pruned quarters"
            )


async def test_an_event_without_a_number_is_not_counted(fresh_database_url: str) -> None:
    async with session(fresh_database_url) as connection:
        await connection.execute(APPEND, [timedelta(0)] * 3, ["user_updated"] * 3)
        assert await compare(connection) == 0
        await connection.execute("delete from events where ord = (select min(ord) from events)")
        await connection.execute(NUMBER)
        assert await compare(connection) == 2
        await connection.execute("update events set ip_address = null")
        assert await compare(connection) == 2
        await connection.execute("truncate events")
        assert await compare(connection) == 0


async def test_a_restored_log_is_counted(fresh_database_url: str, redis_url: str, tmp_path: Path) -> None:
    async with (
        session(fresh_database_url) as connection,
        open_core(settings_for(fresh_database_url, redis_url)) as core,
    ):
        await fill(connection, 60)
        kept = await listed(core, EventFilter())
        await connection.execute(EMPTIED)
        assert await compare(connection) == 0
        await connection.execute("insert into event_counts values (now(), 'user_created', 7)")
        await restore(core, exported(kept[::-1], tmp_path / "events.ndjson"))
        assert await compare(connection) == 60


@pytest.mark.parametrize("hours", [1, 24, 72])
async def test_a_count_equals_the_list_of_the_same_types_and_period(
    fresh_database_url: str, redis_url: str, hours: int
) -> None:
    async with (
        session(fresh_database_url) as connection,
        open_core(settings_for(fresh_database_url, redis_url)) as core,
    ):
        await fill(connection, 2_000)
        now = datetime.now(UTC)
        last = now - timedelta(seconds=now.timestamp() % QUARTER.total_seconds())
        starts = [last - timedelta(hours=hours) * n for n in range(29, -1, -1)]
        counted = Counter({(c.at, c.type): c.count for c in (await core.events.counts(AUDITOR, starts)).counts})
        for types in ([TYPES[1]], TYPES[1:], TYPES):
            whole = await listed(core, EventFilter(frozenset(types), since=starts[0]))
            assert sum(n for (_, type_), n in counted.items() if type_ in types) == len(whole) > 0
            assert [e.seq for e in whole] == sorted((e.seq for e in whole), reverse=True)
        for since, until in periods(starts)[::7]:
            found = await listed(core, EventFilter(since=since, until=until))
            assert Counter(e.type for e in found) == Counter({t: counted[since, t] for t in TYPES if counted[since, t]})


def periods(starts: Sequence[datetime]) -> list[tuple[datetime, datetime | None]]:
    """Each period, with its end; the last one has none."""
    return [*pairwise(starts), (starts[-1], None)]


THERE_ALREADY = """insert into events (type, subject_kind, subject_id, occurred_at, seq)
  select (array['user_created', 'session_started'])[1 + n % 2], 'user', gen_random_uuid(),
    timestamptz '2026-01-01 00:10:00Z' + n * interval '5 minutes', case when n < 4 then n + 1 end
  from generate_series(0, 5) n"""
EVENT_COUNTS = "select to_char(at at time zone 'UTC', 'HH24:MI') as at, type, n from event_counts order by 1, 2"


async def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    """What a statement returns."""
    async with session(url) as connection:
        return [tuple(row) for row in await connection.fetch(statement)]


def test_events_that_are_there_already_are_counted(fresh_database_url: str) -> None:
    config, url = alembic_config(DatabaseAddress(fresh_database_url)), fresh_database_url
    command.downgrade(config, "0010")
    asyncio.run(rows(url, THERE_ALREADY))
    events = asyncio.run(rows(url, "select * from events order by ord"))
    command.upgrade(config, "0011")
    counted = [("00:00", "user_created", 1), ("00:15", "session_started", 2), ("00:15", "user_created", 1)]
    assert asyncio.run(rows(url, EVENT_COUNTS)) == counted
    command.downgrade(config, "0010")
    assert asyncio.run(rows(url, "select * from events order by ord")) == events
    asyncio.run(rows(url, "update events set seq = 5 where ord = (select max(ord) from events)"))
    command.upgrade(config, "0011")
    assert asyncio.run(rows(url, EVENT_COUNTS)) == [*counted, ("00:30", "session_started", 1)]
