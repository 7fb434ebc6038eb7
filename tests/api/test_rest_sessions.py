"""Signing in, refreshing and signing out over REST, with tokens and with cookies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest

from tests.api.conftest import PASSWORD, Api, Person

LOGIN, REFRESH, LOGOUT = "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/logout"


def code(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return response.status_code, response.json()["error"]["code"]


def set_cookies(response: httpx.Response) -> list[tuple[str, str, bool]]:
    """The cookies an answer sets: name, path, whether it has a value."""
    found = []
    for header in response.headers.get_list("set-cookie"):
        jar: SimpleCookie = SimpleCookie(header)
        (morsel,) = jar.values()
        assert morsel["httponly"]
        assert morsel["samesite"] == "Lax"
        found.append((morsel.key, morsel["path"], bool(morsel.value)))
    return found


@pytest.fixture
async def browser(api: Api) -> AsyncIterator[Api]:
    """A client that keeps cookies, as a page on the server's own origin would send them."""
    client = Api(api.server)
    client.http.headers["origin"] = api.server.url
    async with client.http:
        yield client


@pytest.fixture
async def person(api: Api, admin: Person) -> Person:
    return await api.new_user(admin)


async def test_tokens_come_in_the_answer_and_serve(api: Api, person: Person) -> None:
    answer = await api.rest("POST", LOGIN, json={"email": person.email.upper(), "password": PASSWORD})
    assert (answer.status_code, answer.json()["message"]) == (200, "Signed in successfully")
    data = answer.json()["data"]
    assert set(data) == {"user", "session", "access_token", "refresh_token", "access_token_expires_at"}
    assert data["user"]["email"] == person.email
    assert data["session"]["current"] is True
    assert not set_cookies(answer)
    bearer = {"authorization": f"Bearer {data['access_token']}"}
    assert (await api.rest("GET", f"/api/v1/users/{person.id}", headers=bearer)).status_code == 200


@pytest.mark.parametrize("wrong", ["password", "email", "both"])
async def test_wrong_credentials_do_not_say_which(api: Api, person: Person, wrong: str) -> None:
    email = person.email if wrong == "password" else "nobody@example.com"
    password = PASSWORD if wrong == "email" else "not the password"
    answer = await api.rest("POST", LOGIN, json={"email": email, "password": password})
    assert code(answer) == (401, "INVALID_CREDENTIALS")
    assert answer.json()["error"]["details"] == {}


async def test_who_is_disabled_is_told_so_only_with_the_password(api: Api, admin: Person, person: Person) -> None:
    await api.rest("PUT", f"/api/v1/users/{person.id}", admin, json={"status": "disabled"})
    right = await api.rest("POST", LOGIN, json={"email": person.email, "password": PASSWORD})
    wrong = await api.rest("POST", LOGIN, json={"email": person.email, "password": "not the password"})
    assert (code(right), code(wrong)) == ((403, "ACCOUNT_DISABLED"), (401, "INVALID_CREDENTIALS"))
    assert (await api.rest("GET", "/api/v1/users", person)).status_code in (401, 403)


async def test_a_code_is_refused_until_there_are_second_factors(api: Api, person: Person) -> None:
    body = {"email": person.email, "password": PASSWORD, "totp_code": "123456"}
    answer = await api.rest("POST", LOGIN, json=body)
    assert code(answer) == (422, "VALIDATION_ERROR")
    assert answer.json()["error"]["details"] == {"field": "totp_code"}
    assert (await api.rest("POST", LOGIN, json={**body, "totp_code": None})).status_code == 200
    sign_in = """mutation($i: SignInInput!) { signIn(input: $i) {
      __typename ... on ValidationProblem { fields { field } } } }"""
    given = {"email": person.email, "password": PASSWORD}
    refused = await api.ask(sign_in, {"i": {**given, "totpCode": "123456"}})
    assert refused["signIn"] == {"__typename": "ValidationProblem", "fields": [{"field": "totpCode"}]}
    assert (await api.ask(sign_in, {"i": {**given, "totpCode": None}}))["signIn"]["__typename"] == "SessionPayload"


