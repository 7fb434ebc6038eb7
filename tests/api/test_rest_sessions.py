"""Signing in, refreshing and signing out over REST, with tokens and with cookies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

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


async def test_a_refresh_token_replaced_twice_ends_the_session(api: Api, person: Person) -> None:
    first = await api.rest("POST", REFRESH, json={"refresh_token": person.refresh})
    assert (first.status_code, first.json()["message"]) == (200, "Session refreshed successfully")
    data = first.json()["data"]
    assert data["session"]["id"] == person.session
    bearer = {"authorization": f"Bearer {data['access_token']}"}
    assert (await api.rest("GET", "/api/v1/users", headers=bearer)).status_code == 200
    second = data["refresh_token"]
    third = (await api.rest("POST", REFRESH, json={"refresh_token": second})).json()["data"]["refresh_token"]
    for token in (person.refresh, second, third):
        assert code(await api.rest("POST", REFRESH, json={"refresh_token": token})) == (401, "SESSION_REVOKED")
    assert code(await api.rest("GET", "/api/v1/users", headers=bearer)) == (401, "SESSION_REVOKED")


async def test_two_tabs_that_refresh_at_once_keep_their_session(browser: Api, person: Person) -> None:
    cookies = {"cookie": f"rollcall={person.token}; rollcall_refresh={person.refresh}"}
    tabs = await asyncio.gather(*(browser.rest("POST", REFRESH, headers=cookies) for _ in range(4)))
    assert [tab.status_code for tab in tabs] == [200] * 4
    (successor,) = {tab.headers.get_list("set-cookie")[1].partition(";")[0] for tab in tabs}
    assert successor.startswith("rollcall_refresh=")
    later = await browser.rest("POST", REFRESH, headers={"cookie": successor})
    assert later.status_code == 200, "what each of them was given is the session's token"


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
    assert set_cookies(answer) == [("rollcall", "/", True), ("rollcall_refresh", "/", True)]
    assert (await browser.rest("GET", f"/api/v1/users/{person.id}")).json()["data"]["email"] == person.email
    renamed = await browser.rest("PUT", f"/api/v1/users/{person.id}", json={"display_name": "Browser"})
    assert renamed.status_code == 200

    before = dict(browser.http.cookies.jar._cookies["127.0.0.1"]["/"])["rollcall"].value  # type: ignore[attr-defined]
    refreshed = await browser.rest("POST", REFRESH)
    assert refreshed.status_code == 200
    assert refreshed.json()["data"]["refresh_token"] is None
    assert [name for name, _, given in set_cookies(refreshed) if given] == ["rollcall", "rollcall_refresh"]
    after = dict(browser.http.cookies.jar._cookies["127.0.0.1"]["/"])["rollcall"].value  # type: ignore[attr-defined]
    assert after
    assert before

    out = await browser.rest("POST", LOGOUT)
    assert {(name, path) for name, path, _ in set_cookies(out)} >= {("rollcall", "/"), ("rollcall_refresh", "/")}
    assert not any(given for _, _, given in set_cookies(out))
    assert code(await browser.rest("GET", "/api/v1/users")) == (401, "UNAUTHENTICATED")


OUT_BY_GRAPHQL = "mutation { signOut { __typename ... on Problem { code } } }"


async def out(client: Api, way: str, cookies: str) -> httpx.Response:
    """Sign out with these cookies, the REST way or the GraphQL way."""
    headers = {"cookie": cookies, "origin": client.server.url}
    if way == "rest":
        return await client.rest("POST", LOGOUT, headers=headers)
    return await client.http.post("/graphql", headers=headers, json={"query": OUT_BY_GRAPHQL})


def access_cookie(api: Api, person: Person, state: str) -> str:
    """An access cookie that no longer serves, of this person's session."""
    if state == "missing":
        return ""
    container = api.server.application.container
    assert container is not None
    before = container.core.clock.now() - timedelta(hours=1)
    token, _ = container.core.tokens.issue_access(UUID(person.session), UUID(person.id), before)
    return f"rollcall={token if state == 'expired' else token[:-4]}; "


async def has_ended(api: Api, person: Person) -> bool:
    """Whether the session of a person serves no more, neither way."""
    found = await api.rest("GET", "/api/v1/users", person)
    return code(found) == (401, "SESSION_REVOKED") if found.is_error else False


@pytest.mark.parametrize("way", ["rest", "graphql"])
@pytest.mark.parametrize("state", ["expired", "broken", "missing"])
async def test_signing_out_needs_no_more_than_the_refresh_token(
    api: Api, admin: Person, person: Person, way: str, state: str
) -> None:
    answer = await out(api, way, f"{access_cookie(api, person, state)}rollcall_refresh={person.refresh}")
    assert answer.status_code == 200
    assert "Signed out" in answer.text or answer.json()["data"]["signOut"] == {"__typename": "Done"}
    assert not any(given for _, _, given in set_cookies(answer))
    assert set_cookies(answer)
    assert await has_ended(api, person)
    assert code(await api.rest("POST", REFRESH, json={"refresh_token": person.refresh})) == (401, "SESSION_REVOKED")
    again = await out(api, way, f"rollcall_refresh={person.refresh}")
    assert again.status_code == 200, "it has ended, which is what was asked"


