"""From a credential to an actor: bearer before cookie, what is refused and what counts as signed out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.types import Scope

from api.auth.authenticator import Authenticator
from api.auth.cookies import CookiesRefused
from api.auth.principals import PrincipalCache
from api.auth.tokens import SignedTokens
from api.settings import Settings
from domain.errors import (
    AccountDisabled,
    DomainError,
    Forbidden,
    SessionRevoked,
    TokenExpired,
    TokenInvalid,
    Unauthenticated,
)
from domain.models.actor import Role
from domain.models.session import Principal
from domain.models.user import Status

PROXY_TOKEN = "what the front door sends"
OWN, PARTNER = "https://rollcall.example.com", "https://intranet.example.com"


@dataclass
class Desk:
    """An authenticator over a directory of one user, and the clock they share."""

    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    asked: int = 0
    public_url: str = OWN

    def __post_init__(self) -> None:
        session, user, later = uuid4(), uuid4(), self.time + timedelta(days=1)
        self.principal = Principal(session, user, Role.AUDITOR, Status.ACTIVE, later, None, None)
        self.known: dict[UUID, Principal] = {session: self.principal}
        self.settings = Settings.load(
            _env_file=None,
            database_url="postgresql://u@localhost/db",
            redis_url="redis://localhost",
            secret_key="x1y2z3k4l5m6n7o8p9q0r1s2t3u4v5w6x7y8",
            public_url=self.public_url,
            cors_origins=PARTNER,
            trusted_proxies="10.0.0.0/8, ::1",
            proxy_token=PROXY_TOKEN,
        )
        self.tokens = SignedTokens(self.settings.secret_key.get_secret_value(), timedelta(minutes=10))
        self.principals = PrincipalCache(self.find)
        self.auth = Authenticator(self.settings, self.tokens, self.principals, self)
        self.token = self.tokens.issue_access(session, user, self.time)[0]
        self.cookie = f"{'__Host-' if self.settings.secure else ''}rollcall={self.token}"

    def now(self) -> datetime:
        return self.time

    async def find(self, session_ids: Sequence[UUID]) -> Mapping[UUID, Principal]:
        self.asked += 1
        return {s: self.known[s] for s in session_ids if s in self.known}

    def becomes(self, **changes: Any) -> None:
        """Change what the directory says, and tell of it."""
        self.known[self.principal.session_id] = replace(self.principal, **changes)
        self.principals.forget(self.principal.user_id)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def request(method: str = "GET", client: str = "192.0.2.1", **headers: str) -> Scope:
    """A request's scope; underscores in names are dashes."""
    raw = [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in headers.items()]
    return {"type": "http", "method": method, "headers": raw, "client": (client, 1234), "state": {"request_id": "r1"}}


def socket(**headers: str) -> Scope:
    """A WebSocket's scope."""
    return {**request(**headers), "type": "websocket"}


async def test_nobody_is_nobody(desk: Desk) -> None:
    assert await desk.auth.identify(request()) is None
    with pytest.raises(Unauthenticated):
        await desk.auth.require(request())


async def test_a_bearer_token_makes_the_actor_that_the_directory_knows(desk: Desk) -> None:
    identity = await desk.auth.require(request(authorization=f"bearer {desk.token}", user_agent="x" * 1000))
    actor = identity.actor
    assert (actor.user_id, actor.session_id) == (desk.principal.user_id, desk.principal.session_id)
    assert actor.role is Role.AUDITOR
    assert not identity.by_cookie
    assert (actor.origin.request_id, actor.origin.ip_address) == ("r1", "192.0.2.1")
    assert actor.origin.user_agent == "x" * 400
    desk.becomes(role=Role.MEMBER)
    again = await desk.auth.require(request(authorization=f"Bearer {desk.token}"))
    assert again.actor.role is Role.MEMBER


@pytest.mark.parametrize("key", ["authorization", "Authorization"])
async def test_a_socket_authenticates_by_its_payload_first(desk: Desk, key: str) -> None:
    identity = await desk.auth.require(socket(authorization="Bearer junk"), {key: f"Bearer {desk.token}"})
    assert identity.actor.user_id == desk.principal.user_id


