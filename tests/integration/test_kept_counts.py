"""Searches for common words that were counted a short time ago: the words are not counted again, and what is found is current."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.directory import UserQuery, UserSort
from domain.models.relevance import parse_search
from domain.pagination import Window
from persistence.database import Database
from persistence.forms import FormReads, Forms
from persistence.user_frequencies import Frequencies
from persistence.user_rows import Sizes
from persistence.user_search import SqlSearch
from tests.integration.test_search_statements import MADE

ADDED = """
insert into users (email, display_name, name_key, email_key)
select 'new' || n || '@example.org', 'Adaaa Common1', 'aaa ada common1', 'new' || n || ' example org' from generate_series(1, 9) n
"""


class Searches:
    """Searches of one process, and the statements that they run."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection, self.ran = connection, list[str]()
        self._reads = FormReads(connection, Forms(), self._note, Frequencies())

    def _note(self, sql: str, *_: object, **__: object) -> None:
        self.ran.append(sql)

    async def found(self, words: str) -> list[str]:
        """The addresses on a page of thirty."""
        self.ran.clear()
        query = UserQuery(Window.of(30), parse_search(words), sort=UserSort.RELEVANCE)
        page = await SqlSearch(self._connection, query, Sizes(few=20), self._reads).page()
        return [user.email for user in page.items]

    def counted(self) -> bool:
        """Whether the last search counted rows of words."""
        return any("count(*)" in sql and "user_words" in sql for sql in self.ran)


@pytest.fixture
async def searches(fresh_database_url: str) -> AsyncIterator[Searches]:
    """Searches among 300 users."""
    async with Database(fresh_database_url, pool_size=1) as database, database.primary_reading.connect() as connection:
        await connection.execute(text(MADE))
        yield Searches(connection)


@pytest.mark.parametrize("words", ["ada", "ada common1", "ada common1 example"])
async def test_a_common_word_is_counted_once(searches: Searches, words: str) -> None:
    first = await searches.found(words)
    assert searches.counted()
    assert await searches.found(words) == first
    assert not searches.counted()


async def test_what_is_found_is_current_whatever_the_counts_were(searches: Searches) -> None:
    execute = partial(searches._connection.execute)
    await searches.found("ada common1")
    await execute(text(ADDED))
    found = await searches.found("ada common1")
    assert {f"new{n}@example.org" for n in range(1, 10)} <= set(found)
    await execute(text("delete from users"))
    assert await searches.found("ada common1") == []
