"""The session of a browser, as cookies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from starlette.types import Scope

from api.cookies import REFRESH_PATHS, CookieCarrier, NoCookies, cookie
from domain.commands import SignedIn
from domain.errors import ValidationFailed
from domain.models.session import Session
from domain.models.user import Role, Status, User

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def signed_in() -> SignedIn:
    """Somebody who has just signed in for thirty days."""
    user = User(uuid4(), "a@example.com", "A", Role.MEMBER, Status.ACTIVE, 1, NOW, NOW)
    session = Session(uuid4(), user.id, NOW, NOW, NOW + timedelta(days=30))
    return SignedIn(user, session, "access", NOW + timedelta(minutes=10), "refresh")


def scope(*cookies: str) -> Scope:
    """A request with these Cookie headers."""
    return {"type": "http", "headers": [(b"cookie", c.encode()) for c in cookies]}


def sent(carrier: CookieCarrier) -> list[dict[str, str]]:
    """The cookies that were set, by attribute, with `name` and `value`."""
    found = []
    for key, raw in carrier.headers:
        assert key == b"set-cookie"
        first, *rest = raw.decode().split("; ")
        name, _, value = first.partition("=")
        found.append({"name": name, "value": value, **{k: v for k, _, v in (r.partition("=") for r in rest)}})
    return found


def test_no_script_reads_them_and_no_other_site_sends_them() -> None:
    carrier = CookieCarrier(scope(), secure=True)
    carrier.set_session(signed_in())
    for found in sent(carrier):
        assert {"HttpOnly", "Secure"} <= found.keys()
        assert found["SameSite"] == "Lax"
        assert found["Max-Age"] == str(30 * 24 * 3600)
        assert "Domain" not in found


@pytest.mark.parametrize("secure", [True, False])
def test_the_access_cookie_goes_everywhere_and_the_refresh_cookie_only_where_it_is_used(secure: bool) -> None:
    carrier = CookieCarrier(scope(), secure=secure)
    carrier.set_session(signed_in())
    access, *refresh = sent(carrier)
    assert (access["name"], access["Path"]) == ("__Host-rollcall" if secure else "rollcall", "/")
    assert access["value"] == "access"
    assert {r["Path"] for r in refresh} == set(REFRESH_PATHS)
    assert {r["name"] for r in refresh} == {"__Secure-rollcall_refresh" if secure else "rollcall_refresh"}
    assert all(("Secure" in c) == secure for c in (access, *refresh))


def test_clearing_takes_back_each_that_was_set() -> None:
    setting, clearing = CookieCarrier(scope(), secure=True), CookieCarrier(scope(), secure=True)
    setting.set_session(signed_in())
    clearing.clear()
    assert [(c["name"], c["Path"]) for c in sent(clearing)] == [(c["name"], c["Path"]) for c in sent(setting)]
    assert {(c["value"], c["Max-Age"]) for c in sent(clearing)} == {("", "0")}


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
def test_ours_is_found_among_the_cookies_of_others(headers: list[str]) -> None:
    assert CookieCarrier(scope(*headers), secure=False).refresh_token == "token"


def test_what_is_not_there_is_none() -> None:
    assert cookie(scope(), "rollcall") is None
    assert cookie(scope("xrollcall=1"), "rollcall") is None
    assert CookieCarrier(scope("rollcall_refresh="), secure=False).refresh_token is None
    assert not CookieCarrier(scope("a=1"), secure=False).came
    assert CookieCarrier(scope("rollcall=x"), secure=False).came


def test_under_https_a_cookie_without_the_prefix_is_not_ours() -> None:
    carrier = CookieCarrier(scope("rollcall=x; rollcall_refresh=y"), secure=True)
    assert not carrier.came


def test_a_socket_sets_no_cookie() -> None:
    carrier = NoCookies()
    with pytest.raises(ValidationFailed):
        carrier.check()
    with pytest.raises(ValidationFailed):
        carrier.set_session(signed_in())
    carrier.clear()
    assert carrier.refresh_token is None
