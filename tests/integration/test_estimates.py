"""Which counts are exact and which are estimates, of 3,000 users on the real PostgreSQL, with the limits of larger ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.actor import Role
from domain.models.directory import Count, UserFilter, UserQuery
from domain.models.relevance import parse_search
from domain.models.user import Status
from persistence.database import Database
from persistence.user_count import SqlCount
from persistence.user_rows import Sizes

EXACT, SAMPLE, ROWS, SEARCHED = 200, 1000, 300, 1200
MADE = """
insert into users (id, email, display_name, name_key, email_key, role, status, email_verified_at, created_at)
select md5(n::text)::uuid, 'user' || n || '@example.org', name, lower(name), 'user' || n || ' example org',
  case when n % 20 = 0 then 'admin' else 'member' end, case when n % 10 = 0 then 'disabled' else 'active' end,
  case when n % 4 = 0 then now() end, timestamptz '2024-01-01 00:00:00Z' + n * interval '1 minute'
from (select n, case when n % 3 = 0 then 'Ada' when n % 3 = 1 then 'Ben' else 'Cay' end || case when n % 50 = 0 then ' Rare' else ' Common' end
      || case when n = 77 then ' Single' else '' end as name from generate_series(1, 3000) n) made
"""
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
async def connection(fresh_database_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection to the users."""
    async with Database(fresh_database_url, pool_size=1) as database, database.primary_reading.connect() as connection:
        await connection.execute(text(MADE))
        yield connection


async def counted(connection: AsyncConnection, query: UserQuery) -> Count:
    """The count within these limits."""
    sizes = Sizes(many=ROWS, counted=ROWS, searched=SEARCHED, compared=ROWS)
    return await SqlCount(connection, EXACT, SAMPLE, sizes).of(query)


async def online(connection: AsyncConnection, many: int) -> frozenset[UUID]:
    """The ids of this many users."""
    found = await connection.execute(text("select id from users order by email limit :many"), {"many": many})
    return frozenset(found.scalars())


async def test_role_status_and_verification_are_always_counted_exactly(connection: AsyncConnection) -> None:
    assert await counted(connection, UserQuery()) == Count(3000)
    wanted = UserFilter(status=frozenset({Status.ACTIVE}))
    assert await counted(connection, UserQuery(filter=wanted)) == Count(2700)
    wanted = replace(wanted, role=frozenset({Role.MEMBER}), email_verified=False)
    assert await counted(connection, UserQuery(filter=wanted)) == Count(2100)
    assert await counted(connection, UserQuery(filter=UserFilter(status=frozenset()))) == Count(0)
    assert await counted(connection, UserQuery(filter=UserFilter(email="user77@example.org"))) == Count(1)


@pytest.mark.parametrize(("minutes", "exact"), [(100, True), (EXACT, True), (EXACT + 1, False), (1500, False)])
async def test_times_are_counted_up_to_a_limit(connection: AsyncConnection, minutes: int, *, exact: bool) -> None:
    wanted = UserFilter(created_before=BEGAN + timedelta(minutes=minutes + 0.5))
    count = await counted(connection, UserQuery(filter=wanted))
    assert count.exact is exact
    assert count.value == minutes if exact else minutes * 0.75 <= count.value <= minutes * 1.25
    assert count.value >= min(minutes, EXACT)


@pytest.mark.parametrize("many", [0, 150, 1500])
async def test_presence_is_counted_both_ways(connection: AsyncConnection, many: int) -> None:
    ids, exact = await online(connection, many), many <= EXACT
    for wanted, expected in ((True, many), (False, 3000 - many)):
        query = UserQuery(filter=UserFilter(online=wanted), online_ids=ids)
        count = await counted(connection, query)
        assert count == Count(expected) if exact else abs(count.value - expected) < 0.25 * expected
        assert count.exact is exact


@pytest.mark.parametrize(
    ("search", "expected", "exact"),
    [
        ("rare", 60, True),
        ("ada rare", 20, True),
        ("single", 1, True),
        ("nobody", 0, True),
        ("common", 2940, False),
        ("ada", 1000, False),
        ("ada common", 980, True),
        ("comm common", 2940, False),
        ("ommo", 2940, False),
        ("@example.org", 3000, False),
    ],
)
async def test_searches_are_counted_while_it_is_cheap(
    connection: AsyncConnection, search: str, expected: int, *, exact: bool
) -> None:
    query = UserQuery(search=parse_search(search))
    count = await counted(connection, query)
    assert count.exact is exact
    assert count.value == expected if exact else abs(count.value - expected) <= 0.25 * expected
    active = await counted(connection, replace(query, filter=UserFilter(status=frozenset({Status.ACTIVE}))))
    assert active.value <= expected if exact else abs(active.value - 0.9 * expected) <= 0.25 * expected


async def test_of_several_common_words_at_least_as_many_as_were_met_are_counted(connection: AsyncConnection) -> None:
    sizes = Sizes(many=ROWS, counted=ROWS, searched=SEARCHED)
    count = await SqlCount(connection, EXACT, 1, sizes).of(UserQuery(search=parse_search("comm common")))
    assert not count.exact
    assert count.value >= SEARCHED, "the sample of one user may have said that there are none"


async def test_a_search_among_the_users_of_a_time_is_counted_exactly(connection: AsyncConnection) -> None:
    wanted = UserFilter(created_before=BEGAN + timedelta(minutes=ROWS + 0.5))
    assert await counted(connection, UserQuery(search=parse_search("common"), filter=wanted)) == Count(294)
    assert await counted(connection, UserQuery(search=parse_search("comon"), filter=wanted)) != Count(0)


async def test_typing_errors_are_counted_if_little_else_is_found(connection: AsyncConnection) -> None:
    assert await counted(connection, UserQuery(search=parse_search("rrae"))) == Count(60)
    many = await counted(connection, UserQuery(search=parse_search("comon")))
    assert not many.exact
    assert abs(many.value - 2940) < 0.25 * 2940


async def test_a_sample_of_all_users_is_exact(connection: AsyncConnection) -> None:
    count = SqlCount(connection, EXACT, 3000, Sizes(many=ROWS, counted=ROWS))
    assert await count.of(UserQuery(search=parse_search("common"))) == Count(2940)


@pytest.mark.parametrize(
    ("estimate", "shown"), [(0, 0), (7.4, 7), (99.6, 100), (12_345, 12_000), (1_999_999, 2_000_000)]
)
def test_an_estimate_has_two_digits(estimate: float, shown: int) -> None:
    assert Count.about(estimate) == Count(shown, exact=False)


def test_an_estimate_is_not_below_what_is_known() -> None:
    assert Count.about(3).with_at_least(21) == Count(21, exact=False)
    assert Count(3).with_at_least(21) == Count(3)
