"""API keys on every door: GraphQL, v1, sockets and introspection; and what ends them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from api.sockets.revocation import Bounds
from tests.api.conftest import Api, Person
from tests.api.pairs import Pair, new_pair
from tests.integration.logs import PATIENCE, until

MAKE = """mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { __typename
  ... on ApiKeyPayload { secret apiKey { id name role scopes hint createdAt lastUsedAt expiresAt } }
  ... on Problem { code message } ... on ValidationProblem { fields { field } } } }"""
REVOKE = "mutation($id: ID!) { revokeApiKey(id: $id) { __typename ... on Problem { code } } }"
LIST = "query($id: ID) { apiKeys(userId: $id) { id hint lastUsedAt } }"
DISABLE = "mutation($id: ID!) { disableUser(id: $id) { __typename } }"
SET_ROLE = "mutation($i: UpdateUserInput!) { updateUser(input: $i) { __typename } }"
ME = "{ me { id role } }"
INTROSPECT = "/oauth/introspect"


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and its owner as a client that sends the key in place of a token."""

    id: str
    client: Person
    shown: dict[str, Any]


async def new_key(api: Api, owner: Person, role: str = "MEMBER", **given: Any) -> Key:
    """Make a key."""
    made = (await api.ask(MAKE, {"i": {"name": "Key", "role": role, **given}}, owner))["createApiKey"]
    assert made["__typename"] == "ApiKeyPayload", made
    return Key(made["apiKey"]["id"], replace(owner, token=made["secret"], session=""), made["apiKey"])


async def code_of(api: Api, client: Person) -> str:
    """The code with which a request is refused, or an empty text."""
    answer = await api.graphql(ME, by=client)
    return str(answer["errors"][0]["extensions"]["code"]) if "errors" in answer else ""


async def is_refused(api: Api, client: Person, code: str) -> bool:
    return await code_of(api, client) == code


async def test_a_key_is_shown_once_and_acts_as_its_owner(api: Api, admin: Person) -> None:
    owner = await api.new_user(admin)
    key = await new_key(api, owner, name="Importer", expiresAt="2999-01-01T00:00:00Z")
    secret = key.client.token
    assert secret.startswith(key.shown["hint"] + "_")
    assert len(secret) == 51
    assert (key.shown["name"], key.shown["role"], key.shown["scopes"]) == ("Importer", "MEMBER", [])
    assert key.shown["expiresAt"] == "2999-01-01T00:00:00Z"
    assert (await api.ask(ME, by=key.client))["me"] == {"id": owner.id, "role": "MEMBER"}
    assert (await api.rest("GET", "/api/v1/users?limit=1", key.client)).status_code == 200
    listed = (await api.ask(LIST, by=owner))["apiKeys"]
    assert [k["id"] for k in listed] == [key.id]
    assert secret not in str(listed)


async def test_a_key_has_the_lesser_of_both_roles(api: Api, admin: Person) -> None:
    owner = await api.new_user(admin, "ADMIN")
    member, auditor = await new_key(api, owner, "MEMBER"), await new_key(api, owner, "AUDITOR")
    events = "{ events(first: 1) { edges { node { id } } } }"
    assert "errors" not in await api.graphql(events, by=auditor.client)
    assert (await api.graphql(events, by=member.client))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await api.rest("GET", "/admin/users", auditor.client)).status_code == 403
    await api.ask(SET_ROLE, {"i": {"id": owner.id, "role": "MEMBER"}}, admin)
    assert (await api.graphql(events, by=auditor.client))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("role", "given", "code"),
    [
        ("MEMBER", {"role": "AUDITOR"}, "FORBIDDEN"),
        ("AUDITOR", {"role": "ADMIN"}, "FORBIDDEN"),
        ("MEMBER", {"scopes": ["INTROSPECT"]}, "FORBIDDEN"),
        ("MEMBER", {"name": "  "}, "VALIDATION_ERROR"),
        ("MEMBER", {"expiresAt": "2020-01-01T00:00:00Z"}, "VALIDATION_ERROR"),
    ],
)
async def test_what_a_key_may_not_be(api: Api, admin: Person, role: str, given: dict[str, Any], code: str) -> None:
    owner = await api.new_user(admin, role)
    answer = (await api.ask(MAKE, {"i": {"name": "Key", "role": "MEMBER", **given}}, owner))["createApiKey"]
    assert answer["code"] == code
    assert (await api.ask(LIST, by=owner))["apiKeys"] == []


