"""Where a second factor is required: what a session without one may do, over every door, until it has set one up.

Every query and mutation of the permission table is asked with such a session, so that a new one is refused unless it is
listed here.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pyotp
import pytest

from api.bootstrap.first_admin import ensure_first_admin
from api.cli.client import Refused, sign_in
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.api.permissions import FINE, MUTATIONS, QUERIES
from tests.api.test_passkeys import begin, device_of, finish
from tests.api.test_permissions import filled, outcome
from tests.api.test_second_factor import BEGIN, CONFIRM, DISABLE

NEEDED = "ENROLMENT_REQUIRED"
OWN = {"me": FINE}
ENROLMENT = {
    "beginTotp": FINE,
    "confirmTotp": "VALIDATION_ERROR",
    "beginPasskeyRegistration": FINE,
    "finishPasskeyRegistration": "VALIDATION_ERROR",
    "signOut": FINE,
}
"""What such a session may do."""
WITHOUT_SESSION = {name for name, rule in (QUERIES | MUTATIONS).items() if rule.outcomes[0] != "UNAUTHENTICATED"}
"""What needs no session, and so does not ask whose it is."""
REFRESH = """mutation($t: String!) { refreshSession(refreshToken: $t) {
  ... on SessionPayload { accessToken session { enrolmentRequired } } ... on Problem { code } } }"""
KEY = 'mutation { createApiKey(input: {name: "Key", role: ADMIN, scopes: [INTROSPECT]}) { ... on ApiKeyPayload { secret } } }'


@pytest.fixture(scope="module")
def pair(database_url: str, redis_url: str) -> Iterator[tuple[Server, Server]]:
    """Two servers with one directory: the first requires nothing, the second a factor of everyone."""
    same = {"secret_key": secrets.token_urlsafe(48)}
    settings = settings_for(database_url, redis_url, **same)
    strict = settings_for(database_url, redis_url, require_second_factor="all", **same)
    asyncio.run(ensure_first_admin(settings))
    with Server(settings) as free, Server(strict) as requiring:
        yield free, requiring


@pytest.fixture
async def free(pair: tuple[Server, Server]) -> AsyncIterator[Api]:
    """A client of the server that requires nothing."""
    client = Api(pair[0])
    async with client.http:
        yield client


@pytest.fixture
async def api(pair: tuple[Server, Server]) -> AsyncIterator[Api]:
    """A client of the server that requires a factor."""
    client = Api(pair[1])
    async with client.http:
        yield client


@pytest.fixture
async def admin(free: Api) -> Person:
    """An admin with a whole session."""
    return await free.sign_in(ADMIN, PASSWORD)


@pytest.fixture
async def ada(free: Api, api: Api, admin: Person) -> Person:
    """An admin who has to set up a factor in this session."""
    person = await free.new_user(admin, "ADMIN")
    return await api.sign_in(person.email, PASSWORD)


async def enrolled(api: Api, person: Person) -> list[str]:
    """Set up an app in the session; returns the recovery codes."""
    begun = (await api.ask(BEGIN, {"p": PASSWORD}, person))["beginTotp"]
    confirmed = await api.ask(CONFIRM, {"c": pyotp.TOTP(begun["secret"]).now()}, person)
    return list(confirmed["confirmTotp"]["codes"])


async def introspected(api: Api, key: str, token: str) -> dict[str, Any]:
    answer = await api.http.post("/oauth/introspect", data={"token": token}, headers={"authorization": f"Bearer {key}"})
    return dict(answer.json())


async def for_other_services(api: Api, token: str) -> dict[str, Any]:
    """The claims, checked as docs/how-to/verify.md says; raises InvalidTokenError."""
    keys = {k["kid"]: jwt.PyJWK(k) for k in (await api.http.get("/.well-known/jwks.json")).json()["keys"]}
    key = keys[jwt.get_unverified_header(token)["kid"]]
    issuer = api.server.container.core.settings.public_url
    return dict(jwt.decode(token, key.key, [key.algorithm_name], issuer=issuer, audience="rollcall"))


async def test_every_query_and_mutation_but_those_of_enrolment_is_refused(api: Api, ada: Person, admin: Person) -> None:
    some = str(uuid4())
    found = {
        name: outcome(
            await api.graphql(f"{kind} {{ {filled(rule.selection, admin, key=some, hook=some)} }}", by=ada), name
        )
        for kind, rules in (("query", QUERIES), ("mutation", MUTATIONS))
        for name, rule in rules.items()
        if name not in WITHOUT_SESSION - {"me"} and name != "signOut"
    }
    found["signOut"] = outcome(await api.graphql(f"mutation {{ {MUTATIONS['signOut'].selection} }}", by=ada), "signOut")
    assert found == dict.fromkeys(found, NEEDED) | OWN | ENROLMENT
    assert len(found) > 30


async def test_of_oneself_only_the_account_is_shown(api: Api, ada: Person) -> None:
    assert await api.ask("{ enrolmentRequired }", by=ada) == {"enrolmentRequired": True}
    own = "me { id email displayName role canSignIn pendingEmail secondFactors passkeys { id } }"
    assert (await api.ask(f"{{ {own} }}", by=ada))["me"]["email"] == ada.email
    for field in ("sessions", "events"):
        answer = await api.graphql(f"{{ me {{ {field} {{ edges {{ node {{ id }} }} }} }} }}", by=ada)
        assert answer["errors"][0]["extensions"]["code"] == NEEDED, field


async def test_one_document_that_signs_in_and_then_writes_is_refused_the_write(api: Api, ada: Person) -> None:
    text = f"""mutation {{ signIn(input: {{email: "{ada.email}", password: "{PASSWORD}"}}) {{
      ... on SessionPayload {{ session {{ enrolmentRequired }} user {{ email }} }} }}
      inviteUser(input: {{email: "new@example.com"}}) {{ __typename }} }}"""
    answer = await api.graphql(text)
    assert [e["extensions"]["code"] for e in answer["errors"]] == [NEEDED]
    shown = await api.ask(text[: text.index("inviteUser")] + "}")
    assert shown["signIn"] == {"session": {"enrolmentRequired": True}, "user": {"email": ada.email}}


async def test_v1_refuses_all_but_signing_out(api: Api, ada: Person) -> None:
    for method, path in (("GET", "/api/v1/users"), ("PUT", f"/api/v1/users/{ada.id}"), ("GET", "/admin/users")):
        refused = await api.rest(method, path, ada, **({"json": {"display_name": "X"}} if method == "PUT" else {}))
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, NEEDED)
    assert (await api.rest("POST", "/api/v1/auth/logout", ada)).status_code == 200


async def test_a_socket_is_refused(api: Api, ada: Person) -> None:
    async with api.socket() as socket:
        await socket.send({"type": "connection_init", "payload": {"authorization": f"Bearer {ada.token}"}})
        assert await socket.closed() == 4403
        assert "second factor" in (socket.connection.close_reason or "")


async def test_no_other_service_accepts_the_token_before_nor_after(
    api: Api, free: Api, ada: Person, admin: Person
) -> None:
    key = (await free.ask(KEY, by=admin))["createApiKey"]["secret"]
    assert (await introspected(api, key, admin.token))["active"], "an API key goes on, and a whole session is active"
    with pytest.raises(jwt.InvalidAudienceError):
        await for_other_services(api, ada.token)
    assert await introspected(api, key, ada.token) == {"active": False}
    assert await introspected(api, ada.token, admin.token) != {"active": True}
    await enrolled(api, ada)
    assert await introspected(api, key, ada.token) == {"active": False}, "it is for Rollcall alone"
    renewed = (await api.ask(REFRESH, {"t": ada.refresh}))["refreshSession"]
    assert not renewed["session"]["enrolmentRequired"]
    assert (await introspected(api, key, renewed["accessToken"]))["active"]
    assert (await for_other_services(api, renewed["accessToken"]))["sub"] == ada.id


async def test_after_enrolment_everything_is_open_at_once_on_every_instance(api: Api, free: Api, ada: Person) -> None:
    refused = await free.graphql("{ stats { total } }", by=ada)
    assert refused["errors"][0]["extensions"]["code"] == NEEDED, "the session is the same on the other instance"
    codes = await enrolled(api, ada)
    shown = await api.ask("{ enrolmentRequired stats { total } }", by=ada)
    assert shown["stats"]["total"]
    assert not shown["enrolmentRequired"]
    async with api.socket(ada):
        pass
    while "errors" in await free.graphql("{ stats { total } }", by=ada):
        pass  # the event has not reached it yet
    off = (await api.ask(DISABLE, {"p": PASSWORD, "c": codes[0]}, ada))["disableTotp"]
    assert off["code"] == "FORBIDDEN"
    assert "required" in off["message"]


async def test_a_passkey_ends_it_too_and_revoking_the_token_ends_the_session(api: Api, ada: Person) -> None:
    again = await api.sign_in(ada.email, PASSWORD)
    assert (await api.http.post("/oauth/revoke", data={"token": again.token})).status_code == 200
    revoked = await api.graphql("{ me { id } }", by=again)
    assert revoked["errors"][0]["extensions"]["code"] == "SESSION_REVOKED"
    made = await finish(api, ada, device_of().create(await begin(api, ada)))
    assert made["passkey"]["name"] == "Phone"
    assert (await api.ask("{ me { secondFactors } stats { total } }", by=ada))["me"]["secondFactors"] == ["PASSKEY"]


async def test_the_command_line_says_what_to_do(api: Api, ada: Person) -> None:
    async with httpx.AsyncClient(base_url=api.server.url) as http:
        with pytest.raises(Refused, match="A second factor is required here"):
            await sign_in(http, ada.email, PASSWORD)


async def test_the_setting_is_in_service_info(api: Api, admin: Person) -> None:
    settings = (await api.ask("{ serviceInfo { settings { name value } } }", by=admin))["serviceInfo"]["settings"]
    assert {"name": "REQUIRE_SECOND_FACTOR", "value": "all"} in settings
