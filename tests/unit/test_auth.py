"""From a credential to an actor: bearer before cookie, which credentials are refused and which count as signed out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.auth.session_cookies import CookiesRefused
from domain.errors import (
    AccountDisabled,
    DomainError,
    EnrolmentRequired,
    Forbidden,
    SessionRevoked,
    TokenExpired,
    TokenInvalid,
    Unauthenticated,
)
from domain.models.actor import Role
from domain.models.user import Status
from tests.unit.desk import OWN, PARTNER, Desk, outcome, request, socket


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_request_without_credentials_is_anonymous(desk: Desk) -> None:
    assert await desk.auth.identify(request()) is None
    with pytest.raises(Unauthenticated):
        await desk.auth.require(request())


async def test_a_bearer_token_gives_the_actor_in_the_directory(desk: Desk) -> None:
    identity = await desk.auth.require(request(authorization=f"bearer {desk.token}", user_agent="x" * 1000))
    actor = identity.actor
    assert (actor.user_id, actor.session_id) == (desk.principal.user_id, desk.principal.session_id)
    assert actor.role is Role.AUDITOR
    assert not identity.by_cookie
    assert (actor.origin.request_id, actor.origin.ip_address) == ("r1", "192.0.2.1")
    assert actor.origin.user_agent == "x" * 400
    desk.change_user(role=Role.MEMBER)
    again = await desk.auth.require(request(authorization=f"Bearer {desk.token}"))
    assert again.actor.role is Role.MEMBER


@pytest.mark.parametrize("key", ["authorization", "Authorization"])
async def test_a_socket_authenticates_by_its_payload_first(desk: Desk, key: str) -> None:
    identity = await desk.auth.require(socket(authorization="Bearer junk"), {key: f"Bearer {desk.token}"})
    assert identity.actor.user_id == desk.principal.user_id


@pytest.mark.parametrize("given", ["junk", "Basic dXNlcjpwYXNz", "Bearer", "Bearer  ", "Bearer junk"])
async def test_an_invalid_bearer_token_is_an_error_even_beside_a_valid_cookie(desk: Desk, given: str) -> None:
    with pytest.raises(TokenInvalid):
        await desk.auth.identify(request(authorization=given, cookie=desk.cookie))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"status": Status.DISABLED}, AccountDisabled),
        ({"status": Status.DELETED}, AccountDisabled),
        ({"ended_at": datetime(2024, 1, 1, tzinfo=UTC)}, SessionRevoked),
        ({"expires_at": datetime(2024, 1, 1, tzinfo=UTC)}, SessionRevoked),
        ({"user_id": UUID(int=1)}, SessionRevoked),
    ],
)
async def test_the_directory_decides_for_both_credentials(
    desk: Desk, changes: dict[str, Any], expected: type[DomainError] | None
) -> None:
    desk.change_user(**changes)
    assert await outcome(desk, request(authorization=f"Bearer {desk.token}")) is expected
    assert await outcome(desk, request(cookie=desk.cookie)) is expected
    found = await desk.auth.identify(request(cookie=desk.cookie))
    assert (found is None) == (expected is not None)


async def test_a_session_that_needs_a_second_factor_first_is_only_accepted_where_that_is_said(desk: Desk) -> None:
    desk.change_user(enrolling=True)
    for scope in (
        request(authorization=f"Bearer {desk.token}"),
        request(cookie=desk.cookie),
        socket(cookie=desk.cookie),
    ):
        assert await outcome(desk, scope) is EnrolmentRequired
        assert (await desk.auth.require(scope, enrolling=True)).actor.enrolling
        identity = await desk.auth.identify(scope)
        assert identity is not None
        assert identity.actor.enrolling
    desk.change_user(enrolling=False)
    assert not (await desk.auth.require(request(cookie=desk.cookie))).actor.enrolling


async def test_a_session_that_no_longer_exists_is_revoked(desk: Desk) -> None:
    desk.known.clear()
    assert await outcome(desk, request(authorization=f"Bearer {desk.token}")) is SessionRevoked


async def test_an_expired_cookie_is_anonymous_where_that_is_allowed_and_an_error_elsewhere(desk: Desk) -> None:
    desk.time += timedelta(minutes=11)
    with pytest.raises(TokenExpired):
        await desk.auth.identify(request(authorization=f"Bearer {desk.token}"))
    assert await desk.auth.identify(request(cookie=desk.cookie)) is None
    assert await outcome(desk, request(cookie=desk.cookie)) is TokenExpired


async def test_a_cookie_authenticates_reads_from_any_origin(desk: Desk) -> None:
    identity = await desk.auth.require(request(cookie=f"other={{}}; {desk.cookie}", origin="https://evil.example"))
    assert identity.by_cookie


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"origin": OWN}, True),
        ({"origin": OWN.upper()}, True),
        ({"origin": PARTNER}, True),
        ({"origin": "https://api.example", "host": "api.example"}, True),
        ({"origin": "http://api.example", "host": "api.example"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://evil.example", "host": "rollcall.example.com"}, False),
        ({"origin": "https://rollcall.example.com.evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://[evil"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "same-origin"}, True),
    ],
)
@pytest.mark.parametrize("kind", ["POST", "PUT", "DELETE", "socket"])
async def test_a_cookie_authenticates_no_write_from_a_foreign_origin(
    desk: Desk, kind: str, headers: dict[str, str], allowed: bool
) -> None:
    for cookie in (desk.cookie, "__Host-rollcall_refresh=x"):
        given = {**headers, "cookie": cookie}
        scope = socket(**given) if kind == "socket" else request(kind, **given)
        if allowed:
            await desk.auth.identify(scope)
        else:
            with pytest.raises(Forbidden):
                await desk.auth.identify(scope)


@pytest.mark.parametrize("public_url", [OWN, "http://localhost:8000"])
@pytest.mark.parametrize("method", ["GET", "POST", "socket"])
@pytest.mark.parametrize("twice", ["access", "refresh"])
async def test_two_cookies_of_one_name_do_not_authenticate(public_url: str, method: str, twice: str) -> None:
    desk = Desk(public_url=public_url)
    name = desk.cookie.partition("=")[0] + ("_refresh" if twice == "refresh" else "")
    own = desk.token if twice == "access" else desk.tokens.issue_refresh(desk.principal.session_id, 1)[0]
    given = {"cookie": f"{desk.cookie}; {name}=planted; {name}={own}", "origin": public_url}
    scope = socket(**given) if method == "socket" else request(method, **given)
    with pytest.raises(CookiesRefused) as refused:
        await desk.auth.identify(scope)
    assert (refused.value.status, refused.value.code) == (401, "TOKEN_INVALID")
    bearer = request(authorization=f"Bearer {desk.token}", **given)
    assert not (await desk.auth.require(bearer)).by_cookie, "a bearer token names its session by itself"


@pytest.mark.parametrize("minutes", [0, 60])
async def test_a_renewal_stays_in_the_session_of_the_access_cookie(desk: Desk, minutes: int) -> None:
    own, _ = desk.tokens.issue_refresh(desk.principal.session_id, 1)
    planted, _ = desk.tokens.issue_refresh(uuid4(), 1)
    desk.time += timedelta(minutes=minutes)
    name = "__Host-rollcall_refresh"
    assert desk.auth.carrier(request(cookie=f"{desk.cookie}; {name}={own}")).refresh_token == own
    for cookies, ours in (
        (f"{desk.cookie}; {name}={planted}", 2),
        (f"__Host-rollcall=junk; {name}={own}", 1),
        (f"{desk.cookie}; {name}=junk", 1),
    ):
        carrier = desk.auth.carrier(request(cookie=cookies))
        with pytest.raises(TokenInvalid):
            _ = carrier.refresh_token
        assert len(carrier.headers) == ours, "what cannot be read may be another instance's"
    broken, other = f"__Host-rollcall=junk; {name}={own}", f"{desk.cookie}; {name}={planted}"
    assert desk.auth.carrier(request(cookie=broken)).ending_token == own, "it suffices to end its own session"
    with pytest.raises(TokenInvalid):
        _ = desk.auth.carrier(request(cookie=other)).ending_token


async def test_a_bearer_token_needs_no_origin(desk: Desk) -> None:
    scope = request("POST", authorization=f"Bearer {desk.token}", origin="https://evil.example")
    assert (await desk.auth.require(scope)).actor.user_id == desk.principal.user_id


async def test_without_https_the_cookie_has_its_plain_name() -> None:
    desk = Desk(public_url="http://localhost:8000")
    assert desk.cookie.startswith("rollcall=")
    scope = request("POST", cookie=desk.cookie, origin="http://127.0.0.1:9", host="127.0.0.1:9")
    assert (await desk.auth.require(scope)).by_cookie