async def test_guessing_is_slowed_down_and_tells_when_to_come_back(api: Api, person: Person) -> None:
    body = {"email": person.email, "password": "a wrong guess"}
    answers = [await api.rest("POST", LOGIN, json=body) for _ in range(11)]
    assert {code(a) for a in answers[:10]} == {(401, "INVALID_CREDENTIALS")}
    assert code(answers[10]) == (429, "RATE_LIMITED")
    assert int(answers[10].headers["retry-after"]) == answers[10].json()["error"]["details"]["retry_after"] > 0


async def test_a_refresh_token_serves_once_and_its_reuse_ends_the_session(api: Api, person: Person) -> None:
    first = await api.rest("POST", REFRESH, json={"refresh_token": person.refresh})
    assert (first.status_code, first.json()["message"]) == (200, "Session refreshed successfully")
    data = first.json()["data"]
    assert data["session"]["id"] == person.session
    bearer = {"authorization": f"Bearer {data['access_token']}"}
    assert (await api.rest("GET", "/api/v1/users", headers=bearer)).status_code == 200
    assert code(await api.rest("POST", REFRESH, json={"refresh_token": person.refresh})) == (401, "SESSION_REVOKED")
    assert code(await api.rest("POST", REFRESH, json={"refresh_token": data["refresh_token"]})) == (
        401,
        "SESSION_REVOKED",
    )
    assert code(await api.rest("GET", "/api/v1/users", headers=bearer)) == (401, "SESSION_REVOKED")


@pytest.mark.parametrize("body", [{"refresh_token": ""}, {"refresh_token": "junk"}, {}, None])
async def test_what_is_no_refresh_token_is_refused(api: Api, body: dict[str, Any] | None) -> None:
    answer = await api.rest("POST", REFRESH, json=body) if body is not None else await api.rest("POST", REFRESH)
    assert code(answer) == (401, "TOKEN_INVALID")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_signing_out_ends_the_session_at_once(api: Api, person: Person) -> None:
    answer = await api.rest("POST", LOGOUT, person)
    assert (answer.status_code, answer.json()["message"]) == (200, "Signed out successfully")
    assert answer.json()["data"] is None
    assert code(await api.rest("GET", "/api/v1/users", person)) == (401, "SESSION_REVOKED")
    assert code(await api.rest("POST", REFRESH, json={"refresh_token": person.refresh})) == (401, "SESSION_REVOKED")


async def test_a_browser_s_session_lives_in_cookies_only(browser: Api, person: Person) -> None:
    body = {"email": person.email, "password": PASSWORD, "cookie": True}
    answer = await browser.rest("POST", LOGIN, json=body)
    data = answer.json()["data"]
    assert (data["access_token"], data["refresh_token"]) == (None, None)
    assert data["access_token_expires_at"]
    assert set_cookies(answer) == [
        ("rollcall", "/", True),
        ("rollcall_refresh", "/graphql", True),
        ("rollcall_refresh", "/api/v1/auth/refresh", True),
    ]
    assert (await browser.rest("GET", f"/api/v1/users/{person.id}")).json()["data"]["email"] == person.email
    renamed = await browser.rest("PUT", f"/api/v1/users/{person.id}", json={"display_name": "Browser"})
    assert renamed.status_code == 200

    before = dict(browser.http.cookies.jar._cookies["127.0.0.1"]["/"])["rollcall"].value  # type: ignore[attr-defined]
    refreshed = await browser.rest("POST", REFRESH)
    assert refreshed.status_code == 200
    assert refreshed.json()["data"]["refresh_token"] is None
    assert len(set_cookies(refreshed)) == 3
    after = dict(browser.http.cookies.jar._cookies["127.0.0.1"]["/"])["rollcall"].value  # type: ignore[attr-defined]
    assert after
    assert before

    out = await browser.rest("POST", LOGOUT)
    assert [(name, given) for name, _, given in set_cookies(out)] == [
        ("rollcall", False),
        ("rollcall_refresh", False),
        ("rollcall_refresh", False),
    ]
    assert code(await browser.rest("GET", "/api/v1/users")) == (401, "UNAUTHENTICATED")


