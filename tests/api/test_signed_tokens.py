"""Access tokens as other services see them: public keys, metadata, revocation; and keys that change while servers run."""

from __future__ import annotations

import asyncio
import hmac
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import jwt
import pytest

from api.bootstrap.core import open_core
from api.bootstrap.first_admin import ensure_first_admin
from domain.models.actor import system
from domain.services.signing_key import SigningKeyService
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.api.pairs import Pair, new_pair
from tests.api.test_expiry import REFRESH
from tests.integration.logs import until

ME = "{ me { id } }"
JWKS, METADATA, REVOKE = "/.well-known/jwks.json", "/.well-known/oauth-authorization-server", "/oauth/revoke"
SIGNS_AFTER = timedelta(seconds=2)
WORKERS = 4
INTROSPECT = "/oauth/introspect"


@pytest.fixture
async def pair(fresh_database_url: str, redis_url: str) -> AsyncIterator[Pair]:
    """Two instances with a directory of the test's own."""
    async with new_pair(fresh_database_url, redis_url) as made:
        yield made


@pytest.fixture
async def keys(pair: Pair) -> AsyncIterator[SigningKeyService]:
    """The signing keys of that directory, as a command changes them."""
    async with open_core(pair.settings) as core:
        yield core.signing_keys


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def verified(token: str, keys: dict[str, Any]) -> dict[str, Any]:
    """The claims, as a service finds them that has only the published keys."""
    (key,) = [k for k in keys["keys"] if k["kid"] == kid_of(token)]
    public: Any = jwt.PyJWK(key).key
    return jwt.decode(token, public, [key["alg"]], issuer="http://localhost:8000", audience="rollcall")


async def me(api: Api, token: str) -> httpx.Response:
    return await api.http.post("/graphql", json={"query": ME}, headers={"authorization": f"Bearer {token}"})


async def refusal(api: Api, token: str) -> str:
    """The code of the error, or an empty text."""
    answer = (await me(api, token)).json()
    return str(answer["errors"][0]["extensions"]["code"]) if "errors" in answer else ""


async def test_a_token_is_verified_with_the_published_keys_alone(api: Api, admin: Person) -> None:
    published = await api.http.get(JWKS)
    assert published.headers["content-type"] == "application/jwk-set+json"
    claims = verified(admin.token, published.json())
    assert (claims["sub"], claims["sid"]) == (admin.id, admin.session)
    assert claims["exp"] - claims["iat"] == 600
    for key in published.json()["keys"]:
        assert key.keys() == {"kty", "crv", "x", "kid", "alg", "use"}, "no private part"


async def test_the_keys_may_be_kept_for_five_minutes(api: Api) -> None:
    first = await api.http.get(JWKS)
    assert first.headers["cache-control"] == "public, max-age=300"
    tag = first.headers["etag"]
    for condition in (tag, f'"other", W/{tag}', "*"):
        again = await api.http.get(JWKS, headers={"if-none-match": condition})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await api.http.get(JWKS, headers={"if-none-match": '"other"'})).status_code == 200
    assert (await api.http.post(JWKS)).status_code == 405


async def test_the_metadata_names_what_is_offered(api: Api) -> None:
    answer = await api.http.get(METADATA)
    assert answer.headers["cache-control"] == "public, max-age=300"
    found = answer.json()
    assert found["issuer"] == "http://localhost:8000"
    for name, path in (("jwks_uri", JWKS), ("revocation_endpoint", REVOKE), ("introspection_endpoint", INTROSPECT)):
        assert found[name] == f"http://localhost:8000{path}"
    assert (await api.http.get(JWKS)).status_code == 200
    assert (await api.http.post(REVOKE, data={"token": "x"})).status_code == 200
    assert (await api.http.post(INTROSPECT, data={"token": "x"})).status_code == 401