@pytest.mark.parametrize("way", ["rest", "graphql"])
async def test_signing_out_with_a_refresh_token_of_before_ends_the_family(api: Api, person: Person, way: str) -> None:
    newer = (await api.rest("POST", REFRESH, json={"refresh_token": person.refresh})).json()["data"]["refresh_token"]
    assert (await out(api, way, f"rollcall_refresh={person.refresh}")).status_code == 200
    assert code(await api.rest("POST", REFRESH, json={"refresh_token": newer})) == (401, "SESSION_REVOKED")
    assert await has_ended(api, person)


@pytest.mark.parametrize("way", ["rest", "graphql"])
@pytest.mark.parametrize("token", ["junk", "altered"])
async def test_what_is_no_refresh_token_ends_nothing(api: Api, person: Person, way: str, token: str) -> None:
    given = token if token == "junk" else f"{person.refresh[:-2]}{'AA' if person.refresh[-2:] != 'AA' else 'BB'}"
    answer = await out(api, way, f"rollcall_refresh={given}")
    assert "TOKEN_INVALID" in answer.text or "UNAUTHENTICATED" in answer.text
    assert not await has_ended(api, person)


async def test_a_refresh_token_in_the_body_signs_out_where_the_access_token_has_expired(
    api: Api, person: Person
) -> None:
    expired = access_cookie(api, person, "expired").removeprefix("rollcall=").removesuffix("; ")
    bearer = {"authorization": f"Bearer {expired}"}
    assert code(await api.rest("POST", LOGOUT, headers=bearer)) == (401, "TOKEN_EXPIRED")
    assert code(await api.rest("POST", LOGOUT, headers=bearer, json={"any": "thing"})) == (401, "TOKEN_EXPIRED")
    done = await api.rest("POST", LOGOUT, headers=bearer, json={"refresh_token": person.refresh})
    assert (done.status_code, done.json()["message"]) == (200, "Signed out successfully")
    assert await has_ended(api, person)


@pytest.mark.parametrize("way", ["rest", "graphql"])
async def test_two_refresh_cookies_change_nothing_and_are_taken_back(
    api: Api, admin: Person, person: Person, way: str
) -> None:
    attacker = await api.new_user(admin)
    cookies = f"rollcall_refresh={attacker.refresh}; rollcall=x; rollcall_refresh={person.refresh}"
    headers = {"cookie": cookies, "origin": api.server.url}
    if way == "rest":
        answer = await api.rest("POST", REFRESH, headers=headers)
        assert code(answer) == (401, "TOKEN_INVALID")
    else:
        query = {"query": "mutation { refreshSession { __typename } }"}
        answer = await api.http.post("/graphql", headers=headers, json=query)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "TOKEN_INVALID")
    assert {(n, p) for n, p, given in set_cookies(answer) if not given} >= {
        ("rollcall", "/"),
        ("rollcall_refresh", "/"),
    }
    assert not any(given for _, _, given in set_cookies(answer))
    for one in (person, attacker):
        assert (await api.rest("POST", REFRESH, json={"refresh_token": one.refresh})).status_code == 200, "still unused"


@pytest.mark.parametrize(
    ("way", "state"),
    [("rest", "expired"), ("rest", "broken"), ("graphql", "expired"), ("graphql", "broken"), ("sign out", "expired")],
)
async def test_a_planted_refresh_cookie_does_not_make_somebody_else_of_the_visitor(
    api: Api, admin: Person, person: Person, way: str, state: str
) -> None:
    attacker = await api.new_user(admin)
    cookies = f"{access_cookie(api, person, state)}rollcall_refresh={attacker.refresh}"
    headers = {"cookie": cookies, "origin": api.server.url}
    if way == "graphql":
        query = {"query": "mutation { refreshSession { __typename ... on Problem { code } } }"}
        answer = await api.http.post("/graphql", headers=headers, json=query)
        assert answer.json()["data"]["refreshSession"] == {"__typename": "CredentialsProblem", "code": "TOKEN_INVALID"}
    else:
        answer = await api.rest("POST", REFRESH if way == "rest" else LOGOUT, headers=headers)
        assert code(answer) == (401, "TOKEN_INVALID") if way == "rest" else answer.status_code == 401
    assert set_cookies(answer)
    assert not any(given for _, _, given in set_cookies(answer))
    assert (await api.rest("POST", REFRESH, json={"refresh_token": attacker.refresh})).status_code == 200, (
        "still unused"
    )
    assert not await has_ended(api, person)


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
        assert [name for name, _, given in set_cookies(answer) if given] == ["rollcall", "rollcall_refresh"]


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
    assert set_cookies(again)
    assert not any(given for _, _, given in set_cookies(again))
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
