"""Searches by statements that are built once for each form find the same, by the same SQL with the same values."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Executable, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.actor import Role
from domain.models.directory import UserFilter, UserQuery, UserSort
from domain.models.relevance import parse_search
from domain.models.user import Status, User
from domain.pagination import Window
from persistence.database import Database
from persistence.direct import Prepared
from persistence.forms import KEPT, BuiltReads, FormReads, Forms, Given, NoForm
from persistence.user_frequencies import Frequencies
from persistence.user_rows import Sizes
from persistence.user_search import SqlSearch
from tests.integration.logs import session, until
from tests.integration.test_relevance import WAYS, directory_of
from tests.integration.users import add_users

NAMES = (
    "Ada Love",
    "Adda Lovelace",
    "Ann Smith",
    "Anna Smith",
    "Hanna Smyth",
    "Łukasz O'Brien",
    "佐藤 Ann",
    "Юлия Smith",
    "Юлиа Ann",
)
SEARCHES = (
    "a",
    "an",
    "ada",
    "ann",
    "anna",
    "smith",
    "smiht",
    "smyht",
    "юлия",
    "юилия",
    "ann smith",
    "smith ann",
    "anna smiht",
    "hanan smyht",
    "an sm",
    "юлия smith",
    "ann annas",
    "smith smith",
    "佐藤",
    "佐 藤 a",
    "佐藤 smiht",
    "o'brien",
    "o'b",
    "o'smiht",
    "4711",
    "anna.1",
    "anna.4",
    "@example.org",
    "@ex@am",
    "anna@",
    "anna.5@example.org",
    "annna.5@example.org",
    "nosuchname",
    "a{0}b",
)
ASLEEP = "select count(*) from pg_stat_activity where query like 'SELECT pg_sleep%' and state = 'active'"
FILTERS = (
    UserFilter(),
    UserFilter(status=frozenset({Status.ACTIVE}), role=frozenset({Role.MEMBER})),
    UserFilter(online=False),
)


def directory() -> list[User]:
    """Users with these names, all of whom have one of the words."""
    made = directory_of(5 * len(NAMES), "ann")
    return [
        replace(user, display_name=NAMES[n % len(NAMES)], email=f"anna.{n}@example.org") for n, user in enumerate(made)
    ]


@pytest.fixture
async def database(fresh_database_url: str) -> AsyncIterator[Database]:
    """A database with these users."""
    async with Database(fresh_database_url, pool_size=2) as database:
        async with database.primary.begin() as connection:
            await add_users(connection, directory())
        yield database


class Compared:
    """Reads by both ways, and compares what they send and what they find."""

    def __init__(self, connection: AsyncConnection, forms: Forms) -> None:
        self._forms, self.by_form, self.frequencies = forms, 0, Frequencies()
        self._built, self._direct = BuiltReads(connection), FormReads(connection, forms, lambda *_, **__: None)

    async def rows(
        self, form: Hashable | None, given: Given, build: Callable[[Given], Executable]
    ) -> Sequence[Sequence[Any]]:
        """What both find."""
        built = [tuple(row) for row in await self._built.rows(form, given, build)]
        assert built == [tuple(row) for row in await self._direct.rows(form, given, build)]
        if form is not None:
            try:
                known = self._forms.get(form, given, build)
            except NoForm:
                return built
            self.by_form += 1
            own = Prepared(build(given))
            assert written(known.text, known.values(given)) == written(own.text, own.values({}))
        return built


def written(text: str, values: Sequence[Any]) -> str:
    """A statement with its values in it; ids that are a list are in no order."""
    said = [sorted(value) if isinstance(value, list) else value for value in values]
    return re.sub(r"\$(\d+)", lambda found: repr(said[int(found[1]) - 1]), text)


@pytest.mark.parametrize("way", ["gathered", "bounded", "by names"])
async def test_searches_of_one_form_are_as_if_built_each_time(database: Database, way: str) -> None:
    forms, by_form, online = Forms(), 0, [user.id for user in directory()]
    async with database.primary_reading.connect() as connection:
        for number, (text, (wanted, by_email)) in enumerate(
            product(SEARCHES, zip(FILTERS, (True, False, True), strict=True))
        ):
            query = UserQuery(search=parse_search(text), filter=wanted, sort=UserSort.RELEVANCE, by_email=by_email)
            query = replace(query, online_ids=None if wanted.online is None else frozenset(online[: number % 4]))
            by_form += await read_all(connection, query, WAYS[way], forms)
    assert by_form > len(SEARCHES)


async def read_all(connection: AsyncConnection, query: UserQuery, sizes: Sizes, forms: Forms) -> int:
    """Read two pages of a search, and back; returns how many statements had a form."""
    reads = Compared(connection, forms)

    async def page(window: Window) -> Sequence[str]:
        return (await SqlSearch(connection, replace(query, window=window), sizes, reads).page()).cursors

    if found := await page(Window.of(4)):
        further = await page(Window.of(4, after=found[-1]))
        await page(Window.of(last=3, before=(further or found)[-1]))
    return reads.by_form


async def test_a_statement_is_built_once_for_searches_of_one_form(database: Database) -> None:
    forms, sizes = Forms(), []
    async with database.primary_reading.connect() as connection:
        reads = FormReads(connection, forms, lambda *_, **__: None)
        for text in ("ann", "smi", "smith", "annabel"):
            query = UserQuery(Window(3), parse_search(text), sort=UserSort.RELEVANCE)
            await SqlSearch(connection, query, reads=reads).page()
            sizes.append(len(forms._kept))
    assert sizes[0] == sizes[1] == sizes[2] < sizes[3]  # for the last one, which finds nothing, slips are read


async def test_forms_are_kept_up_to_a_number_and_share_equal_texts(database: Database) -> None:
    forms = Forms()
    for number in range(KEPT + 5):
        forms.get(number, Given(["ada"]), lambda given: select(func.length(given.words[0])))
        assert len(forms._kept) == min(number + 1, KEPT)
    assert len(forms._kept) == KEPT
    assert len({id(form.text) for form in forms._kept.values()}) == 1


@pytest.mark.parametrize("word", ["佐藤", "\u0663\u0664", "a%", "a_b", "ABC", ""])
def test_a_word_that_no_mark_can_stand_for_has_no_form(word: str) -> None:
    with pytest.raises(NoForm):
        Forms().get("any", Given([word]), lambda given: select(func.length(given.words[0])))


def test_a_statement_that_uses_a_part_of_a_word_says_so() -> None:
    def build(given: Given) -> Executable:
        return select(func.length(given.words[0][:2]), func.length(given.words[0][::-1]))

    with pytest.raises(NoForm):
        Forms().get("any", Given(["smith"]), build)
    found = Forms().get("any", Given(["smith"], in_parts=True), build)
    assert found.values(Given(["brown"], in_parts=True)) == ["br", "nworb"]


async def test_a_statement_that_is_left_closes_its_connection_and_the_next_one_has_another(
    database: Database, fresh_database_url: str
) -> None:
    seen: list[bool] = []

    def report(sql: str, parameters: Sequence[Any], seconds: float, *, failed: bool) -> None:
        seen.append(failed)

    def slow(given: Given) -> Executable:
        return select(func.pg_sleep(30), func.length(given.words[0]))

    async with session(fresh_database_url) as another, database.primary_reading.connect() as connection:
        reading = asyncio.create_task(FormReads(connection, Forms(), report).rows("slow", Given(["ada"]), slow))
        await until(lambda: another.fetchval(ASLEEP))
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    assert seen == [True]
    async with database.primary_reading.connect() as connection:
        assert await connection.scalar(select(1)) == 1
