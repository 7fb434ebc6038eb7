"""While a newer release replaces this one: events of types that this one does not know stop nothing and are not lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.cursors import parse_cursor
from tests.api.conftest import Api, Person
from tests.api.feeds import FEED, Copy
from tests.api.sites import Site, new_site
from tests.integration.logs import session, up_to_date
from tests.receiver import receiving

RENAME = "update users set display_name = $2, version = version + 1 where id = $1"
ADD = """insert into events (type, subject_kind, subject_id, user_id, changes, audience_before, audience_after)
  values ($1, $2, $3, $4, '[{"field": "shade", "before": null, "after": "violet"}]', 'everyone', $5) returning id"""
EVENTS = """subscription($c: Cursor) { userEvents(after: $c) {
  __typename ... on Event { cursor type userId } ... on Heartbeat { cursor } } }"""
USER = "query($id: ID!) { user(id: $id) { displayName } }"
TRAIL = "query($n: Int, $c: String) { events(first: $n, after: $c) { edges { cursor node { type } } pageInfo { hasNextPage } } }"
HISTORY = "query($id: ID!) { user(id: $id) { events(first: 10) { edges { node { type } } } } }"
ENDPOINT = """mutation($url: String!) { createWebhookEndpoint(input: {name: "All", url: $url, types: []}) {
  ... on WebhookSecretPayload { webhookEndpoint { id } } } }"""
DELIVERIES = "query($id: ID!) { webhookDeliveries(endpointId: $id, first: 50) { edges { node { type } } } }"
NODE = "query($id: ID!) { node(id: $id) { id } }"


@pytest.fixture
async def site(fresh_database_url: str, redis_url: str) -> AsyncIterator[Site]:
    """A server that may send to this machine, and its admin."""
    async with new_site(fresh_database_url, redis_url, webhook_allowed_networks="127.0.0.0/8") as running:
        yield running


async def write_as_newer(connection: asyncpg.Connection, person: Person, name: str) -> list[str]:
    """What a process of a newer release may write: a changed user, and an event about something of which this one has no kind."""
    user_id = UUID(person.id)
    async with connection.transaction():
        await connection.execute(RENAME, user_id, name)
        moved = await connection.fetchval(ADD, "user_moved", "user", user_id, user_id, "everyone")
        team = await connection.fetchval(ADD, "team_removed", "team", UUID(int=7), None, None)
    return [str(moved), str(team)]


async def types_of(api: Api, admin: Person, query: str, variables: dict[str, Any]) -> list[str]:
    """The types in a list of a user, or of the log."""
    found = await api.ask(query, variables, admin)
    (only,) = found.values()
    return [edge["node"]["type"] for edge in (only.get("events") or only)["edges"]]


async def test_subscribers_and_lists_go_on(site: Site) -> None:
    api, admin = site
    person, copy = await api.new_user(admin, name="Ada"), Copy()
    await up_to_date(api.server.container)
    start = str(api.server.container.hub.position)
    async with session(api.server.container.core.settings.database_url.dsn) as connection:
        async with api.socket(admin) as socket, api.socket(admin) as feed, api.socket(person) as own:
            await socket.subscribe("e", EVENTS)
            assert (await socket.next("e"))["userEvents"]["__typename"] == "Heartbeat"
            await feed.subscribe("f", FEED, {"search": None, "filter": None, "after": None})
            await copy.until_ready(feed)
            for _ in range(3):  # from the second time on it is answered from memory
                assert (await api.ask(USER, {"id": person.id}, admin))["user"]["displayName"] == "Ada"
            ids = await write_as_newer(connection, person, "Grace")
            later = await api.new_user(admin, name="Later")
            assert (await api.ask(USER, {"id": person.id}, admin))["user"]["displayName"] == "Grace"
            await copy.until(feed, person.id, "Grace")
            await copy.until(feed, later.id, "Later")
            assert [m["userId"] for m in await until_user(socket, later.id)] == [later.id]
            await own.subscribe("e", EVENTS)
            assert (await own.next("e"))["userEvents"]["cursor"], "rights that were checked again are kept"
        async with api.socket(admin) as socket:
            await socket.subscribe("e", EVENTS, {"c": start})
            replayed = await until_user(socket, later.id)
            assert [m["type"] for m in replayed] == ["USER_CREATED"]
        rows = await connection.fetch("select type, seq from events where id = any($1::uuid[]) order by seq", ids)
        assert [r["type"] for r in rows] == ["user_moved", "team_removed"]
        reached = parse_cursor(replayed[0]["cursor"])
        assert reached is not None
        assert reached.seq == rows[-1]["seq"] + 1, "the position has moved past them"
    await assert_lists(api, admin, person, ids)
    assert (await api.http.get("/readyz")).status_code == 200


async def until_user(socket: Any, user_id: str) -> list[Any]:
    """The events up to the first one about a user, without the heartbeats and without sign-ins."""
    found: list[Any] = []
    while not found or found[-1]["userId"] != user_id:
        message = (await socket.next("e"))["userEvents"]
        if message["__typename"] == "Event" and message["type"] != "SESSION_STARTED":
            found.append(message)
    return found


async def assert_lists(api: Api, admin: Person, person: Person, hidden: list[str]) -> None:
    """Pages of the audit trail are full and without a gap, and have no entry that could not be shown."""
    trail = await types_of(api, admin, TRAIL, {"n": 50})
    paged, cursor = [], None
    while True:
        page = (await api.ask(TRAIL, {"n": 2, "c": cursor}, admin))["events"]
        paged += [edge["node"]["type"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        assert len(page["edges"]) == 2
        cursor = page["edges"][-1]["cursor"]
    assert paged == trail
    assert trail.count("USER_CREATED") == 3
    assert "USER_CREATED" in await types_of(api, admin, HISTORY, {"id": person.id})
    counts = (await api.ask("{ eventCounts { counts { type count } } }", by=admin))["eventCounts"]["counts"]
    assert sum(c["count"] for c in counts) == len(trail)
    for id_ in hidden:
        assert (await api.ask(NODE, {"id": id_}, admin))["node"] is None


async def test_webhooks_are_sent_for_them_and_for_what_follows(site: Site) -> None:
    """A receiver of every event gets them too: all that is sent of an event is in the log."""
    api, admin = site
    person = await api.new_user(admin)
    async with (
        receiving() as receiver,
        session(api.server.container.core.settings.database_url.dsn) as connection,
    ):
        endpoint = (await api.ask(ENDPOINT, {"url": receiver.url()}, admin))["createWebhookEndpoint"]["webhookEndpoint"]
        ids = await write_as_newer(connection, person, "Grace")
        await api.new_user(admin)
        received = await receiver.until(
            lambda r: {"user_moved", "team_removed", "user_created"} <= {x.data["type"] for x in r}
        )
        sent = {r.data["type"]: r.data["data"] for r in received}
        assert (sent["user_moved"]["id"], sent["user_moved"]["userId"]) == (ids[0], person.id)
        assert sent["user_moved"]["changes"] == [{"field": "shade", "before": None, "after": "violet"}]
        assert (sent["team_removed"]["id"], sent["team_removed"]["subjectKind"]) == (ids[1], "team")
        shown = (await api.ask(DELIVERIES, {"id": endpoint["id"]}, admin))["webhookDeliveries"]["edges"]
        assert "USER_CREATED" in [edge["node"]["type"] for edge in shown]