async def test_the_refresh_cookie_goes_to_its_paths_only(browser: Api, person: Person) -> None:
    await browser.rest("POST", LOGIN, json={"email": person.email, "password": PASSWORD, "cookie": True})

    def sent_to(path: str) -> str:
        request = browser.http.build_request("POST", path)
        return str(request.headers.get("cookie", ""))

    assert "rollcall_refresh=" in sent_to(REFRESH)
    assert "rollcall_refresh=" in sent_to("/graphql")
    for path in ("/api/v1/users", "/health", LOGIN, LOGOUT):
        assert "rollcall_refresh=" not in sent_to(path)


async def test_a_foreign_page_cannot_use_the_cookie(browser: Api, person: Person) -> None:
    await browser.rest("POST", LOGIN, json={"email": person.email, "password": PASSWORD, "cookie": True})
    foreign = {"origin": "https://evil.example"}
    own = f"/api/v1/users/{person.id}"
    for answer in (
        await browser.rest("PUT", own, headers=foreign, json={"display_name": "Evil"}),
        await browser.rest("POST", LOGOUT, headers=foreign),
        await browser.rest("POST", REFRESH, headers=foreign),
        await browser.rest("POST", LOGIN, headers=foreign, json={"email": "a@b.c", "password": "x", "cookie": True}),
    ):
        assert code(answer) == (403, "FORBIDDEN")
        assert not set_cookies(answer)
        assert "access-control-allow-origin" not in answer.headers
    query = {"query": "mutation { refreshSession { __typename } }"}
    graphql = await browser.http.post("/graphql", headers=foreign, json=query)
    assert graphql.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await browser.rest("GET", own)).json()["data"]["display_name"] != "Evil"


async def test_graphql_refreshes_by_cookie_too(browser: Api, person: Person) -> None:
    await browser.rest("POST", LOGIN, json={"email": person.email, "password": PASSWORD, "cookie": True})
    query = "mutation { refreshSession { ... on SessionPayload { accessToken user { id } } ... on Problem { code } } }"
    for _ in range(2):
        answer = await browser.http.post("/graphql", json={"query": query})
        assert answer.json()["data"]["refreshSession"] == {"accessToken": None, "user": {"id": person.id}}
        assert len(set_cookies(answer)) == 3


async def test_cookies_of_an_ended_session_are_taken_back(
    browser: Api, api: Api, admin: Person, person: Person
) -> None:
    signed_in = await browser.rest("POST", LOGIN, json={"email": person.email, "password": PASSWORD, "cookie": True})
    session = signed_in.json()["data"]["session"]["id"]
    await api.ask("mutation($id: ID!) { revokeSession(id: $id) { __typename } }", {"id": session}, admin)
    refused = await browser.rest("GET", "/api/v1/users")
    assert code(refused) == (401, "SESSION_REVOKED")
    again = await browser.rest("POST", REFRESH)
    assert code(again) == (401, "SESSION_REVOKED")
    assert [given for _, _, given in set_cookies(again)] == [False] * 3
    assert code(await browser.rest("POST", REFRESH)) == (401, "TOKEN_INVALID")


async def test_an_old_cookie_does_not_stand_in_the_way_of_signing_in(browser: Api, person: Person) -> None:
    browser.http.cookies.set("rollcall", "an old cookie", domain="127.0.0.1", path="/")
    answer = await browser.http.post("/graphql", json={"query": "{ me { id } }"})
    assert answer.json() == {"data": {"me": None}}
    signed_in = await browser.rest("POST", LOGIN, json={"email": person.email, "password": PASSWORD, "cookie": True})
    assert signed_in.status_code == 200
    assert (await browser.rest("GET", "/api/v1/users")).status_code == 200


async def test_using_a_session_moves_when_it_was_last_seen(api: Api, admin: Person, person: Person) -> None:
    container = api.server.application.container
    assert container is not None
    await api.rest("GET", "/api/v1/users", person)
    assert any(str(session) == person.session for session in container.authenticator.seen)
