"""A browser's session over REST: its cookies, concurrent use, and pages of other origins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.api.conftest import PASSWORD, Api, Person
from tests.api.rest import LOGIN, LOGOUT, REFRESH, access_cookie, code, has_ended, set_cookies


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


async def test_two_tabs_that_refresh_at_once_keep_their_session(browser: Api, person: Person) -> None:
    cookies = {"cookie": f"rollcall={person.token}; rollcall_refresh={person.refresh}"}
    tabs = await asyncio.gather(*(browser.rest("POST", REFRESH, headers=cookies) for _ in range(4)))
    assert [tab.status_code for tab in tabs] == [200] * 4
    (successor,) = {tab.headers.get_list("set-cookie")[1].partition(";")[0] for tab in tabs}
    assert successor.startswith("rollcall_refresh=")
    later = await browser.rest("POST", REFRESH, headers={"cookie": successor})
    assert later.status_code == 200, "both got the session's current token"


async def test_a_browser_s_session_is_held_in_cookies_only(browser: Api, person: Person) -> None:
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


@pytest.mark.parametrize("way", ["rest", "graphql"])
async def test_two_refresh_cookies_change_nothing_and_are_removed(
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
    deleted = {(n, p) for n, p, given in set_cookies(answer) if not given}
    assert ("rollcall_refresh", "/") in deleted
    assert ("rollcall", "/") not in deleted, "a token that is not ours may be another instance's"
    assert not any(given for _, _, given in set_cookies(answer))
    for one in (person, attacker):
        assert (await api.rest("POST", REFRESH, json={"refresh_token": one.refresh})).status_code == 200, "still unused"


@pytest.mark.parametrize(
    ("way", "state"),
    [("rest", "expired"), ("rest", "broken"), ("graphql", "expired"), ("graphql", "broken"), ("sign out", "expired")],
)
async def test_a_planted_refresh_cookie_does_not_change_the_user(
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


async def test_graphql_refreshes_by_cookie(browser: Api, person: Person) -> None:
    await browser.rest("POST", LOGIN, json={"email": person.email, "password": PASSWORD, "cookie": True})
    query = "mutation { refreshSession { ... on SessionPayload { accessToken user { id } } ... on Problem { code } } }"
    for _ in range(2):
        answer = await browser.http.post("/graphql", json={"query": query})
        assert answer.json()["data"]["refreshSession"] == {"accessToken": None, "user": {"id": person.id}}
        assert [name for name, _, given in set_cookies(answer) if given] == ["rollcall", "rollcall_refresh"]


async def test_cookies_of_an_ended_session_are_removed(browser: Api, api: Api, admin: Person, person: Person) -> None:
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


async def test_an_old_cookie_does_not_prevent_signing_in(browser: Api, person: Person) -> None:
    browser.http.cookies.set("rollcall", "an old cookie", domain="127.0.0.1", path="/")
    answer = await browser.http.post("/graphql", json={"query": "{ me { id } }"})
    assert answer.json() == {"data": {"me": None}}
    signed_in = await browser.rest("POST", LOGIN, json={"email": person.email, "password": PASSWORD, "cookie": True})
    assert signed_in.status_code == 200
    assert (await browser.rest("GET", "/api/v1/users")).status_code == 200