async def test_a_key_is_no_session(api: Api, admin: Person) -> None:
    owner = await api.new_user(admin, "ADMIN")
    key = (await new_key(api, owner, "ADMIN")).client
    made = (await api.ask(MAKE, {"i": {"name": "Another", "role": "MEMBER"}}, key))["createApiKey"]
    assert made["code"] == "FORBIDDEN"
    change = "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { ... on Problem { code } } }"
    given = {"i": {"currentPassword": owner.password, "newPassword": "another pass phrase"}}
    assert (await api.ask(change, given, key))["changePassword"]["code"] == "FORBIDDEN"
    refresh = "mutation($t: String!) { refreshSession(refreshToken: $t) { ... on Problem { code } } }"
    assert (await api.ask(refresh, {"t": key.token}))["refreshSession"]["code"] == "TOKEN_INVALID"
    assert (await api.ask("mutation { signOut { ... on Problem { code } } }", by=key))["signOut"]["code"] == "NOT_FOUND"
    assert await code_of(api, key) == ""


@pytest.mark.parametrize("change", ["checksum", "secret", "case", "short", "unknown"])
async def test_a_wrong_key_is_refused(api: Api, admin: Person, change: str) -> None:
    text = (await new_key(api, admin)).client.token
    wrong = {
        "checksum": text[:-1] + ("0" if text[-1] != "0" else "1"),
        "secret": text[:20] + ("0" if text[20] != "0" else "1") + text[21:],
        "case": text.swapcase(),
        "short": text[:-1],
        "unknown": "rck_",
    }[change]
    response = await api.http.post("/graphql", json={"query": ME}, headers={"authorization": f"Bearer {wrong}"})
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "TOKEN_INVALID"
    assert wrong not in response.text


async def test_the_last_use_is_noted(api: Api, admin: Person) -> None:
    owner = await api.new_user(admin)
    key = await new_key(api, owner)
    assert await code_of(api, key.client) == ""

    async def is_noted() -> bool:
        return (await api.ask(LIST, by=owner))["apiKeys"][0]["lastUsedAt"] is not None

    await until(is_noted)


@pytest.fixture
async def pair(fresh_database_url: str, redis_url: str) -> AsyncIterator[Pair]:
    """Two instances with a directory of the test's own, whose sockets are closed by events only (see test_off.py)."""
    async with new_pair(fresh_database_url, redis_url, revocation_bounds=Bounds(PATIENCE, PATIENCE)) as made:
        yield made


@pytest.mark.parametrize(
    ("ending", "code", "notice"),
    [
        ("revoke", "TOKEN_INVALID", "SIGNED_OUT"),
        ("disable", "ACCOUNT_DISABLED", "DISABLED"),
        ("demote", "", "ROLE_CHANGED"),
    ],
)
async def test_off_means_off_for_requests_and_sockets_of_every_instance(
    pair: Pair, ending: str, code: str, notice: str
) -> None:
    owner = await pair.one.new_user(pair.admin, "AUDITOR")
    key = await new_key(pair.one, owner, "AUDITOR")
    assert [await code_of(api, key.client) for api in (pair.one, pair.two)] == ["", ""]
    async with pair.two.socket(key.client) as socket:
        await socket.subscribe("n", "subscription { sessionNotices { kind message } }")
        await socket.subscribe("q", ME)
        assert (await socket.next("q"))["me"]["id"] == owner.id
        match ending:
            case "revoke":
                await pair.one.ask(REVOKE, {"id": key.id}, owner)
            case "disable":
                await pair.one.ask(DISABLE, {"id": owner.id}, pair.admin)
            case _:
                await pair.one.ask(SET_ROLE, {"i": {"id": owner.id, "role": "MEMBER"}}, pair.admin)
        assert await until_notice(socket) == notice
        assert await socket.closed() == 4403
    for api in (pair.one, pair.two):
        await until(partial(is_refused, api, key.client, code))


