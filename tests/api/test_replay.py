"""A replay shows what is true and permitted now, whatever was rendered and cached before."""

from __future__ import annotations

import itertools
import secrets
from typing import Any

import pytest

from domain.cursors import sequence_cursor
from tests.api.conftest import Api, Person, Socket
from tests.api.feeds import BY_ID, created_user
from tests.api.test_live import DISABLE, EVENTS, live, rename

ERASE = "mutation($id: ID!) { eraseUser(id: $id) { __typename ... on Problem { code message } } }"
IDS = (
    "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Event { type userId user { id } changes { field } } } }"
)


def beginning(api: Api) -> str:
    """The cursor of the log's beginning."""
    container = api.server.container
    return sequence_cursor(container.hub.epoch, 0)


async def replay(socket: Socket, id_: str, after: str, query: str = EVENTS, **variables: Any) -> list[Any]:
    """Every entry from a position to the first heartbeat."""
    await socket.subscribe(id_, query, {"after": after, **variables})
    found: list[Any] = []
    while (message := (await socket.next(id_))["userEvents"])["__typename"] == "Event":
        found.append(message)
    await socket.complete(id_)
    return found


async def test_a_replay_shows_a_member_only_what_they_may_see_now(api: Api, admin: Person) -> None:
    mark = f"Zuse{secrets.token_hex(3)}"
    member = await api.new_user(admin, name=f"{mark} viewer")
    users = {
        word: await created_user(api, admin, f"{mark} {word}") for word in ("active", "disabled", "deleted", "erased")
    }
    back = await created_user(api, admin, f"{mark} back")
    for id_ in (users["disabled"], back):
        await api.ask(DISABLE, {"id": id_}, admin)
    await api.ask(BY_ID % "enableUser", {"id": back}, admin)
    await api.ask(BY_ID % "deleteUser", {"id": users["deleted"]}, admin)
    assert (await api.ask(ERASE, {"id": users["erased"]}, admin))["eraseUser"]["__typename"] == "Done"
    async with api.socket(member) as socket:
        seen: list[Any] = []
        number = itertools.count()
        while users["erased"] not in str(seen):  # the last entry is not numbered yet
            seen = await replay(socket, f"r{next(number)}", beginning(api))
    by_id = {word: [e for e in seen if e["userId"] == id_] for word, id_ in users.items()}
    assert [e["type"] for e in by_id["active"]] == ["USER_CREATED"]
    assert by_id["active"][0]["user"]["displayName"] == f"{mark} active"
    for word, type_ in (("disabled", "USER_DISABLED"), ("deleted", "USER_DELETED"), ("erased", "USER_ERASED")):
        assert [e["type"] for e in by_id[word]] == [type_]
        assert by_id[word][0]["user"] is None
        assert {c["field"] for c in by_id[word][0]["changes"]} <= {"status"}
        assert f"{mark} {word}" not in str(seen)
    assert [e["type"] for e in seen if e["userId"] == back] == ["USER_CREATED", "USER_DISABLED", "USER_ENABLED"]
    assert "SESSION_STARTED" in [e["type"] for e in seen if e["userId"] == member.id]


async def test_an_entry_s_id_reveals_no_more_than_its_replay(api: Api, admin: Person) -> None:
    member = await api.new_user(admin)
    hidden, shown = await created_user(api, admin, "Ram hidden"), await created_user(api, admin, "Ram shown")
    await api.ask(DISABLE, {"id": hidden}, admin)
    history = """query($id: ID!) { user(id: $id) { events { edges { node { id type } } } } }"""
    ids: dict[str, str] = {}
    for who, id_, count in (("hidden", hidden, 2), ("shown", shown, 1)):
        edges: list[Any] = []
        while len(edges) < count:  # the newest is not numbered yet
            edges = (await api.ask(history, {"id": id_}, admin))["user"]["events"]["edges"]
        ids |= {f"{who} {e['node']['type']}": e["node"]["id"] for e in edges}
    nodes = (await api.ask(IDS, {"ids": list(ids.values())}, member))["nodes"]
    seen = dict(zip(ids, nodes, strict=True))
    assert seen["hidden USER_CREATED"] is None
    assert seen["hidden USER_DISABLED"]["user"] is None
    assert {c["field"] for c in seen["hidden USER_DISABLED"]["changes"]} == {"status"}
    assert {c["field"] for c in seen["shown USER_CREATED"]["changes"]} == {"displayName", "role", "status"}
    everything = (await api.ask(IDS, {"ids": list(ids.values())}, admin))["nodes"]
    assert all(everything)


@pytest.mark.parametrize("role", ["MEMBER", "AUDITOR", "ADMIN"])
@pytest.mark.parametrize("ending", ["eraseUser", "disableUser"])
async def test_cached_renderings_of_an_open_subscription_are_dropped_on_erasure(
    api: Api, admin: Person, role: str, ending: str
) -> None:
    mark = f"Dumont{secrets.token_hex(3)}"
    viewer = await api.new_user(admin, role)
    id_ = await created_user(api, admin, f"{mark} person")
    wanted: dict[str, Any] = {"filter": {"userId": id_}}
    async with api.socket(viewer) as holder, api.socket(viewer) as socket:
        await live(holder, "h", **wanted)
        number = itertools.count()
        while not (before := await replay(socket, f"before{next(number)}", beginning(api), **wanted)):
            pass  # the new entry is not numbered yet
        assert f"{mark} person" in str(before)
        await api.ask(BY_ID % ending, {"id": id_}, admin)
        expected = "USER_ERASED" if ending == "eraseUser" else "USER_DISABLED"
        while (await holder.next("h"))["userEvents"].get("type") != expected:
            pass  # the creation arrives first if it was not numbered when the subscription began
        after = await replay(socket, "after", beginning(api), **wanted)
        assert after
        if ending == "eraseUser" or role == "MEMBER":
            assert mark not in str(after)
            assert mark.lower() not in str(after)
        else:
            assert f"{mark} person" in str(after)


async def test_a_cached_rendering_follows_the_row_of_its_actor(api: Api, admin: Person) -> None:
    acting_user = await api.new_user(admin, "ADMIN", "Before")
    subject = await api.new_user(admin)
    wanted: dict[str, Any] = {"filter": {"userId": subject.id, "types": ["USER_UPDATED"]}}
    query = EVENTS.replace("actor { email }", "actor { email displayName }")
    auditor = await api.new_user(admin, "AUDITOR")
    async with api.socket(auditor) as holder, api.socket(auditor) as socket:
        await holder.subscribe("h", query, wanted)
        assert (await holder.next("h"))["userEvents"]["__typename"] == "Heartbeat"
        await rename(api, acting_user, subject, "Named")
        assert (await holder.next("h"))["userEvents"]["actor"]["displayName"] == "Before"
        await rename(api, admin, acting_user, "After")
        (entry,) = await replay(socket, "r", beginning(api), query, **wanted)
        assert entry["actor"]["displayName"] == "After"