@pytest.mark.parametrize("given", ["junk", "Basic dXNlcjpwYXNz", "Bearer", "Bearer  ", "Bearer junk"])
async def test_a_bad_bearer_token_is_an_error_even_beside_a_good_cookie(desk: Desk, given: str) -> None:
    with pytest.raises(TokenInvalid):
        await desk.auth.identify(request(authorization=given, cookie=desk.cookie))


async def outcome(desk: Desk, scope: Scope) -> type[DomainError] | None:
    """The error of `require`, or None where it went well."""
    try:
        await desk.auth.require(scope)
    except DomainError as error:
        return type(error)
    return None


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
async def test_what_the_directory_says_counts_for_both_credentials(
    desk: Desk, changes: dict[str, Any], expected: type[DomainError] | None
) -> None:
    desk.becomes(**changes)
    assert await outcome(desk, request(authorization=f"Bearer {desk.token}")) is expected
    assert await outcome(desk, request(cookie=desk.cookie)) is expected
    found = await desk.auth.identify(request(cookie=desk.cookie))
    assert (found is None) == (expected is not None)


async def test_a_session_that_is_gone_is_revoked(desk: Desk) -> None:
    desk.known.clear()
    assert await outcome(desk, request(authorization=f"Bearer {desk.token}")) is SessionRevoked


async def test_an_expired_cookie_is_nobody_where_nobody_will_do_and_says_why_elsewhere(desk: Desk) -> None:
    desk.time += timedelta(minutes=11)
    with pytest.raises(TokenExpired):
        await desk.auth.identify(request(authorization=f"Bearer {desk.token}"))
    assert await desk.auth.identify(request(cookie=desk.cookie)) is None
    assert await outcome(desk, request(cookie=desk.cookie)) is TokenExpired


