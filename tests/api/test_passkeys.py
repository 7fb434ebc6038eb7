"""Passkeys over GraphQL and HTTP, with an authenticator written from the standard."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api, Person
from tests.authenticator import Authenticator

PAGE = "http://localhost:8000"
"""The origin of the console: PUBLIC_URL, where no setting names another."""
PROBLEM = "... on Problem { code message }"
OPTIONS = f"... on PasskeyOptions {{ options }} {PROBLEM}"
BEGIN = f"mutation($p: String) {{ beginPasskeyRegistration(currentPassword: $p) {{ {OPTIONS} }} }}"
FINISH = f"""mutation($n: String!, $c: JSON!) {{ finishPasskeyRegistration(name: $n, credential: $c) {{
  ... on PasskeyPayload {{ passkey {{ id name createdAt lastUsedAt }} }} {PROBLEM} ... on ValidationProblem {{ fields {{ field }} }} }} }}"""
BEGIN_SIGN_IN = f"mutation {{ beginPasskeySignIn {{ {OPTIONS} }} }}"
SESSION = f"... on SessionPayload {{ user {{ id }} accessToken }} {PROBLEM}"
SIGN_IN = f"""mutation($c: JSON!, $cookie: Boolean! = false) {{
  signInWithPasskey(input: {{credential: $c, cookie: $cookie}}) {{ __typename {SESSION} }} }}"""
BY_PASSWORD = f"""mutation($e: String!, $p: String!, $k: JSON) {{ signIn(input: {{email: $e, password: $p, passkey: $k}}) {{
  __typename {SESSION} }} }}"""
REMOVE = f"mutation($id: ID!, $p: String) {{ removePasskey(id: $id, currentPassword: $p) {{ ... on Done {{ ok }} {PROBLEM} }} }}"
LISTED = "query($id: ID!) { user(id: $id) { secondFactors passkeys { id name lastUsedAt } } }"


def device_of(**said: Any) -> Authenticator:
    """An authenticator in front of this server's own page."""
    return Authenticator(**{"origin": PAGE, **said})


async def begin(api: Api, user: Person) -> dict[str, Any]:
    begun = await api.ask(BEGIN, {"p": user.password}, user)
    return dict(begun["beginPasskeyRegistration"]["options"])


async def finish(api: Api, user: Person, credential: object, name: str = "Phone") -> dict[str, Any]:
    answer = await api.ask(FINISH, {"n": name, "c": credential}, user)
    return dict(answer["finishPasskeyRegistration"])


async def registered(api: Api, user: Person, name: str = "Phone") -> tuple[Authenticator, str]:
    """An authenticator with a passkey of this user, and the passkey's id."""
    device = device_of()
    made = await finish(api, user, device.create(await begin(api, user)), name)
    return device, made["passkey"]["id"]


async def challenge(api: Api) -> dict[str, Any]:
    return dict((await api.ask(BEGIN_SIGN_IN))["beginPasskeySignIn"]["options"])


async def sign_in(api: Api, credential: object) -> dict[str, Any]:
    return dict((await api.ask(SIGN_IN, {"c": credential}))["signInWithPasskey"])


