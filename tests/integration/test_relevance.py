"""Searches on the real PostgreSQL agree with the rules, whichever plan is used: pages, counts, other orders, feeds.

Random users and random searches. The expected order is computed by the rules; the database must return the same, page by
page in both directions, by each of the plans between which it chooses by size.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, product
from typing import cast
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.actor import Role
from domain.models.conditions import texts_of
from domain.models.directory import Count, UserFilter, UserQuery, UserSort
from domain.models.relevance import LITTLE, SLIPPED, Tier, is_little, parse_search, rank
from domain.models.user import Status, User
from domain.models.words import email_key, name_key
from domain.pagination import Window
from domain.services.directory import DirectoryService
from domain.services.unit import Store
from persistence.database import Database
from persistence.user import SqlUserRepository
from persistence.user_count import SqlCount
from persistence.user_rows import Sizes
from persistence.user_search import SqlSearch
from tests.integration.users import add_users
from tests.unit.fakes.outside import FakePresence

WAYS = {
    "gathered": Sizes(),
    "by vocabulary": Sizes(few=0),
    "bounded": Sizes(few=0, walked=0, bounded=0),
    "by names": Sizes(
        few=0, many=0, walked=0, counted=0, vocabulary=0, inside=1, gathered=LITTLE, compared=0, searched=2
    ),
    "by ids": Sizes(few=0, gathered=LITTLE, compared=2, met=1),
    "met early": Sizes(gathered=LITTLE, met=12),
}
KEYS: dict[UserSort, Callable[[User], object]] = {
    UserSort.DISPLAY_NAME: lambda u: name_key(u.display_name),
    UserSort.EMAIL: lambda u: u.email,
    UserSort.CREATED_AT: lambda u: u.created_at,
}
"""Orders other than relevance: the users found may be sorted by what is beside the words, looked up, or met along it."""
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = [
    "Ada",
    "Adam",
    "Adda",
    "Love",
    "Lovelace",
    "Ann",
    "Hanna",
    "Anna",
    "O'Brien",
    "Jean-Pierre",
    "Łukasz",
    "%",
    "Smith",
]
IDEOGRAPHS = ["佐藤", "明美", "佐々木", "김", "민수"]
DOMAINS = ["love.example", "example.org"]

names = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
    st.tuples(st.sampled_from(IDEOGRAPHS), st.sampled_from(["", " "]), st.sampled_from(IDEOGRAPHS)).map("".join),
    st.text("abc", min_size=1, max_size=5),
)
locals_ = st.lists(st.sampled_from(["ada", "love", "hanna", "x7", "12345", "smith"]), min_size=1, max_size=3).map(
    ".".join
)


@st.composite
def directories(draw: st.DrawFn) -> list[User]:
    """Some users, whose ids are not in the order of creation."""
    made: list[User] = []
    for number in range(draw(st.integers(1, 14))):
        at = BEGAN + timedelta(minutes=draw(st.integers(0, 3)))
        email = f"{draw(locals_)}{number}@{draw(st.sampled_from(DOMAINS))}"
        status, role = draw(st.sampled_from(Status)), draw(st.sampled_from(Role))
        verified = draw(st.sampled_from([None, at]))
        user_id = UUID(int=draw(st.integers(0, 2**111)) << 16 | number)
        made.append(User(user_id, email, draw(names), role, status, 1, at, at, verified))
    return made


@st.composite
def searches(draw: st.DrawFn, users: Sequence[User]) -> str:
    """A search that matches a user, or nearly does."""
    user = draw(st.sampled_from(users))
    local, _, domain = user.email.partition("@")
    text = draw(
        st.sampled_from(
            [user.display_name, user.email, local, f"@{domain}", domain, str(user.id), *user.display_name.split()]
        )
    )
    start = draw(st.sampled_from([0, 0, 0, 1, 2]))
    text = text[start : start + draw(st.sampled_from([1, 2, 3, 5, 50, 50]))]
    if draw(st.booleans()) and len(text) > 2:
        at = draw(st.integers(0, len(text) - 2))
        text = draw(
            st.sampled_from([text[:at] + text[at + 1] + text[at] + text[at + 2 :], text[:at] + text[at + 1 :], text])
        )
    return text if draw(st.booleans()) else " ".join(reversed(text.split()))


def expected(users: Sequence[User], query: UserQuery) -> list[User]:
    """The result by the rules, best match first."""
    assert query.search is not None
    tiers: dict[UUID, Tier] = {}
    for user in users:
        key = name_key(user.display_name)
        tier = rank(
            query.search, texts_of(user.id, key, email_key(user.email, key), user.email), by_email=query.by_email
        )
        if tier is not None:
            tiers[user.id] = tier
    visible = [u for u in users if query.by_email or u.status is Status.ACTIVE]
    little = is_little(tiers.get(u.id) for u in visible)
    found = [u for u in users if u.id in tiers and (little or tiers[u.id] not in SLIPPED)]
    found = [u for u in found if query.filter.matches(u, query.online_ids or frozenset())]
    return sorted(found, key=lambda u: (tiers[u.id], name_key(u.display_name), u.id))


async def walked(connection: AsyncConnection, query: UserQuery, sizes: Sizes, *, backward: bool) -> list[User]:
    """All users that a search finds by relevance, page by page."""
    seen: list[User] = []
    cursor: str | None = None
    while True:
        window = Window.of(last=3, before=cursor) if backward else Window.of(3, cursor)
        page = await SqlSearch(connection, replace(query, window=window), sizes).page()
        seen = [*page.items, *seen] if backward else [*seen, *page.items]
        if not (page.has_previous if backward else page.has_next):
            return seen
        cursor = page.cursors[0] if backward else page.cursors[-1]


async def sorted_by(connection: AsyncConnection, query: UserQuery, sizes: Sizes, *, backward: bool) -> list[User]:
    """All users in another order, page by page."""
    seen: list[User] = []
    cursor: str | None = None
    while True:
        window = Window.of(last=LITTLE, before=cursor) if backward else Window.of(LITTLE, cursor)
        page = await SqlUserRepository(connection, sizes).page(replace(query, window=window))
        seen = [*page.items, *seen] if backward else [*seen, *page.items]
        if not (page.has_previous if backward else page.has_next):
            return seen
        cursor = page.cursors[0] if backward else page.cursors[-1]


class OneConnection:
    """A store whose reads see what this connection has not committed."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.users = SqlUserRepository(connection)

    @asynccontextmanager
    async def read(self, *_: object) -> AsyncIterator[OneConnection]:
        """Itself, as the unit."""
        yield self


