"""Signing in, refreshing and signing out over REST, with tokens and with cookies."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

import httpx
import pytest

from tests.api.conftest import PASSWORD, Api, Person
from tests.api.rest import LOGIN, LOGOUT, REFRESH, access_cookie, code, has_ended, set_cookies


@pytest.fixture
async def person(api: Api, admin: Person) -> Person:
    return await api.new_user(admin)


async def test_tokens_are_returned_and_valid(api: Api, person: Person) -> None:
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
async def test_a_refused_sign_in_does_not_reveal_which_credential_is_wrong(
    api: Api, person: Person, wrong: str
) -> None:
    email = person.email if wrong == "password" else f"{token_hex(8)}@example.com"
    password = PASSWORD if wrong == "email" else "not the password"
    answer = await api.rest("POST", LOGIN, json={"email": email, "password": password})
    assert code(answer) == (401, "INVALID_CREDENTIALS")
    assert answer.json()["error"]["details"] == {}


async def test_a_disabled_user_learns_it_only_with_the_correct_password(
    api: Api, admin: Person, person: Person
) -> None:
    await api.rest("PUT", f"/api/v1/users/{person.id}", admin, json={"status": "disabled"})
    right = await api.rest("POST", LOGIN, json={"email": person.email, "password": PASSWORD})
    wrong = await api.rest("POST", LOGIN, json={"email": person.email, "password": "not the password"})
    assert (code(right), code(wrong)) == ((403, "ACCOUNT_DISABLED"), (401, "INVALID_CREDENTIALS"))
    assert (await api.rest("GET", "/api/v1/users", person)).status_code in (401, 403)


async def test_a_code_that_is_not_needed_is_ignored(api: Api, person: Person) -> None:
    body = {"email": person.email, "password": PASSWORD, "totp_code": "123456"}
    assert (await api.rest("POST", LOGIN, json=body)).status_code == 200


async def test_guessing_is_limited_and_the_response_says_when_to_retry(api: Api, person: Person) -> None:
    body = {"email": person.email, "password": "a wrong guess"}
    answers = [await api.rest("POST", LOGIN, json=body) for _ in range(10)]
    assert {code(a) for a in answers} == {(401, "INVALID_CREDENTIALS")}
    # On a busy machine Redis may be late for some attempts, which are then counted in memory: at most twice as many are allowed.
    while code(limited := await api.rest("POST", LOGIN, json=body)) == (401, "INVALID_CREDENTIALS"):
        answers.append(limited)
        assert len(answers) <= 20
    assert code(limited) == (429, "RATE_LIMITED")
    assert int(limited.headers["retry-after"]) == limited.json()["error"]["details"]["retry_after"] > 0


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


@pytest.mark.parametrize("body", [{"refresh_token": ""}, {"refresh_token": "junk"}, {}, None])
async def test_an_invalid_refresh_token_is_refused(api: Api, body: dict[str, Any] | None) -> None:
    answer = await api.rest("POST", REFRESH, json=body) if body is not None else await api.rest("POST", REFRESH)
    assert code(answer) == (401, "TOKEN_INVALID")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_signing_out_ends_the_session_at_once(api: Api, person: Person) -> None:
    answer = await api.rest("POST", LOGOUT, person)
    assert (answer.status_code, answer.json()["message"]) == (200, "Signed out successfully")
    assert answer.json()["data"] is None
    assert code(await api.rest("GET", "/api/v1/users", person)) == (401, "SESSION_REVOKED")
    assert code(await api.rest("POST", REFRESH, json={"refresh_token": person.refresh})) == (401, "SESSION_REVOKED")


OUT_BY_GRAPHQL = "mutation { signOut { __typename ... on Problem { code } } }"


async def out(client: Api, way: str, cookies: str) -> httpx.Response:
    """Sign out with these cookies, through REST or GraphQL."""
    headers = {"cookie": cookies, "origin": client.server.url}
    if way == "rest":
        return await client.rest("POST", LOGOUT, headers=headers)
    return await client.http.post("/graphql", headers=headers, json={"query": OUT_BY_GRAPHQL})


@pytest.mark.parametrize("way", ["rest", "graphql"])
@pytest.mark.parametrize("state", ["expired", "broken", "missing"])
async def test_the_refresh_token_alone_can_sign_out(
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
    assert again.status_code == 200, "the session has ended, as requested"


@pytest.mark.parametrize("way", ["rest", "graphql"])
async def test_signing_out_with_an_outdated_refresh_token_ends_the_session(api: Api, person: Person, way: str) -> None:
    newer = (await api.rest("POST", REFRESH, json={"refresh_token": person.refresh})).json()["data"]["refresh_token"]
    assert (await out(api, way, f"rollcall_refresh={person.refresh}")).status_code == 200
    assert code(await api.rest("POST", REFRESH, json={"refresh_token": newer})) == (401, "SESSION_REVOKED")
    assert await has_ended(api, person)


@pytest.mark.parametrize("way", ["rest", "graphql"])
@pytest.mark.parametrize("token", ["junk", "altered"])
async def test_an_invalid_refresh_token_ends_nothing(api: Api, person: Person, way: str, token: str) -> None:
    given = token if token == "junk" else f"{person.refresh[:-2]}{'AA' if person.refresh[-2:] != 'AA' else 'BB'}"
    answer = await out(api, way, f"rollcall_refresh={given}")
    assert "TOKEN_INVALID" in answer.text or "UNAUTHENTICATED" in answer.text
    assert not await has_ended(api, person)


async def test_a_refresh_token_in_the_body_signs_out_with_an_expired_access_token(api: Api, person: Person) -> None:
    expired = access_cookie(api, person, "expired").removeprefix("rollcall=").removesuffix("; ")
    bearer = {"authorization": f"Bearer {expired}"}
    assert code(await api.rest("POST", LOGOUT, headers=bearer)) == (401, "TOKEN_EXPIRED")
    assert code(await api.rest("POST", LOGOUT, headers=bearer, json={"any": "thing"})) == (401, "TOKEN_EXPIRED")
    done = await api.rest("POST", LOGOUT, headers=bearer, json={"refresh_token": person.refresh})
    assert (done.status_code, done.json()["message"]) == (200, "Signed out successfully")
    assert await has_ended(api, person)


async def test_using_a_session_updates_when_it_was_last_seen(api: Api, admin: Person, person: Person) -> None:
    container = api.server.container
    await api.rest("GET", "/api/v1/users", person)
    assert any(str(session) == person.session for session in container.authenticator.seen)