async def test_a_user_registers_signs_in_without_a_name_and_removes_it(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    device, passkey = await registered(api, user, " My  phone ")
    shown = (await api.ask(LISTED, {"id": user.id}, user))["user"]
    assert shown == {
        "secondFactors": ["PASSKEY"],
        "passkeys": [{"id": passkey, "name": "My phone", "lastUsedAt": None}],
    }
    signed_in = await sign_in(api, device.get(await challenge(api)))
    assert (signed_in["__typename"], signed_in["user"]) == ("SessionPayload", {"id": user.id})
    bearer = {"Authorization": f"Bearer {signed_in['accessToken']}"}
    me = await api.http.post("/graphql", json={"query": "{ me { passkeys { lastUsedAt } } }"}, headers=bearer)
    assert me.json()["data"]["me"]["passkeys"][0]["lastUsedAt"] is not None
    assert (await api.ask(REMOVE, {"id": passkey}, user))["removePasskey"] == {"ok": True}
    assert (await sign_in(api, device.get(await challenge(api))))["code"] == "INVALID_CREDENTIALS"


async def test_several_passkeys_and_the_password_beside_them(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    devices = [(await registered(api, user, name))[0] for name in ("Phone", "Key")]
    known = [c["id"] for c in (await begin(api, user))["excludeCredentials"]]
    assert len(known) == 2
    given = {"e": user.email, "p": user.password}
    assert (await api.ask(BY_PASSWORD, given))["signIn"]["code"] == "SECOND_FACTOR_REQUIRED"
    for device in devices:
        with_passkey = given | {"k": device.get(await challenge(api))}
        assert (await api.ask(BY_PASSWORD, with_passkey))["signIn"]["__typename"] == "SessionPayload"
    login = await api.http.post("/api/v1/auth/login", json={"email": user.email, "password": user.password})
    assert (login.status_code, login.json()["error"]["code"]) == (401, "SECOND_FACTOR_REQUIRED")


async def test_the_session_can_be_in_cookies(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    device, _ = await registered(api, user)
    body = {"query": SIGN_IN, "variables": {"c": device.get(await challenge(api)), "cookie": True}}
    answer = await api.http.post("/graphql", json=body, headers={"Origin": PAGE})
    assert answer.json()["data"]["signInWithPasskey"]["accessToken"] is None
    assert len(answer.headers.get_list("set-cookie")) >= 2
    api.http.cookies.clear()


@pytest.mark.parametrize(
    "said",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"verifies": False},
        {"cross_origin": True},
    ],
    ids=["origin", "relying party", "no verification", "embedded"],
)
async def test_what_is_not_from_here_or_not_verified_is_refused(api: Api, admin: Person, said: dict[str, Any]) -> None:
    user = await api.new_user(admin)
    refused = await finish(api, user, device_of(**said).create(await begin(api, user)))
    assert (refused["code"], refused["fields"]) == ("VALIDATION_ERROR", [{"field": "credential"}])
    device, _ = await registered(api, user)
    for name, value in said.items():
        setattr(device, name, value)
    assert (await sign_in(api, device.get(await challenge(api))))["code"] == "INVALID_CREDENTIALS"


async def test_a_challenge_is_answered_once_by_one_of_those_at_the_same_time(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    options = await begin(api, user)
    assert "passkey" in await finish(api, user, device_of().create(options))
    assert (await finish(api, user, device_of().create(options)))["code"] == "VALIDATION_ERROR"
    device, _ = await registered(api, user)
    answer = device.get(await challenge(api))
    assert (await sign_in(api, answer))["__typename"] == "SessionPayload"
    assert (await sign_in(api, answer))["code"] == "INVALID_CREDENTIALS"


async def test_a_counter_that_goes_back_is_refused_and_in_the_audit_trail(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    device, _ = await registered(api, user)
    device.counter = 10
    assert (await sign_in(api, device.get(await challenge(api))))["__typename"] == "SessionPayload"
    device.counter = 3
    assert (await sign_in(api, device.get(await challenge(api))))["code"] == "INVALID_CREDENTIALS"
    wanted = {"f": {"userId": user.id, "types": ["SIGN_IN_FAILED"]}}
    found = "query($f: EventFilter) { events(first: 1, filter: $f) { edges { node { changes { field after } } } } }"
    while not (edges := (await api.ask(found, wanted, admin))["events"]["edges"]):
        pass  # it is written after the response
    assert edges[0]["node"]["changes"] == [{"field": "reason", "after": "PASSKEY_COUNTER"}]


async def test_a_passkey_of_another_user_is_worth_nothing(api: Api, admin: Person) -> None:
    user, other = await api.new_user(admin), await api.new_user(admin)
    device, passkey = await registered(api, user)
    theirs, _ = await registered(api, other)
    given = {"e": user.email, "p": user.password, "k": theirs.get(await challenge(api))}
    assert (await api.ask(BY_PASSWORD, given))["signIn"]["code"] == "INVALID_CREDENTIALS"
    theirs.user_handle = device.user_handle
    assert (await sign_in(api, theirs.get(await challenge(api))))["code"] == "INVALID_CREDENTIALS"
    assert (await finish(api, other, device_of().create(await begin(api, user))))["code"] == "VALIDATION_ERROR"
    assert (await finish(api, other, device.create(await begin(api, other))))["code"] == "VALIDATION_ERROR"
    assert (await api.ask(REMOVE, {"id": passkey}, other))["removePasskey"]["code"] == "NOT_FOUND"
    assert (await api.ask(REMOVE, {"id": passkey}, admin))["removePasskey"]["code"] == "FORBIDDEN"
    node = "query($id: ID!) { node(id: $id) { ... on Passkey { name } } }"
    assert [(await api.ask(node, {"id": passkey}, by))["node"] for by in (user, other, admin)] == [
        {"name": "Phone"},
        None,
        {"name": "Phone"},
    ]


async def test_registering_needs_the_password_and_an_api_key_cannot(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    for password in (None, "not the password"):
        answer = await api.ask(BEGIN, {"p": password}, user)
        assert answer["beginPasskeyRegistration"]["code"] == "INVALID_CREDENTIALS"
    made = 'mutation { createApiKey(input: {name: "Key", role: MEMBER}) { ... on ApiKeyPayload { secret } } }'
    secret = (await api.ask(made, by=user))["createApiKey"]["secret"]
    for query, variables, field in (
        (BEGIN, {"p": user.password}, "beginPasskeyRegistration"),
        (FINISH, {"n": "Phone", "c": {}}, "finishPasskeyRegistration"),
    ):
        body = {"query": query, "variables": variables}
        answer = await api.http.post("/graphql", json=body, headers={"Authorization": f"Bearer {secret}"})
        assert answer.json()["data"][field]["code"] == "FORBIDDEN"


async def test_a_disabled_user_gets_the_reason_after_the_signature(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    device, _ = await registered(api, user)
    await api.ask("mutation($id: ID!) { disableUser(id: $id) { __typename } }", {"id": user.id}, admin)
    assert (await sign_in(api, device.get(await challenge(api))))["code"] == "ACCOUNT_DISABLED"


async def test_a_reset_and_an_erasure_take_the_passkeys(api: Api, admin: Person) -> None:
    user, erased = await api.new_user(admin), await api.new_user(admin)
    (device, _), (lost, passkey) = await registered(api, user), await registered(api, erased)
    reset = "mutation($id: ID!) { resetSecondFactor(userId: $id) { ... on Done { ok } } }"
    assert (await api.ask(reset, {"id": user.id}, admin))["resetSecondFactor"] == {"ok": True}
    assert (await api.ask(LISTED, {"id": user.id}, admin))["user"] == {"secondFactors": [], "passkeys": []}
    await api.ask("mutation($id: ID!) { eraseUser(id: $id) { __typename } }", {"id": erased.id}, admin)
    for each in (device, lost):
        assert (await sign_in(api, each.get(await challenge(api))))["code"] == "INVALID_CREDENTIALS"
    assert (await api.ask("query($id: ID!) { node(id: $id) { id } }", {"id": passkey}, admin))["node"] is None
