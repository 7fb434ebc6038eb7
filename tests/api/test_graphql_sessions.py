"""Sessions over GraphQL: rotation, cookies, passwords, and the limit on guessing."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.conftest import PASSWORD, Api, Person, Server


async def test_sessions_rotate_and_a_reused_token_ends_the_session(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    refresh = """mutation($t: String) { refreshSession(refreshToken: $t) {
      __typename ... on SessionPayload { accessToken refreshToken } ... on Problem { code } } }"""
    second = (await api.ask(refresh, {"t": user.refresh}))["refreshSession"]
    assert second["__typename"] == "SessionPayload"
    overlap = (await api.ask(refresh, {"t": user.refresh}))["refreshSession"]
    assert overlap["refreshToken"] == second["refreshToken"], "the response may have been lost"
    third = (await api.ask(refresh, {"t": second["refreshToken"]}))["refreshSession"]
    reused = (await api.ask(refresh, {"t": user.refresh}))["refreshSession"]
    assert reused["code"] == "SESSION_REVOKED"
    after = (await api.ask(refresh, {"t": third["refreshToken"]}))["refreshSession"]
    assert after["code"] == "SESSION_REVOKED"
    assert (await api.ask(refresh, {"t": "made-up"}))["refreshSession"]["code"] == "TOKEN_INVALID"
    async with asyncio.timeout(60):
        while not await _trail(api, admin, user.id, "SESSION_REUSE_DETECTED"):  # until the relay has numbered it
            await asyncio.sleep(0.02)


async def _trail(api: Api, admin: Person, user_id: str, kind: str) -> list[Any]:
    query = "query($f: EventFilter) { events(first: 1, filter: $f) { edges { node { type } } } }"
    found = await api.ask(query, {"f": {"userId": user_id, "types": [kind]}}, admin)
    return list(found["events"]["edges"])


async def test_a_browser_s_session_is_held_in_http_only_cookies(api: Api, admin: Person, server: Server) -> None:
    user = await api.new_user(admin)
    sign_in = """mutation($e: String!, $p: String!) { signIn(input: {email: $e, password: $p, cookie: true}) {
      ... on SessionPayload { accessToken refreshToken } } }"""
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as browser:
        body = {"query": sign_in, "variables": {"e": user.email, "p": user.password}}
        answer = await browser.post("/graphql", json=body)
        assert answer.json()["data"]["signIn"] == {"accessToken": None, "refreshToken": None}
        cookies = answer.headers.get_list("set-cookie")
        assert all("HttpOnly" in c and "SameSite=Lax" in c for c in cookies)
        assert [c.split("Path=")[1].split(";")[0] for c in cookies] == ["/", "/"]
        me = {"query": "{ me { id } }"}
        own = await browser.post("/graphql", json=me, headers={"origin": server.url})
        assert own.json()["data"]["me"]["id"] == user.id
        foreign = await browser.post("/graphql", json=me, headers={"origin": "https://evil.example"})
        assert foreign.status_code == 403
        renewed = await browser.post("/graphql", json={"query": "mutation { refreshSession { __typename } }"})
        assert renewed.json()["data"]["refreshSession"]["__typename"] == "SessionPayload"


@pytest.mark.parametrize("sign", ["signIn", "signUp"])
async def test_a_foreign_page_starts_no_session_in_cookies(api: Api, admin: Person, sign: str) -> None:
    user = await api.new_user(admin)
    given = {"email": user.email, "password": user.password, "cookie": True}
    if sign == "signUp":
        given |= {"email": f"new-{user.email}", "displayName": "New"}
    query = f"mutation($i: {sign[0].upper()}{sign[1:]}Input!) {{ {sign}(input: $i) {{ __typename ... on Problem {{ code }} }} }}"
    body = {"query": query, "variables": {"i": given}}
    answer = await api.http.post("/graphql", json=body, headers={"origin": "https://evil.example"})
    assert "set-cookie" not in answer.headers
    assert "FORBIDDEN" in answer.text
    sessions = "query($id: ID!) { user(id: $id) { sessions { edges { node { id } } } } }"
    found = (await api.ask(sessions, {"id": user.id}, admin))["user"]["sessions"]["edges"]
    assert len(found) == 1, "no session was started"


async def test_changing_the_password_ends_the_other_sessions(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    other = await api.sign_in(user.email, user.password)
    change = "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { __typename ... on Problem { code } } }"
    wrong = {"i": {"currentPassword": "not it at all", "newPassword": "another password"}}
    assert (await api.ask(change, wrong, user))["changePassword"]["code"] == "INVALID_CREDENTIALS"
    right = {"i": {"currentPassword": PASSWORD, "newPassword": "another password"}}
    assert (await api.ask(change, right, user))["changePassword"]["__typename"] == "Done"
    assert (await api.ask("{ me { id } }", by=user))["me"]["id"] == user.id
    assert (await api.graphql("{ me { id } }", by=other))["errors"][0]["extensions"]["code"] == "SESSION_REVOKED"


async def test_signing_in_is_limited_and_does_not_reveal_accounts(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    sign_in = (
        "mutation($e: String!, $p: String!) { signIn(input: {email: $e, password: $p}) { ... on Problem { code } } }"
    )
    unknown = await api.ask(sign_in, {"e": "nobody@example.com", "p": "whatever it is"})
    wrong = await api.ask(sign_in, {"e": user.email, "p": "whatever it is"})
    assert unknown == wrong == {"signIn": {"code": "INVALID_CREDENTIALS"}}
    codes = [(await api.ask(sign_in, {"e": user.email, "p": "wrong again"}))["signIn"]["code"] for _ in range(21)]
    assert "RATE_LIMITED" in codes, "ten are allowed, and at most ten more if Redis was late"
    assert codes[:9] == ["INVALID_CREDENTIALS"] * 9