@pytest.mark.parametrize("which", ["access", "refresh"])
async def test_revoking_a_token_ends_its_session(api: Api, admin: Person, which: str) -> None:
    person = await api.new_user(admin)
    token = person.token if which == "access" else person.refresh
    answer = await api.http.post(REVOKE, data={"token": token, "token_type_hint": f"{which}_token"})
    assert (answer.status_code, answer.content, answer.headers["cache-control"]) == (200, b"", "no-store")
    assert await refusal(api, person.token) == "SESSION_REVOKED"
    assert (await api.ask(REFRESH, {"t": person.refresh}))["refreshSession"] == {"code": "SESSION_REVOKED"}
    assert (await api.http.post(REVOKE, data={"token": token})).status_code == 200, "a second time, too"


@pytest.mark.parametrize("token", ["unknown", "a.b.c", "x" * 5000, "é"])
async def test_an_unknown_token_is_no_error(api: Api, token: str) -> None:
    assert (await api.http.post(REVOKE, data={"token": token})).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"token=", "application/x-www-form-urlencoded"),
        (b"token=a&token=b", "application/x-www-form-urlencoded"),
        (b"token=%ff", "application/x-www-form-urlencoded"),
        (b"token=" + b"x" * 20_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(50)), "application/x-www-form-urlencoded"),
        (b'{"token": "x"}', "application/json"),
    ],
)
async def test_a_malformed_request_is_refused_without_repeating_it(api: Api, content: bytes, kind: str) -> None:
    answer = await api.http.post(REVOKE, content=content, headers={"content-type": kind})
    assert answer.status_code == 400
    assert answer.json().keys() == {"error", "error_description"}
    assert answer.json()["error"] == "invalid_request"
    assert answer.headers["cache-control"] == "no-store"


async def test_tokens_of_before_are_refused_and_renewed_by_their_refresh_token(api: Api, admin: Person) -> None:
    secret = api.server.container.core.settings.secret_key.get_secret_value()
    claims = jwt.decode(admin.token, options={"verify_signature": False})
    claims |= {"iss": "rollcall", "aud": "rollcall-api"}
    former = jwt.encode(claims, hmac.digest(secret.encode(), b"access", "sha256"), algorithm="HS256")
    assert await refusal(api, former) == "TOKEN_INVALID"
    assert (await me(api, former)).status_code == 401
    cookies = {"cookie": f"rollcall={former}; rollcall_refresh={admin.refresh}"}
    renewed = await api.http.post("/api/v1/auth/refresh", headers=cookies)
    assert renewed.status_code == 200, renewed.text
    assert {c.partition("=")[0] for c in renewed.headers.get_list("set-cookie")} == {"rollcall", "rollcall_refresh"}


async def test_a_restarted_server_knows_the_tokens_of_before(fresh_database_url: str, redis_url: str) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    await ensure_first_admin(settings)
    tokens = list[str]()
    for _ in range(2):
        with Server(settings) as server:
            api = Api(server)
            async with api.http:
                tokens.append((await api.sign_in(ADMIN, PASSWORD)).token)
                assert [await refusal(api, token) for token in tokens] == [""] * len(tokens)
    assert len({kid_of(token) for token in tokens}) == 1


@pytest.mark.parametrize("algorithm", ["ES256"])
async def test_tokens_may_be_signed_with_another_algorithm(
    fresh_database_url: str, redis_url: str, algorithm: str
) -> None:
    settings = settings_for(fresh_database_url, redis_url, token_algorithm=algorithm, token_audience="rollcall")
    await ensure_first_admin(settings)
    with Server(settings) as server:
        api = Api(server)
        async with api.http:
            token = (await api.sign_in(ADMIN, PASSWORD)).token
            assert jwt.get_unverified_header(token)["alg"] == algorithm
            verified(token, (await api.http.get(JWKS)).json())
            assert await refusal(api, token) == ""


