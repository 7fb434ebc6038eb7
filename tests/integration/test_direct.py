"""Reads that go straight to the driver: the same pages and users as through SQLAlchemy, observed, and safe to leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import product

import pytest
from sqlalchemy import bindparam, func, select, text

from bench.growth.generate import generated_users
from domain.errors import Unavailable, ValidationFailed
from domain.models.actor import Role
from domain.models.directory import UserFilter, UserQuery, UserSort
from domain.models.relevance import parse_search
from domain.models.user import Status, User
from domain.pagination import Window
from persistence.database import Database
from persistence.direct import Direct, Prepared
from persistence.engine import StatementLimits
from persistence.statements import SlowStatement
from persistence.store import SqlStore
from persistence.turns import ConnectionTurns
from persistence.user_pages import KEPT, UserPages, is_plain
from tests.integration.logs import session, until
from tests.integration.users import add_users

USERS = [replace(u, can_sign_in=False) for u in generated_users(120)]
SORTS = [sort for sort in UserSort if sort is not UserSort.RELEVANCE]
FILTERS = (
    UserFilter(),
    UserFilter(status=frozenset({Status.ACTIVE})),
    UserFilter(role=frozenset({Role.ADMIN, Role.AUDITOR}), email_verified=True),
    UserFilter(can_sign_in=True),
)


@pytest.fixture
async def database(fresh_database_url: str) -> AsyncIterator[Database]:
    """A database with these users."""
    async with Database(fresh_database_url, pool_size=2, limits=StatementLimits(read=0.5)) as database:
        async with database.primary.begin() as connection:
            await add_users(connection, USERS)
        yield database


def direct(database: Database) -> Direct:
    return Direct(database, ConnectionTurns.of(database))


async def test_pages_are_those_of_a_read_unit(database: Database) -> None:
    store = SqlStore(database)
    for sort, descending, wanted in product(SORTS, (False, True), FILTERS):
        query = UserQuery(sort=sort, descending=descending, filter=wanted)
        seen: list[User] = []
        window: Window | None = Window(13)
        while window is not None:
            asked = replace(query, window=window)
            page = await store.page_of_users(asked)
            async with store.read() as unit:
                assert page == await unit.users.page(asked), asked
            seen += page.items
            if page.cursors:
                back = replace(query, window=Window(5, before=page.cursors[-1], backward=True))
                async with store.read() as unit:
                    assert await store.page_of_users(back) == await unit.users.page(back), back
            window = Window(13, after=page.cursors[-1]) if page.has_next else None
        assert len(seen) == len(set(seen)) == sum(wanted.matches(u, frozenset()) for u in USERS)


async def test_statements_are_built_once_for_each_form_and_few_are_kept(database: Database) -> None:
    pages = UserPages(direct(database))
    first = await pages.page(UserQuery())
    [statement] = pages._statements.values()
    for cursor in first.cursors:
        await pages.page(UserQuery(window=Window(after=cursor)))
    assert len(pages._statements) == 2
    for size, descending, backward in product(range(1, 101), (False, True), (False, True)):
        await pages.page(UserQuery(window=Window(size, backward=backward), descending=descending))
    assert len(pages._statements) == KEPT
    assert statement not in pages._statements.values()


async def test_a_cursor_of_another_list_is_refused(database: Database) -> None:
    store = SqlStore(database)
    page = await store.page_of_users(UserQuery())
    for wrong in (page.cursors[0], "x"):
        with pytest.raises(ValidationFailed):
            await store.page_of_users(UserQuery(sort=UserSort.EMAIL, window=Window(after=wrong)))


def test_a_search_and_conditions_beside_the_traits_are_not_plain() -> None:
    assert is_plain(UserQuery(filter=FILTERS[2]))
    moment = USERS[0].created_at
    for wanted in (
        UserFilter(online=True),
        UserFilter(email="a@example.com"),
        UserFilter(id=USERS[0].id),
        UserFilter(created_after=moment),
        UserFilter(created_before=moment),
    ):
        assert not is_plain(UserQuery(filter=wanted)), wanted
    assert not is_plain(UserQuery(search=parse_search("ada")))


async def test_users_by_id_are_those_of_a_read_unit(database: Database) -> None:
    store = SqlStore(database)
    ids = [u.id for u in USERS]
    found = await asyncio.gather(*(store.users_by_id([i]) for i in ids))
    assert [f[i] for f, i in zip(found, ids, strict=True)] == USERS
    async with store.read() as unit:
        assert await store.users_by_id(ids) == await unit.users.get_many(ids)
    assert {type(u.role) for f in found for u in f.values()} == {Role}


async def test_statements_are_observed(database: Database) -> None:
    times: list[tuple[str, float]] = []
    slow: list[SlowStatement] = []
    database.observe(lambda role, seconds: times.append((role, seconds)))
    database.observe_slow(-1.0, slow.append)
    await direct(database).fetch(Prepared(select(func.length(bindparam("word")))), word="four")
    with pytest.raises(Unavailable):
        await direct(database).fetch(Prepared(text("select pg_sleep(30)")))
    with pytest.raises(Unavailable):
        await direct(database).copy("select pg_sleep(30)")
    assert await direct(database).copy("select 'a,b', null, ''") == (b'"a,b",,""\n', 1)
    assert [role for role, _ in times] == ["primary"] * 2
    assert [(s.failed, s.engine) for s in slow] == [
        (False, database.primary),
        (True, database.primary),
        (True, database.primary),
        (False, database.primary),
    ]
    assert list(slow[0].parameters) == ["four"]


@pytest.mark.parametrize("way", ["fetch", "copy"])
async def test_a_read_that_is_left_leaves_its_place_and_no_open_statement(database: Database, way: str) -> None:
    reader = direct(database)
    sleep, one = "select pg_sleep(0.4)", Prepared(text("select 1"))
    for _ in range(3 * database.pool_size):
        left = asyncio.create_task(reader.copy(sleep) if way == "copy" else reader.fetch(Prepared(text(sleep))))
        await until(lambda: database.connections()["primary"] == 1)
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
    rows = await asyncio.gather(*(reader.fetch(one) for _ in range(3 * database.pool_size)))
    assert [row[0] for [row] in rows] == [1] * len(rows)
    assert database.connections()["primary"] == 0


async def test_a_connection_that_the_server_closes_is_replaced(database: Database, fresh_database_url: str) -> None:
    reader = direct(database)
    pid, one = Prepared(text("select pg_backend_pid()")), Prepared(text("select 1"))
    [[closed]] = await reader.fetch(pid)
    async with session(fresh_database_url) as another:
        assert await another.fetchval("select pg_terminate_backend($1, 5000)", closed)
    for _ in range(5):
        try:
            assert [row[0] for row in await reader.fetch(one)] == [1]
            break
        except Unavailable:  # the end of the connection had not arrived yet
            continue
    else:
        pytest.fail("the pool kept a closed connection")


async def test_spare_connections_are_used_again_and_never_taken_from_others(fresh_database_url: str) -> None:
    pid, sleep = Prepared(text("select pg_backend_pid()")), Prepared(text("select pg_backend_pid(), pg_sleep(0.01)"))
    async with Database(fresh_database_url, pool_size=4) as database:
        store, reader = SqlStore(database), direct(database)
        [[first]] = await reader.fetch(pid)
        [[again]] = await reader.fetch(pid)
        assert again == first
        assert (len(database.spares), database.connections()["primary"]) == (1, 0)
        await asyncio.gather(*(reader.fetch(sleep) for _ in range(12)))
        assert len(database.spares) == 2, "half of the pool"
        async with AsyncExitStack() as stack:
            for task in [asyncio.create_task(_held(stack, store)) for _ in range(4)]:
                await task
            assert (len(database.spares), database.connections()["primary"]) == (0, 4)
        assert await reader.fetch(pid)


async def _held(stack: AsyncExitStack, store: SqlStore) -> None:
    await stack.enter_async_context(store.read())