async def until_notice(socket: Any) -> str:
    """The kind of the next notice; other messages are skipped."""
    while True:
        message = await socket.receive()
        if message.get("id") == "n" and message["type"] == "next":
            return str(message["payload"]["data"]["sessionNotices"]["kind"])


async def test_a_key_expires(api: Api, admin: Person) -> None:
    end = datetime.now(UTC) + timedelta(seconds=3)
    key = await new_key(api, admin, expiresAt=end.isoformat().replace("+00:00", "Z"))
    async with api.socket(key.client) as socket:
        assert await socket.closed() in (4401, 4403)
    await until(partial(is_refused, api, key.client, "TOKEN_EXPIRED"))


async def test_keys_are_in_the_audit_trail_without_their_secret(api: Api, admin: Person) -> None:
    owner = await api.new_user(admin, "AUDITOR")
    key = await new_key(api, owner, scopes=["INTROSPECT"], name="A private name")
    await api.ask(REVOKE, {"id": key.id}, owner)
    query = """query($f: EventFilter) { events(first: 9, filter: $f) { edges { node {
      type userId subjectId changes { field after } } } } }"""
    found: list[Any] = []

    async def are_there() -> bool:
        given = {"f": {"subjectId": key.id}}
        found[:] = [e["node"] for e in (await api.ask(query, given, admin))["events"]["edges"]]
        return len(found) == 2

    await until(are_there)
    assert [e["type"] for e in found] == ["API_KEY_REVOKED", "API_KEY_CREATED"]
    assert {e["userId"] for e in found} == {owner.id}
    assert found[1]["changes"] == [{"field": "role", "after": "MEMBER"}, {"field": "scopes", "after": "introspect"}]
    assert key.client.token not in str(found)


async def ask_about(api: Api, token: str, key: str) -> httpx.Response:
    return await api.http.post(INTROSPECT, data={"token": token}, headers={"authorization": f"Bearer {key}"})


async def test_introspection_tells_whether_a_token_is_good_now(api: Api, admin: Person) -> None:
    key = (await new_key(api, admin, scopes=["INTROSPECT"])).client.token
    person = await api.new_user(admin, "AUDITOR")
    answer = await ask_about(api, person.token, key)
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found.pop("exp") - found.pop("iat") == 600
    assert found == {
        "active": True,
        "sub": person.id,
        "sid": person.session,
        "iss": "http://localhost:8000",
        "aud": "rollcall",
        "token_type": "Bearer",
        "username": person.email,
        "role": "auditor",
    }
    for other in (person.refresh, key, "unknown", "a.b.c", person.token[:-2]):
        assert (await ask_about(api, other, key)).json() == {"active": False}
    await api.ask(DISABLE, {"id": person.id}, admin)
    assert (await ask_about(api, person.token, key)).json() == {"active": False}


async def test_introspection_needs_a_key_with_the_scope(api: Api, admin: Person) -> None:
    plain = (await new_key(api, admin, "ADMIN")).client.token
    for key, status, error in (
        (plain, 403, "insufficient_scope"),
        (admin.token, 403, "insufficient_scope"),
        (plain[:-1], 401, "invalid_token"),
    ):
        answer = await ask_about(api, admin.token, key)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert answer.headers["www-authenticate"].startswith("Bearer ")
    bare = await api.http.post(INTROSPECT, data={"token": admin.token})
    assert (bare.status_code, bare.json()["error"]) == (401, "invalid_client")
    with_scope = (await new_key(api, admin, scopes=["INTROSPECT"])).client.token
    missing = await api.http.post(INTROSPECT, data={}, headers={"authorization": f"Bearer {with_scope}"})
    assert missing.status_code == 400