async def compare(url: str, users: Sequence[User], queries: Sequence[UserQuery], sizes: Sizes) -> None:
    """Compare queries on a database that has these users for this test only."""
    async with Database(url, pool_size=1) as database, database.primary.connect() as connection:
        await add_users(connection, users)
        sorts = cycle(KEYS)
        for query in queries:
            right = expected(users, query)
            for backward in (False, True):
                assert await walked(connection, query, sizes, backward=backward) == right, query
            assert await SqlCount(connection, sizes=sizes).of(query) == Count(len(right)), query
            feed = await DirectoryService(cast(Store, OneConnection(connection)), FakePresence()).matching(query, users)
            assert {u.id for u, fits in zip(users, feed, strict=True) if fits} == {u.id for u in right}, query
            other = replace(query, sort=next(sorts), descending=len(right) % 2 == 0)
            in_order = sorted(right, key=lambda u, of=KEYS[other.sort]: (of(u), u.id), reverse=other.descending)  # type: ignore[misc]
            for backward in (False, True):
                assert await sorted_by(connection, other, sizes, backward=backward) == in_order, other


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_a_search_finds_what_the_rules_expect(fresh_database_url: str, way: str, data: st.DataObject) -> None:
    users = data.draw(directories())
    queries = []
    for _ in range(6):
        search = parse_search(data.draw(searches(users)))
        if search is not None:
            by_email = data.draw(st.booleans())
            statuses = (
                data.draw(st.sampled_from([None, frozenset({Status.ACTIVE})]))
                if by_email
                else frozenset({Status.ACTIVE})
            )
            filter_ = UserFilter(
                status=statuses,
                role=data.draw(st.sampled_from([None, frozenset({Role.MEMBER})])),
                online=data.draw(st.sampled_from([None, None, True, False])),
                created_after=data.draw(st.sampled_from([None, None, BEGAN])),
                created_before=data.draw(st.sampled_from([None, None, BEGAN + timedelta(minutes=2)])),
            )
            online = frozenset(u.id for u in users[::2])
            queries.append(
                UserQuery(Window(), search, filter_, UserSort.RELEVANCE, by_email=by_email, online_ids=online)
            )
    asyncio.run(compare(fresh_database_url, users, queries, WAYS[way]))


def directory_of(count: int, word: str) -> list[User]:
    """Users of all roles and statuses, most of them active members.

    Those with a verified address come in runs, and all have a word in their name, which of the others one in four has.
    """
    dice = random.Random(7)  # noqa: S311 - no secret
    made: list[User] = []
    for number in range(count):
        at, is_verified = BEGAN + timedelta(minutes=number), number // 16 % 2 == 1
        name = f"x{number:02} {word if is_verified or number % 4 == 3 else 'other'}"
        status, role = dice.choice([*Status, *[Status.ACTIVE] * 9]), dice.choice([*Role, *[Role.MEMBER] * 9])
        email, user_id = f"{number:02}@love.example", UUID(int=dice.getrandbits(128))
        made.append(User(user_id, email, name, role, status, 1, at, at, at if is_verified else None))
    return made


@pytest.mark.parametrize("met", [6, 10, 1000])
async def test_a_common_word_is_met_early_in_every_order(fresh_database_url: str, met: int) -> None:
    sizes, users = Sizes(gathered=LITTLE, met=met), directory_of(60, "ada")
    query = UserQuery(Window(), parse_search("ada"), UserFilter(), UserSort.RELEVANCE, by_email=True)
    async with Database(fresh_database_url, pool_size=1) as database, database.primary.connect() as connection:
        await add_users(connection, users)
        for (sort, key), backward, descending in product(KEYS.items(), (False, True), (False, True)):
            right = sorted(expected(users, query), key=lambda u, of=key: (of(u), u.id), reverse=descending)  # type: ignore[misc]
            other = replace(query, sort=sort, descending=descending)
            assert await sorted_by(connection, other, sizes, backward=backward) == right, other
