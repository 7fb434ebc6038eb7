"""How many statements a search runs: each is a round trip, and reads rows again that another one has read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.plans.statements import recorded
from domain.models.actor import Role
from domain.models.directory import UserFilter, UserQuery, UserSort
from domain.models.relevance import parse_search
from domain.models.user import Status, User
from domain.pagination import Page, Window
from persistence.database import Database
from persistence.forms import BuiltReads
from persistence.store import SqlStore
from persistence.user import SqlUserReader
from persistence.user_rows import Sizes
from persistence.user_search import SqlSearch
from tests.unit.test_work_counts import REPEATS, calls_of, within

FEW = 20
MADE = """
insert into users (id, email, display_name, name_key, email_key, role, status)
select md5(n::text)::uuid, 'user' || n || '@example.org', name, lower(name), 'user' || n || ' example org',
  case when n = 60 then 'admin' else 'member' end, case when n = 60 then 'disabled' else 'active' end
from (select n, (array['Ada', 'Ben', 'Xavada'])[n % 3 + 1] || ' Common' || n % 7 || case when n = 77 then ' Single' else '' end
      as name from generate_series(1, 300) n) made
"""


@pytest.fixture
async def connection(fresh_database_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection to 300 users."""
    async with Database(fresh_database_url, pool_size=1) as database, database.primary_reading.connect() as connection:
        await connection.execute(text(MADE))
        yield connection


async def statements(connection: AsyncConnection, query: UserQuery) -> tuple[int, list[str]]:
    """How many users a page has, and the statements that read it, where more than FEW rows of a word are many."""
    with recorded(connection) as seen:
        page = await SqlUserReader(connection, Sizes(few=FEW)).page(query)
    return len(page.items), [statement.text for statement in seen]


def searched(words: str, sort: UserSort = UserSort.RELEVANCE, filter_: UserFilter | None = None) -> UserQuery:
    """The first ten users that a search finds."""
    return UserQuery(Window.of(10), parse_search(words), filter_ or UserFilter(), sort)


@pytest.mark.parametrize(
    ("words", "found", "expected"),
    [
        ("ada", 10, 2),  # the rows of the word counted, the page
        ("single", 1, 3),  # beginnings and parts, looked up at once; the page; near words, of which there are none
        ("sinlge", 1, 3),  # beginnings and parts, of which there are none; near words; the page of slips
        ("nosuchword", 0, 2),  # no page is read of words that nobody has
        ("o'nosuchword", 0, 3),  # the address may begin so although no word does
        ("user77@example.org", 1, 1),  # the address, and what begins so; no domain is a whole address
        (
            "ada ben common1",
            0,
            6,
        ),  # counts of all and of the longest, parts of it; near words, their rows, the page of slips
    ],
)
async def test_a_page_of_a_search_runs_so_many_statements(
    connection: AsyncConnection, words: str, found: int, expected: int
) -> None:
    count, ran = await statements(connection, searched(words))
    assert count == found
    assert len(ran) <= expected, "\n\n".join(ran)


async def test_rows_of_a_common_word_are_counted_no_further_than_the_choice_needs(connection: AsyncConnection) -> None:
    with recorded(connection) as seen:
        await SqlUserReader(connection, Sizes(few=FEW)).page(searched("ada"))
    assert FEW + 1 in seen[0].parameters
    assert Sizes().many + 1 not in seen[0].parameters


@pytest.mark.parametrize("statuses", [None, frozenset({Status.ACTIVE})], ids=["all", "active ones"])
async def test_the_last_page_of_a_common_word_counts_no_further_either(
    connection: AsyncConnection, statuses: frozenset[Status] | None
) -> None:
    query = UserQuery(Window.of(last=10), parse_search("ada"), UserFilter(status=statuses), UserSort.RELEVANCE)
    with recorded(connection) as seen:
        page = await SqlUserReader(connection, Sizes(few=FEW)).page(query)
    assert (len(page.items), page.has_previous) == (10, True)
    assert not [statement.text for statement in seen if Sizes().many + 1 in statement.parameters]


async def test_words_that_too_many_have_inside_are_not_read_again(connection: AsyncConnection) -> None:
    first, again = await run_twice(connection, "vad", Sizes(few=3, inside=1))
    assert [len(page.items) for page in (first.page, again.page)] == [10, 10]
    assert first.page.cursors == again.page.cursors
    assert "LIKE" in first.statements[0]
    assert "LIKE" not in again.statements[0]


async def test_rows_of_common_words_that_one_may_mean_are_not_counted_again(connection: AsyncConnection) -> None:
    first, again = await run_twice(connection, "ada comomn1", Sizes(few=3))
    assert [len(page.items) for page in (first.page, again.page)] == [10, 10]
    assert first.page.cursors == again.page.cursors
    assert len(again.statements) == len(first.statements) - 1


@dataclass(frozen=True, slots=True)
class Run:
    """A page and the statements that read it."""

    page: Page[User]
    statements: list[str]


async def run_twice(connection: AsyncConnection, words: str, sizes: Sizes) -> tuple[Run, Run]:
    """A search, and the same a short time later in the same process."""
    reads, runs = BuiltReads(connection), list[Run]()
    for _ in range(2):
        with recorded(connection) as seen:
            page = await SqlSearch(connection, searched(words), sizes, reads).page()
        runs.append(Run(page, [statement.text for statement in seen]))
    return runs[0], runs[1]


async def test_a_search_by_name_reads_the_first_rows_of_its_words(connection: AsyncConnection) -> None:
    count, ran = await statements(connection, searched("ada", UserSort.DISPLAY_NAME))
    assert count == 10
    assert len(ran) == 3, "\n\n".join(ran)


async def test_a_user_with_a_slip_in_name_and_address_is_read_once(connection: AsyncConnection) -> None:
    made = """
    insert into users (email, display_name, name_key, email_key)
    select w || '@example.org', 'Vustedin ' || n, 'vustedin ' || n, w || ' example org'
    from (select n, 'vustedin' || n as w from generate_series(1, 40) n) made
    """
    await connection.execute(text(made))
    with recorded(connection) as seen:
        page = await SqlUserReader(connection, Sizes(few=FEW)).page(searched("vusteidn"))
    assert (len(page.items), page.has_next) == (10, True)
    assert len([one for one in seen if "string_to_array" in one.text]) == 1


async def test_users_that_a_filter_leaves_are_compared_one_by_one(connection: AsyncConnection) -> None:
    wanted = UserFilter(status=frozenset({Status.DISABLED}), role=frozenset({Role.ADMIN}))
    with recorded(connection) as seen:
        page = await SqlUserReader(connection, Sizes(few=FEW)).page(searched("ada", filter_=wanted))
    assert [user.email for user in page.items] == ["user60@example.org"]
    assert "user_counts" in seen[0].text
    assert "user_words" not in seen[1].text


async def test_a_search_takes_so_many_calls(fresh_database_url: str) -> None:
    """Of a form that was searched for before: the statement is there, its words are not (see test_work_counts.py)."""
    async with Database(fresh_database_url, pool_size=1) as database:
        async with database.primary.begin() as connection:
            await connection.execute(text(MADE))
        store, words = SqlStore(database), iter(["ada", "ben", "xavada", "common1", "common2", "common3"])
        found: list[int] = []

        async def search() -> None:
            found.append(len((await store.page_of_users(searched(next(words)))).items))

        await search()
        count = await calls_of(search)
        assert found == [10] * (1 + REPEATS)
    within(count, 1296)