async def test_a_cookie_serves_for_reading_from_anywhere(desk: Desk) -> None:
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
async def test_a_cookie_changes_nothing_from_a_foreign_origin(
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
async def test_two_cookies_of_one_name_never_make_an_identity(public_url: str, method: str, twice: str) -> None:
    desk = Desk(public_url=public_url)
    name = desk.cookie.partition("=")[0] + ("_refresh" if twice == "refresh" else "")
    given = {"cookie": f"{desk.cookie}; {name}=planted; {name}=own", "origin": public_url}
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
    for cookies in (
        f"{desk.cookie}; {name}={planted}",
        f"__Host-rollcall=junk; {name}={own}",
        f"{desk.cookie}; {name}=junk",
    ):
        carrier = desk.auth.carrier(request(cookie=cookies))
        with pytest.raises(TokenInvalid):
            _ = carrier.refresh_token
        assert len(carrier.headers) == 2
    broken, other = f"__Host-rollcall=junk; {name}={own}", f"{desk.cookie}; {name}={planted}"
    assert desk.auth.carrier(request(cookie=broken)).ending_token == own, "it is proof enough to end its own session"
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


@pytest.mark.parametrize(
    ("client", "forwarded", "expected"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.1.2.3", "203.0.113.9", "203.0.113.9"),
        ("::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9"),
        ("::1", "203.0.113.9", "203.0.113.9"),
        ("10.1.2.3", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("10.1.2.3", "6.6.6.6, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("10.1.2.3", "2001:db8::1", "2001:db8::1"),
        ("10.1.2.3", "10.2.2.2", "10.2.2.2"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "unknown", "10.1.2.3"),
        ("10.1.2.3", "203.0.113.9, unknown", "10.1.2.3"),
        ("10.1.2.3", "203.0.113.9, 10.9.9.9, _hidden", "10.1.2.3"),
        ("10.1.2.3", "unknown, 10.9.9.9", "10.9.9.9"),
        ("10.1.2.3", "203.0.113.7:50123", "203.0.113.7"),
        ("10.1.2.3", "203.0.113.7:", "203.0.113.7"),
        ("10.1.2.3", "[2001:db8::1]:99", "2001:db8::1"),
        ("10.1.2.3", "[2001:db8::1]", "2001:db8::1"),
        ("10.1.2.3", "6.6.6.6, 203.0.113.9, 10.9.9.9:443", "203.0.113.9"),
        ("10.1.2.3", "::ffff:203.0.113.9", "203.0.113.9"),
        ("10.1.2.3", "[::ffff:203.0.113.9]:1", "203.0.113.9"),
        ("10.1.2.3", "fe80::1%eth0", "fe80::1"),
        ("10.1.2.3", "[", "10.1.2.3"),
        ("10.1.2.3", "203.0.113.9:1:2", "10.1.2.3"),
        ("10.1.2.3", "1" * 5000, "10.1.2.3"),
        ("testclient", None, None),
    ],
)
def test_only_trusted_proxies_tell_the_address(
    desk: Desk, client: str, forwarded: str | None, expected: str | None
) -> None:
    scope = request(client=client) if forwarded is None else request(client=client, x_forwarded_for=forwarded)
    assert desk.auth.client_address(scope) == expected


@pytest.mark.parametrize(
    ("token", "forwarded", "expected"),
    [
        ("PROXY_TOKEN", "203.0.113.9", "203.0.113.9"),
        ("PROXY_TOKEN", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("PROXY_TOKEN", "203.0.113.9, 10.2.2.2", "203.0.113.9"),
        ("PROXY_TOKEN", "", "127.0.0.1"),
        ("a guess", "203.0.113.9", "127.0.0.1"),
        ("", "203.0.113.9", "127.0.0.1"),
        ("\xe4", "203.0.113.9", "127.0.0.1"),
    ],
)
def test_a_proxy_that_has_the_token_tells_the_address(desk: Desk, token: str, forwarded: str, expected: str) -> None:
    given = PROXY_TOKEN if token == "PROXY_TOKEN" else token
    scope = request(client="127.0.0.1", x_forwarded_for=forwarded, x_proxy_token=given)
    assert desk.auth.client_address(scope) == expected


def test_no_token_vouches_where_none_is_set(desk: Desk) -> None:
    auth = Authenticator(desk.settings.model_copy(update={"proxy_token": None}), desk.tokens, desk.principals, desk)
    scope = request(client="127.0.0.1", x_forwarded_for="203.0.113.9", x_proxy_token="")
    assert auth.client_address(scope) == "127.0.0.1"


def test_a_second_forwarding_header_cannot_hide_the_first_proxy_s(desk: Desk) -> None:
    scope = request(client="10.1.2.3", x_forwarded_for="6.6.6.6")
    scope["headers"].append((b"x-forwarded-for", b"203.0.113.9"))
    assert desk.auth.client_address(scope) == "203.0.113.9"


async def test_a_session_is_seen_once_a_minute(desk: Desk) -> None:
    scope = request(authorization=f"Bearer {desk.token}")
    session = desk.principal.session_id
    await desk.auth.require(scope)
    first, desk.auth.seen = desk.auth.seen, {}
    assert first == {session: (desk.principal.user_id, desk.time)}
    desk.time += timedelta(seconds=59)
    await desk.auth.require(scope)
    assert not desk.auth.seen
    desk.time += timedelta(seconds=1)
    await desk.auth.require(scope)
    assert list(desk.auth.seen) == [session]


async def test_the_directory_is_asked_once_until_something_changes(desk: Desk) -> None:
    scope = request(authorization=f"Bearer {desk.token}")
    for _ in range(3):
        await desk.auth.require(scope)
    assert desk.asked == 1
    desk.becomes(status=Status.DISABLED)
    assert await outcome(desk, scope) is AccountDisabled
    assert desk.asked == 2


async def test_a_look_up_under_way_does_not_put_a_stale_answer_back(desk: Desk) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(session_ids: Sequence[UUID]) -> Mapping[UUID, Principal]:
        found = await desk.find(session_ids)
        begun.set()
        await go.wait()
        return found

    cache = PrincipalCache(slow)
    session = desk.principal.session_id
    looking = asyncio.create_task(cache.get(session))
    await begun.wait()
    desk.known[session] = replace(desk.principal, status=Status.DISABLED)
    cache.forget(desk.principal.user_id)
    go.set()
    await looking
    found = await cache.get(session)
    assert found is not None
    assert found.status is Status.DISABLED


async def test_an_answer_is_not_kept_for_long(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    session = desk.principal.session_id
    await desk.principals.get(session)
    monkeypatch.setattr("api.auth.principals.KEPT_SECONDS", 0.0)
    await desk.principals.get(session)
    assert desk.asked == 2


async def test_the_cache_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.auth.principals.KEPT", 2)
    for i in range(5):
        session, user = UUID(int=i), UUID(int=100 + i)
        desk.known[session] = replace(desk.principal, session_id=session, user_id=user)
        await desk.principals.get(session)
    assert len(desk.principals._kept) == len(desk.principals._by_user) == 2