@dataclass
class Load:
    """Clients that use and renew their sessions at both instances, each request at the other one."""

    pair: Pair
    refused: list[str] = field(default_factory=list)
    kids: set[str] = field(default_factory=set)
    requests: int = 0
    stopped: bool = False

    async def use(self, person: Person) -> None:
        """Use the session until the load is stopped: request, renew, request with the old and the new token."""
        for api in itertools.cycle((self.pair.one, self.pair.two)):
            if self.stopped:
                return
            old = person.token
            answer = await api.graphql(REFRESH, {"t": person.refresh})
            found = answer.get("data", {}).get("refreshSession", {})
            if "accessToken" not in found:
                self.refused.append(f"refresh: {answer}")
                return
            person = replace(person, token=found["accessToken"], refresh=found["refreshToken"])
            self.kids.add(kid_of(person.token))
            for token, where in ((old, self.pair.one), (person.token, self.pair.two), (person.token, self.pair.one)):
                response = await me(where, token)
                self.requests += 1
                if response.status_code != 200 or "errors" in response.json():
                    self.refused.append(response.text)

    async def signs_with(self, kid: str) -> None:
        """Return once tokens of this key are in use, and more requests were sent after that."""
        await until(lambda: kid in self.kids or self.refused)
        target = self.requests + 20 * WORKERS
        await until(lambda: self.requests >= target or self.refused)


async def test_keys_are_rotated_under_load_without_a_refused_request(pair: Pair, keys: SigningKeyService) -> None:
    load = Load(pair)
    clients = [asyncio.create_task(load.use(await pair.one.sign_in(ADMIN, PASSWORD))) for _ in range(WORKERS)]
    used = list[str]()
    for _ in range(2):
        key = (await keys.rotate(system(), SIGNS_AFTER)).value
        used.append(key.kid)
        await until(lambda: used[-1] in {k["kid"] for k in published_by(pair.one)})
        await load.signs_with(key.kid)
    load.stopped = True
    await asyncio.gather(*clients)
    assert load.refused == []
    assert load.requests > 40 * WORKERS
    assert set(used) < load.kids, "the first key, too"


def published_by(api: Api) -> list[Any]:
    """The keys that an instance publishes now."""
    core = api.server.container.core
    return list(core.key_ring.published(core.clock.now()))


async def test_a_revoked_key_is_refused_everywhere_and_sessions_continue(pair: Pair, keys: SigningKeyService) -> None:
    person = await pair.one.sign_in(ADMIN, PASSWORD)
    assert [await refusal(api, person.token) for api in (pair.one, pair.two)] == ["", ""]
    await keys.revoke(system(), kid_of(person.token))
    for api in (pair.one, pair.two):
        await until(partial(is_refused, api, person.token))
        assert kid_of(person.token) not in {k["kid"] for k in (await api.http.get(JWKS)).json()["keys"]}
    renewed = (await pair.one.ask(REFRESH, {"t": person.refresh}))["refreshSession"]["accessToken"]
    assert kid_of(renewed) != kid_of(person.token)
    assert [await refusal(api, renewed) for api in (pair.two, pair.one)] == ["", ""]


async def is_refused(api: Api, token: str) -> bool:
    return await refusal(api, token) == "TOKEN_INVALID"


async def test_a_rotation_is_in_the_audit_trail(pair: Pair, keys: SigningKeyService) -> None:
    admin = await pair.one.sign_in(ADMIN, PASSWORD)
    key = (await keys.rotate(system())).value
    query = """{ events(first: 9, filter: {types: [SIGNING_KEY_ROTATED]}) {
      edges { node { subjectId userId subject { id } changes { field after } } } } }"""
    found: list[Any] = []

    async def is_there() -> bool:
        found[:] = (await pair.one.ask(query, by=admin))["events"]["edges"]
        return bool(found)

    await until(is_there)
    assert [e["node"] for e in found] == [
        {
            "subjectId": str(key.id),
            "userId": None,
            "subject": None,
            "changes": [{"field": "kid", "after": key.kid}, {"field": "state", "after": "next"}],
        }
    ]
