"""A server through PgBouncer in transaction mode: everything works, and what needs a connection of its own goes past it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from api.addresses import DatabaseAddress
from api.bootstrap import database as bootstrap
from api.bootstrap.core import Core
from api.bootstrap.database import check_database, check_pool
from api.bootstrap.first_admin import ensure_first_admin
from api.settings import ConfigurationError, Settings
from persistence.engine import StatementLimits, session_settings
from tests.api.commands import Rollcall
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.faults.pgbouncer import SERVER_CONNECTIONS, PgBouncer
from tests.integration.logs import session, until
from tests.logged import logged

WANTED = session_settings(StatementLimits(read=2))
CONNECT_QUERY = "; ".join(f"set {name} = {value}" for name, value in WANTED.items())
BACKENDS = """select application_name, count(*) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() group by 1"""
EVENTS = "subscription { userEvents { __typename ... on Event { id user { id } } ... on Heartbeat { cursor } } }"
SEARCH = '{ users(first: 5, search: "pooled") { totalCount edges { node { displayName } } } }'


@pytest.fixture
def pooler(fresh_database_url: str) -> Iterator[PgBouncer]:
    """PgBouncer before the database of the test, with Rollcall's settings."""
    with PgBouncer(fresh_database_url, CONNECT_QUERY) as pooler:
        yield pooler


def through(pooler: PgBouncer, direct: str, redis_url: str, **values: object) -> Settings:
    """The settings of a server behind a pooler."""
    return settings_for(pooler.url, redis_url, database_direct_url=direct, **values)


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[tuple[Api, Person]]:
    """A server, and its admin."""
    await check_database(settings)
    await ensure_first_admin(settings)
    with Server(settings) as running:
        api = Api(running)
        async with api.http:
            yield api, await api.sign_in(ADMIN, PASSWORD)


async def test_writes_reads_and_subscriptions_share_a_few_connections(
    pooler: PgBouncer, fresh_database_url: str, redis_url: str
) -> None:
    async with served(through(pooler, fresh_database_url, redis_url)) as (api, admin), api.socket(admin) as socket:
        await socket.subscribe("1", EVENTS)
        assert (await socket.next("1"))["userEvents"]["__typename"] == "Heartbeat"
        made = await asyncio.gather(*(api.new_user(admin, name=f"Pooled {n}") for n in range(20)))
        received: set[str] = set()
        while not {user.id for user in made} <= received:
            event = (await socket.next("1"))["userEvents"]
            received |= {event["user"]["id"]} if event["__typename"] == "Event" else set()
        answers = await asyncio.gather(*(api.graphql(SEARCH, by=user) for user in made))
        assert {answer["data"]["users"]["totalCount"] for answer in answers} == {20}
        async with session(fresh_database_url) as connection:
            backends = {row[0]: row[1] for row in await connection.fetch(BACKENDS)}
    assert 1 <= backends["rollcall"] <= SERVER_CONNECTIONS
    assert backends["rollcall-relay"] == 1
    assert "ERROR" not in pooler.log


async def test_statements_have_their_limits_and_settings(
    pooler: PgBouncer, fresh_database_url: str, redis_url: str
) -> None:
    settings = through(pooler, fresh_database_url, redis_url, database_write_seconds=33, database_lock_seconds=4)
    with logged(bootstrap.log) as lines:
        await check_pool(settings)
    assert lines == []
    async with Core(settings, serving=True).running() as core:
        store, database = core.store, core.database
        async with database.primary_reading.connect() as reading:
            for name, value in WANTED.items():
                found = await reading.scalar(text("select setting from pg_settings where name = :name"), {"name": name})
                assert (name, found) == (name, value)
            assert await reading.scalar(text("show timezone")) == "UTC"
        async with store.write() as unit:
            connection = unit.users._connection  # type: ignore[attr-defined]
            assert await connection.scalar(text("show statement_timeout")) == "33s"
            assert await connection.scalar(text("show lock_timeout")) == "4s"
        async with database.primary_reading.connect() as reading:  # nothing of a transaction stays behind
            assert await reading.scalar(text("show statement_timeout")) == "2s"


async def test_a_pooler_without_the_settings_is_reported_with_the_line_to_add(
    fresh_database_url: str, redis_url: str
) -> None:
    with PgBouncer(fresh_database_url) as pooler, logged(bootstrap.log) as lines:
        await check_pool(through(pooler, fresh_database_url, redis_url))
    (line,) = lines
    assert line["event"] == "database.pooler_settings_missing"
    assert "statement_timeout" in line["missing"]
    assert line["connect_query"] == CONNECT_QUERY


async def test_a_pooler_without_the_direct_address_is_refused(pooler: PgBouncer, redis_url: str) -> None:
    with pytest.raises(
        ConfigurationError, match="DATABASE_URL: it is a pooler's, which also needs DATABASE_DIRECT_URL"
    ):
        await check_pool(settings_for(pooler.url, redis_url))


async def test_a_direct_address_that_leads_nowhere_is_named(pooler: PgBouncer, redis_url: str) -> None:
    nowhere = DatabaseAddress("postgresql://u:hunter2@127.0.0.1:1/x")
    settings = settings_for(pooler.url, redis_url).model_copy(update={"database_direct_url": nowhere})
    with pytest.raises(ConfigurationError, match="DATABASE_DIRECT_URL: its server cannot be reached") as raised:
        await check_database(settings)
    assert "hunter2" not in str(raised.value)


async def test_a_pooler_that_was_restarted_is_used_again(
    pooler: PgBouncer, fresh_database_url: str, redis_url: str
) -> None:
    async with served(through(pooler, fresh_database_url, redis_url)) as (api, admin):
        await asyncio.to_thread(pooler.kill)
        refused = (await api.graphql(SEARCH, by=admin))["errors"]
        assert {error["extensions"]["code"] for error in refused} == {"UNAVAILABLE"}
        await asyncio.to_thread(pooler.start)

        async def answers() -> bool:
            return "errors" not in await api.graphql(SEARCH, by=admin)

        await until(answers)
        await api.new_user(admin)


def test_the_documentation_has_the_settings_that_the_pooler_needs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "engines.md").read_text()
    assert f"connect_query='{CONNECT_QUERY}'" in page


def test_commands_and_migrations_go_past_the_pooler(
    pooler: PgBouncer, fresh_database_url: str, redis_url: str, tmp_path: Path
) -> None:
    rollcall = Rollcall(tmp_path, pooler.url, redis_url, {"DATABASE_DIRECT_URL": fresh_database_url})
    pooler.kill()
    try:
        rollcall.run("migrate")
        rollcall.run("admin", "create", ADMIN, stdin=PASSWORD.encode())
        assert ADMIN in rollcall.run("export").out
    finally:
        rollcall.close()
