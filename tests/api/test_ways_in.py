"""`canSignIn` through GraphQL: the field, the filter, and the feed that a first password moves a user into."""

from __future__ import annotations

import secrets
from typing import Any

from tests.api.conftest import PASSWORD, Api, Person

CREATE = """mutation($i: CreateUserInput!) { createUser(input: $i) {
  ... on UserPayload { user { id canSignIn } cursor } } }"""
USERS = """query($s: String, $f: UserFilter) { users(first: 10, search: $s, filter: $f) {
  edges { node { id canSignIn } } totalCount } }"""
FEED = """subscription($s: String, $f: UserFilter, $after: Cursor) { userFeed(search: $s, filter: $f, after: $after) {
  __typename ... on UserEntered { user { id canSignIn } } ... on UserChanged { user { id canSignIn } } ... on UserLeft { userId } } }"""


async def nodes(api: Api, by: Person, search: str, *, can_sign_in: bool) -> list[Any]:
    data = (await api.ask(USERS, {"s": search, "f": {"canSignIn": can_sign_in}}, by))["users"]
    found = [edge["node"] for edge in data["edges"]]
    assert data["totalCount"] == len(found)
    return found


def apply(message: dict[str, Any], ready: set[str], members: dict[str, list[Any]]) -> None:
    """Apply a message of a feed; its own creation may be sent again after the snapshot."""
    sent = message["payload"]["data"]["userFeed"]
    match sent["__typename"]:
        case "FeedReady":
            ready.add(message["id"])
        case "UserEntered" | "UserChanged":
            members[message["id"]] = [sent["user"]]
        case "UserLeft":
            members[message["id"]] = []


async def test_a_first_password_is_seen_in_lists_and_feeds(api: Api, admin: Person) -> None:
    name = f"Way{secrets.token_hex(4)}"
    given = {"i": {"email": f"{name}@example.com", "displayName": name}}
    user = (await api.ask(CREATE, given, admin))["createUser"]["user"]
    assert user["canSignIn"] is False
    assert await nodes(api, admin, name, can_sign_in=False) == [user]
    async with api.socket(admin) as live:
        for able in ("true", "false"):
            await live.subscribe(able, FEED, {"s": name, "f": {"canSignIn": able == "true"}})
        ready, members = set[str](), dict[str, list[Any]]()
        while len(ready) < 2:
            apply(await live.receive(), ready, members)
        assert members == {"false": [user]}
        changed = await api.rest("PUT", f"/api/v1/users/{user['id']}", admin, json={"password": PASSWORD})
        assert changed.status_code == 200
        after = {"id": user["id"], "canSignIn": True}
        while members != {"false": [], "true": [after]}:
            apply(await live.receive(), ready, members)
    assert await nodes(api, admin, name, can_sign_in=True) == [after]
    assert await nodes(api, admin, name, can_sign_in=False) == []


async def test_a_member_learns_it_of_themselves_alone(api: Api, admin: Person) -> None:
    name = f"Way{secrets.token_hex(4)}"
    member, other = [await api.new_user(admin, name=name) for _ in range(2)]
    assert await nodes(api, member, name, can_sign_in=True) == [{"id": member.id, "canSignIn": True}]
    assert await nodes(api, member, name, can_sign_in=False) == []
    seen = (await api.ask(USERS, {"s": name}, member))["users"]["edges"]
    assert {edge["node"]["id"]: edge["node"]["canSignIn"] for edge in seen} == {member.id: True, other.id: None}
