"""The session of a browser, as cookies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from starlette.types import Scope

from api.auth.cookies import FORMER_PATHS, CookieCarrier, CookiesRefused, NoCookies, cookie
from domain.errors import TokenInvalid, ValidationFailed
from domain.models.actor import Role
from domain.models.session import Session
from domain.models.user import Status, User
from domain.services.sign_in import SignedIn

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def signed_in() -> SignedIn:
    """A sign-in that lasts thirty days."""
    user = User(uuid4(), "a@example.com", "A", Role.MEMBER, Status.ACTIVE, 1, NOW, NOW)
    session = Session(uuid4(), user.id, NOW, NOW, NOW + timedelta(days=30))
    return SignedIn(user, session, "access", NOW + timedelta(minutes=10), "refresh")


def scope(*cookies: str) -> Scope:
    """A request with these Cookie headers."""
    return {"type": "http", "headers": [(b"cookie", c.encode()) for c in cookies]}


def carried(scope: Scope, *, secure: bool, same: bool = True, readable: bool = True) -> CookieCarrier:
    """The carrier of a request, whose cookies may be of different sessions and whose access token may be unreadable."""
    return CookieCarrier(
        scope,
        secure=secure,
        check_origin=lambda _: None,
        same_session=lambda *_: same,
        is_readable=lambda _: readable,
    )


def sent(carrier: CookieCarrier) -> list[dict[str, str]]:
    """The cookies that were set, by attribute, with `name` and `value`."""
    found = []
    for key, raw in carrier.headers:
        assert key == b"set-cookie"
        first, *rest = raw.decode().split("; ")
        name, _, value = first.partition("=")
        found.append({"name": name, "value": value, **{k: v for k, _, v in (r.partition("=") for r in rest)}})
    return found


def test_scripts_cannot_read_the_cookies_and_other_sites_cannot_send_them() -> None:
    carrier = carried(scope(), secure=True)
    carrier.set_session(signed_in())
    for found in sent(carrier):
        assert {"HttpOnly", "Secure"} <= found.keys()
        assert found["SameSite"] == "Lax"
        assert found["Max-Age"] == str(30 * 24 * 3600)
        assert "Domain" not in found


@pytest.mark.parametrize("secure", [True, False])
def test_both_cookies_are_set_once_for_the_whole_host(secure: bool) -> None:
    carrier = carried(scope(), secure=secure)
    carrier.set_session(signed_in())
    prefix = "__Host-" if secure else ""
    assert [(c["name"], c["value"], c["Path"], "Secure" in c) for c in sent(carrier)] == [
        (f"{prefix}rollcall", "access", "/", secure),
        (f"{prefix}rollcall_refresh", "refresh", "/", secure),
    ]


def test_clearing_removes_each_cookie_that_was_set() -> None:
    setting, clearing = carried(scope(), secure=True), carried(scope(), secure=True)
    setting.set_session(signed_in())
    clearing.clear()
    assert [(c["name"], c["Path"]) for c in sent(clearing)] == [(c["name"], c["Path"]) for c in sent(setting)]
    assert {(c["value"], c["Max-Age"]) for c in sent(clearing)} == {("", "0")}


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("step", ["set", "clear"])
def test_cookies_of_earlier_versions_are_removed(secure: bool, step: str) -> None:
    former = "__Secure-rollcall_refresh" if secure else "rollcall_refresh"
    carrier = carried(scope(f"{former}=old"), secure=secure)
    if step == "set":
        carrier.set_session(signed_in())
    else:
        carrier.clear()
    removed = {(c["name"], c["Path"]) for c in sent(carrier) if not c["value"]}
    assert removed >= {(former, path) for path in FORMER_PATHS}
    assert (carrier.refresh_token is None) == secure, "under https it is ignored"
    kept = [c["name"] for c in sent(carrier) if c["value"]]
    assert len(kept) == (2 if step == "set" else 0)


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("which", ["rollcall", "rollcall_refresh"])
def test_two_cookies_of_one_name_are_refused_and_removed(secure: bool, which: str) -> None:
    name = ("__Host-" if secure else "") + which
    for headers in ([f"{name}=planted; {name}=own"], [f"{name}=planted", f"a=1; {name}=own"]):
        request = {**scope(*headers), "path": "/api/v1/auth/refresh"}
        with pytest.raises(CookiesRefused) as refused:
            cookie(request, name)
        carrier = carried(request, secure=secure)
        with pytest.raises(TokenInvalid):
            _ = carrier.refresh_token
        assert carrier.headers == refused.value.headers
        removed = {c["Path"] for c in sent(carrier) if c["name"] == name and c["Max-Age"] == "0"}
        within = {"/", "/api", "/api/v1", "/api/v1/auth", "/api/v1/auth/refresh"}
        former = set(FORMER_PATHS) if which == "rollcall_refresh" else set()
        assert removed == ({"/"} if secure else within | former)


def test_a_cookie_that_is_sent_twice_counts_once() -> None:
    assert cookie(scope("rollcall=x; rollcall=x", "rollcall="), "rollcall") == "x"


def test_a_refresh_token_of_another_session_than_the_access_cookie_is_refused() -> None:
    carrier = carried(scope("rollcall=own; rollcall_refresh=planted"), secure=False, same=False)
    with pytest.raises(TokenInvalid):
        _ = carrier.refresh_token
    assert {(c["name"], c["value"]) for c in sent(carrier)} == {("rollcall", ""), ("rollcall_refresh", "")}
    assert carried(scope("rollcall_refresh=own"), secure=False, same=False).refresh_token == "own"


@pytest.mark.parametrize(
    "headers",
    [
        ["rollcall_refresh=token"],
        ["a=1; rollcall_refresh=token; b=2"],
        ['theme={"dark": true}; rollcall_refresh=token'],
        ["odd name=1; =; ;; rollcall_refresh=token"],
        ["a=1", "rollcall_refresh=token"],
    ],
)
def test_our_cookie_is_found_among_others(headers: list[str]) -> None:
    assert carried(scope(*headers), secure=False).refresh_token == "token"


def test_a_missing_cookie_is_none() -> None:
    assert cookie(scope(), "rollcall") is None
    assert cookie(scope("xrollcall=1"), "rollcall") is None
    assert carried(scope("rollcall_refresh="), secure=False).refresh_token is None
    assert not carried(scope("a=1"), secure=False).came
    assert carried(scope("rollcall=x"), secure=False).came


def test_under_https_a_cookie_without_the_prefix_is_not_ours() -> None:
    carrier = carried(scope("rollcall=x; rollcall_refresh=y"), secure=True)
    assert not carrier.came


def test_a_socket_sets_no_cookie() -> None:
    carrier = NoCookies()
    with pytest.raises(ValidationFailed):
        carrier.check()
    with pytest.raises(ValidationFailed):
        carrier.set_session(signed_in())
    carrier.clear()
    assert carrier.refresh_token is None
