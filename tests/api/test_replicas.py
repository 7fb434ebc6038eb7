"""Replicas that lag: what must be new never comes from them, and what they answer shows what its reader knows.

A replica that has stopped following is a copy of the database, made before the test wrote anything.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from api.bootstrap import ensure_first_admin
from api.settings import Settings
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.api.test_live import live, names, rename
from tests.conftest import TestEngines
from tests.integration.logs import up_to_date

FEED = """subscription { userFeed { __typename
  ... on UserEntered { user { displayName } } ... on UserChanged { user { displayName } } } }"""
USERS = "{ users(first: 100) { edges { node { displayName } } totalCount } }"
END = "pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Lagging:
    """A server whose only replica stands still, and the addresses of both databases."""

    api: Api
    admin: Person
    primary: str
    replica: str

    async def follows(self, statement: str) -> None:
        """Let the replica have the whole log, and show something of its own."""
        primary = await asyncpg.connect(self.primary)
        replica = await asyncpg.connect(self.replica)
        try:
            rows = [
                tuple(r) for r in await primary.fetch("select id, ord, seq, type, subject_kind, subject_id from events")
            ]
            insert = (
                "insert into events (id, ord, seq, type, subject_kind, subject_id) overriding system value"
                " values ($1, $2, $3, $4, $5, $6)"
            )
            await replica.executemany(f"{insert} on conflict do nothing", rows)
            await replica.execute(statement)
        finally:
            await primary.close()
            await replica.close()


@pytest.fixture
async def lagging(
    engines: TestEngines, fresh_database_url: str, redis_url: str, worker_id: str
) -> AsyncIterator[Lagging]:
    """The copy is made once there is a first admin, whose session it does not know."""
    settings: Settings = settings_for(fresh_database_url, redis_url)
    await ensure_first_admin(settings)
    name = f"replica_{worker_id}_{next(numbers)}"
    source = fresh_database_url.rpartition("/")[2]
    await engines.run(f"CREATE DATABASE {name} TEMPLATE {source}")
    replica = engines.address(name)
    try:
        with Server(settings_for(fresh_database_url, redis_url, database_replica_urls=replica)) as running:
            client = Api(running)
            async with client.http:
                admin = await client.sign_in(ADMIN, PASSWORD)
                await up_to_date(client.server.container)  # a subscriber receives none of these events later
                yield Lagging(client, admin, fresh_database_url, replica)
    finally:
        await engines.run(f"DROP DATABASE {name} WITH (FORCE)")


def shown(answer: Any) -> set[str]:
    """The names in a page of users."""
    return {e["node"]["displayName"] for e in answer["data"]["users"]["edges"]}


async def test_a_user_just_created_signs_in_is_listed_and_has_an_event(lagging: Lagging) -> None:
    api, admin = lagging.api, lagging.admin
    async with api.socket(admin) as socket:
        await live(socket)
        user = await api.new_user(admin, name="Newcomer")
        answer = await api.graphql(USERS, by=admin)
        assert shown(answer) >= {"Newcomer"}
        await rename(api, admin, user, "Renamed")
        assert await names(socket, 2) == ["Newcomer", "Renamed"]
        assert shown(await api.graphql(USERS, by=admin)) >= {"Renamed"}
    assert (await api.rest("GET", f"/api/v1/users/{user.id}", admin)).json()["data"]["display_name"] == "Renamed"


async def test_a_feed_shows_everybody_then_every_change(lagging: Lagging) -> None:
    api, admin = lagging.api, lagging.admin
    user = await api.new_user(admin, name="Newcomer")
    async with api.socket(admin) as socket:
        await socket.subscribe("1", FEED)
        entered: set[str] = set()
        while (message := (await socket.next())["userFeed"])["__typename"] == "UserEntered":
            entered.add(message["user"]["displayName"])
        assert entered >= {"Newcomer"}
        assert message["__typename"] == "FeedReady"
        await rename(api, admin, user, "Renamed")
        assert (await socket.next())["userFeed"] == {"__typename": "UserChanged", "user": {"displayName": "Renamed"}}


async def test_off_means_off(lagging: Lagging) -> None:
    api, admin = lagging.api, lagging.admin
    user = await api.new_user(admin)
    async with api.socket(user) as socket:
        await live(socket)
        await api.ask("mutation($id: ID!) { disableUser(id: $id) { __typename } }", {"id": user.id}, admin)
        assert await socket.closed() == 4403
    assert (await api.graphql("{ me { id } }", by=user))["errors"][0]["extensions"]["code"] == "ACCOUNT_DISABLED"


async def test_a_replica_answers_once_it_shows_what_is_asked_for(lagging: Lagging) -> None:
    api, admin = lagging.api, lagging.admin
    user = await api.new_user(admin)
    cursor = (await rename(api, admin, user, "On the primary"))["cursor"]
    assert shown(await api.graphql(USERS, by=admin, rollcall_read_after=cursor)) >= {"On the primary"}
    await lagging.follows("update users set display_name = 'On the replica'")
    for asked in ({}, {"rollcall_read_after": cursor}):
        assert shown(await api.graphql(USERS, by=admin, **asked)) == {"On the replica"}
    rest = await api.rest("GET", f"/api/v1/users/{user.id}", admin)
    assert rest.json()["data"]["display_name"] == "On the primary", "v1 cannot say how new an answer must be"


async def test_a_replica_that_follows_another_history_is_not_asked(lagging: Lagging) -> None:
    api, admin = lagging.api, lagging.admin
    user = await api.new_user(admin)
    cursor = (await rename(api, admin, user, "On the primary"))["cursor"]
    await lagging.follows("update users set display_name = 'Of before the failover'")
    assert shown(await api.graphql(USERS, by=admin, rollcall_read_after=cursor)) == {"Of before the failover"}
    await lagging.follows("update log_state set epoch = gen_random_uuid()")
    for asked in ({}, {"rollcall_read_after": cursor}):
        assert shown(await api.graphql(USERS, by=admin, **asked)) >= {"On the primary"}


async def test_an_unavailable_replica_is_not_needed(lagging: Lagging, engines: TestEngines) -> None:
    name = lagging.replica.rpartition("/")[2]
    await engines.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", f"SELECT {END} '{name}'")
    answer = await lagging.api.graphql(USERS, by=lagging.admin)
    assert answer["data"]["users"]["totalCount"] == 1
