"""Subscriptions over the running server: order, resumption, scopes, endings."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.api.conftest import Api, Person, Server, Socket

EVENTS = """subscription($after: Cursor, $filter: EventFilter) {
  userEvents(after: $after, filter: $filter) {
    __typename
    ... on Event { cursor type userId changes { field before after } user { id email displayName } actor { email } ipAddress }
    ... on Heartbeat { cursor }
    ... on ResyncRequired { reason cursor }
  }
}"""
RENAME = """mutation($i: UpdateUserInput!) { updateUser(input: $i) {
  __typename ... on UserPayload { cursor user { version } } ... on Problem { code message } } }"""
DISABLE = "mutation($id: ID!) { disableUser(id: $id) { __typename ... on UserPayload { user { status } } } }"


async def rename(api: Api, admin: Person, user: Person, name: str) -> Any:
    """Rename a user through GraphQL."""
    payload = (await api.ask(RENAME, {"i": {"id": user.id, "displayName": name}}, admin))["updateUser"]
    assert payload["__typename"] == "UserPayload", payload
    return payload


async def live(socket: Socket, id_: str = "1", **variables: Any) -> str:
    """Subscribe and wait for the position from which it is live."""
    await socket.subscribe(id_, EVENTS, variables)
    while True:
        message = (await socket.next(id_))["userEvents"]
        if message["__typename"] == "Heartbeat":
            return str(message["cursor"])


async def names(socket: Socket, count: int) -> list[str]:
    """The new display names in the next events."""
    found: list[str] = []
    while len(found) < count:
        message = (await socket.next())["userEvents"]
        if message["__typename"] == "Event":
            found += [c["after"] for c in message["changes"] if c["field"] == "displayName"]
    return found


async def test_events_arrive_in_order_once_from_every_interface(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    async with api.socket(admin) as socket:
        await live(socket, filter={"userId": user.id, "types": ["USER_UPDATED"]})
        for i in range(5):
            await rename(api, admin, user, f"Name {i}")
        rest = await api.http.put(f"/api/v1/users/{user.id}", json={"display_name": "Name 5"}, headers=admin.bearer)
        assert rest.status_code == 200
        assert await names(socket, 6) == [f"Name {i}" for i in range(6)]


async def test_a_cursor_resumes_without_gap_or_duplicate(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    wanted = {"userId": user.id, "types": ["USER_UPDATED"]}
    first = (await rename(api, admin, user, "One"))["cursor"]
    for name in ("Two", "Three"):
        await rename(api, admin, user, name)
    async with api.socket(admin) as socket:
        await socket.subscribe("1", EVENTS, {"after": first, "filter": wanted})
        assert await names(socket, 2) == ["Two", "Three"]
        await rename(api, admin, user, "Four")
        assert await names(socket, 1) == ["Four"]


ABOUT = """subscription($filter: EventFilter) { userEvents(filter: $filter) { __typename
  ... on Event { type subjectId subject { __typename id } userId } } }"""


async def test_a_subject_of_any_kind_can_be_followed(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    other = await api.new_user(admin)
    own = "{ me { sessions(first: 1) { edges { node { id } } } } }"
    session = (await api.ask(own, by=user))["me"]["sessions"]["edges"][0]["node"]["id"]
    async with api.socket(admin) as one, api.socket(user) as two:
        await one.subscribe("1", ABOUT, {"filter": {"subjectId": user.id}})
        await two.subscribe("1", ABOUT, {"filter": {"subjectId": session}})
        for socket in (one, two):
            assert (await socket.next())["userEvents"]["__typename"] == "Heartbeat"
        for name in (other, user):
            await api.ask(RENAME, {"i": {"id": name.id, "displayName": "Another"}}, admin)
        event = (await one.next())["userEvents"]
        assert (event["type"], event["subjectId"], event["userId"]) == ("USER_UPDATED", user.id, user.id)
        assert event["subject"] == {"__typename": "User", "id": user.id}
        revoke = "mutation($id: ID!) { revokeSession(id: $id) { __typename } }"
        await api.ask(revoke, {"id": session}, user)
        ended = (await two.next())["userEvents"]
        assert (ended["type"], ended["subjectId"], ended["subject"]) == ("SESSION_REVOKED", session, None)
        assert ended["userId"] == user.id


async def test_a_client_that_subscribes_from_what_it_read_misses_nothing(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    request = {"query": "query($id: ID!) { user(id: $id) { version } }", "variables": {"id": user.id}}
    read = await api.http.post("/graphql", json=request, headers=admin.bearer)
    version = read.json()["data"]["user"]["version"]
    wanted = {"userId": user.id, "types": ["USER_UPDATED"]}
    async with api.socket(admin) as socket:
        await rename(api, admin, user, "One")
        await socket.subscribe("1", EVENTS, {"after": read.headers["rollcall-position"], "filter": wanted})
        assert await names(socket, 1) == ["One"]
    payload = await rename(api, admin, user, "Two")
    assert payload["user"]["version"] == version + 2


async def test_only_readers_learn_a_position(api: Api, admin: Person) -> None:
    requests = [
        ({"query": "{ me { id } }"}, {}, False),
        ({"query": "{ me { id } }"}, admin.bearer, True),
        ({"query": "{ me { id } }"}, admin.bearer | {"rollcall-read-after": "nonsense"}, True),
        ({"query": DISABLE, "variables": {"id": admin.session}}, admin.bearer, False),
        ({"query": "{"}, admin.bearer, True),
    ]
    for body, headers, has_position in requests:
        answer = await api.http.post("/graphql", json=body, headers=headers)
        assert ("rollcall-position" in answer.headers) == has_position, body


async def test_subscribing_during_writes_misses_nothing(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    start = (await rename(api, admin, user, "Start"))["cursor"]

    async def write() -> None:
        for i in range(60):
            await rename(api, admin, user, f"N{i}")

    async def read(delay: int) -> list[str]:
        for _ in range(delay):
            await api.ask("{ me { id } }", by=admin)
        async with api.socket(admin) as socket:
            await socket.subscribe(
                "1", EVENTS, {"after": start, "filter": {"userId": user.id, "types": ["USER_UPDATED"]}}
            )
            return await names(socket, 60)

    _, *seen = await asyncio.gather(write(), *(read(d) for d in range(0, 40, 5)))
    assert all(s == [f"N{i}" for i in range(60)] for s in seen)


@pytest.mark.parametrize("cursor", ["nonsense", "c2RlYWRiZWVmMQ", "czAwMDAwMDAw"])
async def test_a_foreign_cursor_requires_a_resync(api: Api, admin: Person, cursor: str) -> None:
    async with api.socket(admin) as socket:
        await socket.subscribe("1", EVENTS, {"after": cursor})
        message = (await socket.next())["userEvents"]
        assert message["__typename"] == "ResyncRequired"
        assert message["cursor"]
        assert (await socket.receive())["type"] == "complete"


async def test_no_field_leaks_between_scopes(api: Api, admin: Person) -> None:
    auditor = await api.new_user(admin, "AUDITOR")
    subject, other = await api.new_user(admin), await api.new_user(admin)
    viewers = {"admin": admin, "auditor": auditor, "subject": subject, "other": other}
    seen: dict[str, Any] = {}

    async def watch(name: str, person: Person, ready: asyncio.Barrier) -> None:
        async with api.socket(person) as socket:
            await live(socket, filter={"userId": subject.id, "types": ["USER_UPDATED"]})
            await ready.wait()
            seen[name] = (await socket.next())["userEvents"]

    ready = asyncio.Barrier(len(viewers) + 1)
    watchers = [asyncio.create_task(watch(n, p, ready)) for n, p in viewers.items()]
    await ready.wait()
    await api.ask(RENAME, {"i": {"id": subject.id, "displayName": "Seen", "email": f"new-{subject.email}"}}, admin)
    await asyncio.gather(*watchers)
    for name in ("admin", "auditor", "subject"):
        assert seen[name]["user"]["email"] == f"new-{subject.email}", name
        assert {c["field"] for c in seen[name]["changes"]} == {"email", "displayName"}
        assert seen[name]["ipAddress"] == "127.0.0.1"
    assert seen["other"]["user"] == {"id": subject.id, "email": None, "displayName": "Seen"}
    assert [c["field"] for c in seen["other"]["changes"]] == ["displayName"]
    assert seen["other"]["ipAddress"] is None
    assert seen["other"]["actor"]["email"] is None
    assert seen["admin"]["actor"]["email"] == admin.email


async def test_equal_subscriptions_share_one_rendering(api: Api, admin: Person, server: Server) -> None:
    user = await api.new_user(admin)
    container = server.container
    async with api.socket(admin) as one, api.socket(admin) as two:
        before = container.live.group_count
        await live(one, "a", filter={"userId": user.id})
        await live(two, "b", filter={"userId": user.id})
        assert container.live.group_count == before + 1


CURRENT = "user { id sessions { edges { node { id current } } } }"


@pytest.mark.parametrize(
    "query",
    [
        f"subscription {{ userEvents {{ __typename ... on Event {{ {CURRENT} }} }} }}",
        f"subscription {{ userEvents {{ __typename ...E }} }} fragment E on Event {{ {CURRENT} }}",
    ],
    ids=["inline", "named"],
)
async def test_no_subscription_may_select_pages(api: Api, admin: Person, query: str) -> None:
    async with api.socket(admin) as socket:
        await socket.subscribe("e", query)
        refused = await socket.receive()
        assert [e["extensions"]["code"] for e in refused["payload"]] == ["LIMIT_EXCEEDED"]
        assert "cannot select pages" in refused["payload"][0]["message"]


async def test_the_feed_reports_users_that_enter_change_and_leave(api: Api, admin: Person) -> None:
    inside = await api.new_user(admin, name="Feedly Inside")
    feed = """subscription($s: String, $f: UserFilter, $after: Cursor) { userFeed(search: $s, filter: $f, after: $after) {
      __typename ... on UserEntered { user { displayName } cursor } ... on UserChanged { user { displayName } cursor }
      ... on UserLeft { userId cursor } ... on FeedReady { cursor } } }"""
    async with api.socket(admin) as socket:
        await socket.subscribe("f", feed, {"s": "feedly", "f": {"status": ["ACTIVE"]}})
        entered = (await socket.next())["userFeed"]
        assert (entered["__typename"], entered["user"]["displayName"]) == ("UserEntered", "Feedly Inside")
        assert (await socket.next())["userFeed"]["__typename"] == "FeedReady"
        fresh = await api.new_user(admin, name="Feedly Fresh")
        assert (await socket.next())["userFeed"]["user"]["displayName"] == "Feedly Fresh"
        await rename(api, admin, fresh, "Feedly Renamed")
        changed = (await socket.next())["userFeed"]
        assert (changed["__typename"], changed["user"]["displayName"]) == ("UserChanged", "Feedly Renamed")
        await rename(api, admin, fresh, "Somebody Else")
        left = (await socket.next())["userFeed"]
        assert (left["__typename"], left["userId"]) == ("UserLeft", fresh.id)
        await api.ask(DISABLE, {"id": inside.id}, admin)
        assert (await socket.next())["userFeed"]["userId"] == inside.id
    async with api.socket(admin) as socket:
        await socket.subscribe("f", feed, {"s": "feedly", "f": {"status": ["ACTIVE"]}, "after": changed["cursor"]})
        assert (await socket.next())["userFeed"]["userId"] == fresh.id
        assert (await socket.next())["userFeed"]["userId"] == inside.id
        assert (await socket.next())["userFeed"]["__typename"] == "FeedReady"
