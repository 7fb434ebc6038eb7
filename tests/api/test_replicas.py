"""Replicas that lag: they answer only queries for which they are recent enough.

A replica that does not follow is a copy of the database, made before the test wrote anything.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from api.bootstrap.first_admin import ensure_first_admin
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
    """A server whose only replica does not follow, with the addresses of both databases."""

    api: Api
    admin: Person
    primary: str
    replica: str

    async def follows(self, statement: str) -> None:
        """Copy the whole log to the replica, and execute a statement there."""
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
    """A lagging server; the copy is made after the first admin, whose session it does not have."""
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
                await up_to_date(client.server.container)  # otherwise a subscriber could receive these events later
                yield Lagging(client, admin, fresh_database_url, replica)
    finally:
        await engines.run(f"DROP DATABASE {name} WITH (FORCE)")


def shown(answer: Any) -> set[str]:
    """The names in a page of users."""
    return {e["node"]["displayName"] for e in answer["data"]["users"]["edges"]}


async def test_a_new_user_can_sign_in_is_listed_and_has_an_event(lagging: Lagging) -> None:
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


async def test_a_feed_shows_all_users_and_then_every_change(lagging: Lagging) -> None:
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


async def test_off_means_off_in_spite_of_a_replica(lagging: Lagging) -> None:
    api, admin = lagging.api, lagging.admin
    user = await api.new_user(admin)
    async with api.socket(user) as socket:
        await live(socket)
        await api.ask("mutation($id: ID!) { disableUser(id: $id) { __typename } }", {"id": user.id}, admin)
        assert await socket.closed() == 4403
    assert (await api.graphql("{ me { id } }", by=user))["errors"][0]["extensions"]["code"] == "ACCOUNT_DISABLED"


async def test_a_replica_answers_once_it_has_the_requested_position(lagging: Lagging) -> None:
    api, admin = lagging.api, lagging.admin
    user = await api.new_user(admin)
    cursor = (await rename(api, admin, user, "On the primary"))["cursor"]
    assert shown(await api.graphql(USERS, by=admin, rollcall_read_after=cursor)) >= {"On the primary"}
    await lagging.follows("update users set display_name = 'On the replica'")
    for options in ({}, {"rollcall_read_after": cursor}):
        assert shown(await api.graphql(USERS, by=admin, **options)) == {"On the replica"}
    rest = await api.rest("GET", f"/api/v1/users/{user.id}", admin)
    assert rest.json()["data"]["display_name"] == "On the primary", "v1 cannot state how recent a response must be"


async def test_a_replica_with_another_history_is_not_used(lagging: Lagging) -> None:
    api, admin = lagging.api, lagging.admin
    user = await api.new_user(admin)
    cursor = (await rename(api, admin, user, "On the primary"))["cursor"]
    await lagging.follows("update users set display_name = 'From before the failover'")
    assert shown(await api.graphql(USERS, by=admin, rollcall_read_after=cursor)) == {"From before the failover"}
    await lagging.follows("update log_state set epoch = gen_random_uuid()")
    for options in ({}, {"rollcall_read_after": cursor}):
        assert shown(await api.graphql(USERS, by=admin, **options)) >= {"On the primary"}


async def test_an_unavailable_replica_is_not_needed(lagging: Lagging, engines: TestEngines) -> None:
    name = lagging.replica.rpartition("/")[2]
    await engines.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", f"SELECT {END} '{name}'")
    answer = await lagging.api.graphql(USERS, by=lagging.admin)
    assert answer["data"]["users"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("update log_state set last_seq = last_seq - 100000", "events behind"),
        ("alter table log_state rename to elsewhere", "a table is missing"),
    ],
)
async def test_a_replica_that_does_not_follow_is_reported_and_the_process_stays_ready(
    lagging: Lagging, statement: str, words: str
) -> None:
    api, admin = lagging.api, lagging.admin
    query = "{ serviceInfo { checks { name reason } } }"

    async def fault() -> str | None:
        checks = (await api.ask(query, by=admin))["serviceInfo"]["checks"]
        found: dict[str, str | None] = {check["name"]: check["reason"] for check in checks}
        return found["replica_1"]

    async with asyncio.timeout(120):
        while await fault() is not None:
            await asyncio.sleep(0.05)
        await lagging.follows(statement)
        while words not in (await fault() or ""):
            await asyncio.sleep(0.05)
        while (found := (await api.http.get("/health")).json())["status"] != "degraded":
            await asyncio.sleep(0.05)
        assert found["checks"] == {"database": True, "redis": True, "external_api": True}
        while "replica_1" not in (ready := (await api.http.get("/readyz")).json()).get("reasons", {}):
            await asyncio.sleep(0.05)
        assert (ready["status"], ready["checks"]["replica_1"]) == ("ok", False)
