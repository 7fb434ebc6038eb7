"""The session of a browser, as cookies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from starlette.types import Scope

from api.auth.cookies import CookieCarrier, NoCookies
from api.auth.session_cookies import FORMER_PATHS, CookiesRefused, SessionCookies, cookie_names
from api.auth.tokens import SignedTokens
from domain.errors import TokenInvalid, ValidationFailed
from domain.models.actor import Role
from domain.models.session import Session
from domain.models.user import Status, User
from domain.services.sign_in import SignedIn
from tests.unit.keys import tokens_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOKENS = tokens_of("the key of this instance" * 2)
OTHERS = tokens_of("the key of another one" * 2)
SESSION = uuid4()


def access(session: UUID = SESSION, codec: SignedTokens = TOKENS) -> str:
    """An access token."""
    return codec.issue_access(session, uuid4(), NOW)[0]


def refresh(session: UUID = SESSION, codec: SignedTokens = TOKENS) -> str:
    """A refresh token; no two are alike."""
    return codec.issue_refresh(session, 1)[0]


def signed_in() -> SignedIn:
    """A sign-in that lasts thirty days."""
    user = User(uuid4(), "a@example.com", "A", Role.MEMBER, Status.ACTIVE, 1, NOW, NOW)
    session = Session(uuid4(), user.id, NOW, NOW, NOW + timedelta(days=30))
    return SignedIn(user, session, "access", NOW + timedelta(minutes=10), "refresh")


def scope(*cookies: str) -> Scope:
    """A request with these Cookie headers."""
    return {"type": "http", "headers": [(b"cookie", c.encode()) for c in cookies]}


def carried(scope: Scope, *, secure: bool = False, instance: str = "") -> CookieCarrier:
    """The carrier of a request to an instance of this name."""
    return CookieCarrier(scope, SessionCookies(TOKENS, secure=secure, instance=instance), lambda _: None)


def sent(carrier: CookieCarrier) -> list[dict[str, str]]:
    """The cookies that were set, by attribute, with `name` and `value`."""
    found = []
    for key, raw in carrier.headers:
        assert key == b"set-cookie"
        first, *rest = raw.decode().split("; ")
        name, _, value = first.partition("=")
        found.append({"name": name, "value": value, **{k: v for k, _, v in (r.partition("=") for r in rest)}})
    return found


def deleted(carrier: CookieCarrier) -> set[tuple[str, str]]:
    """The names and paths of the cookies that are deleted."""
    return {(c["name"], c["Path"]) for c in sent(carrier) if (c["value"], c["Max-Age"]) == ("", "0")}


def test_scripts_cannot_read_the_cookies_and_other_sites_cannot_send_them() -> None:
    carrier = carried(scope(), secure=True)
    carrier.set_session(signed_in())
    for found in sent(carrier):
        assert {"HttpOnly", "Secure"} <= found.keys()
        assert found["SameSite"] == "Lax"
        assert found["Max-Age"] == str(30 * 24 * 3600)
        assert "Domain" not in found


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("suffix", ["", ".two"])
def test_both_cookies_are_set_once_for_the_whole_host(secure: bool, suffix: str) -> None:
    carrier = carried(scope(), secure=secure, instance=suffix[1:])
    carrier.set_session(signed_in())
    prefix = "__Host-" if secure else ""
    assert [(c["name"], c["value"], c["Path"], "Secure" in c) for c in sent(carrier)] == [
        (f"{prefix}rollcall{suffix}", "access", "/", secure),
        (f"{prefix}rollcall_refresh{suffix}", "refresh", "/", secure),
    ]


def test_no_two_instances_share_a_name() -> None:
    instances = ["", "a", "refresh", "a_refresh", "refresh-a"]
    names = [name for instance in instances for name in cookie_names(secure=False, instance=instance)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("instance", ["", "two"])
def test_clearing_removes_only_cookies_with_readable_tokens(secure: bool, instance: str) -> None:
    names = cookie_names(secure=secure, instance=instance)

    def clear(access: str, refresh: str) -> set[str]:
        carrier = carried(
            scope(f"{names.access}={access}; {names.refresh}={refresh}"), secure=secure, instance=instance
        )
        carrier.clear()
        return {name for name, path in deleted(carrier) if path == "/"}

    assert clear(access(), refresh()) == {names.access, names.refresh}
    assert clear(access(), refresh(codec=OTHERS)) == {names.access}
    assert clear("junk", refresh()) == {names.refresh}
    assert clear(access(codec=OTHERS), refresh(codec=OTHERS)) == set()


def test_another_instance_s_cookies_are_neither_read_nor_deleted() -> None:
    other = f"rollcall.one={access()}; rollcall_refresh.one={refresh()}"
    carrier = carried(scope(other), instance="two")
    assert not carrier.came
    assert carrier.refresh_token is None
    carrier.set_session(signed_in())
    assert deleted(carrier) == set()
    carrier.clear()
    assert carrier.headers == []


@pytest.mark.parametrize("secure", [True, False])
def test_a_session_from_before_the_instance_had_a_name_is_read_once_and_replaced(secure: bool) -> None:
    before, own = cookie_names(secure=secure, instance=""), refresh()
    request = scope(f"{before.access}={access()}; {before.refresh}={own}")
    carrier = carried(request, secure=secure, instance="two")
    assert carrier.came
    assert carrier.refresh_token == own
    carrier.set_session(signed_in())
    assert {c["name"] for c in sent(carrier) if c["value"]} == set(cookie_names(secure=secure, instance="two"))
    assert deleted(carrier) >= {(name, "/") for name in before}
    after = cookie_names(secure=secure, instance="two")
    later = scope(f"{before.access}={access(uuid4())}; {after.refresh}={own}")
    assert carried(later, secure=secure, instance="two").refresh_token == own, "the former session is ignored"


def test_a_session_of_another_instance_without_a_name_is_left_alone() -> None:
    request = scope(f"rollcall={access(codec=OTHERS)}; rollcall_refresh={refresh(codec=OTHERS)}")
    carrier = carried(request, instance="two")
    assert not carrier.came
    assert carrier.refresh_token is None
    carrier.set_session(signed_in())
    assert deleted(carrier) == set()


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("step", ["set", "clear"])
def test_cookies_of_earlier_versions_are_removed(secure: bool, step: str) -> None:
    former, token = "__Secure-rollcall_refresh" if secure else "rollcall_refresh", refresh()
    carrier = carried(scope(f"{former}={token}"), secure=secure)
    if step == "set":
        carrier.set_session(signed_in())
    else:
        carrier.clear()
    assert deleted(carrier) >= {(former, path) for path in FORMER_PATHS}
    assert (carrier.refresh_token is None) == secure, "under https it is ignored"
    kept = [c["name"] for c in sent(carrier) if c["value"]]
    assert len(kept) == (2 if step == "set" else 0)


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("planted", ["another of ours", "junk"])
@pytest.mark.parametrize("which", ["rollcall", "rollcall_refresh"])
def test_two_cookies_of_one_name_are_refused_and_removed(secure: bool, which: str, planted: str) -> None:
    name, token = ("__Host-" if secure else "") + which, access if which == "rollcall" else refresh
    own, other = token(), "junk" if planted == "junk" else token(uuid4())
    for headers in ([f"{name}={other}; {name}={own}"], [f"{name}={other}", f"a=1; {name}={own}"]):
        request = {**scope(*headers), "path": "/api/v1/auth/refresh"}
        with pytest.raises(CookiesRefused) as refused:
            SessionCookies(TOKENS, secure=secure, instance="").tokens(request)
        carrier = carried(request, secure=secure)
        with pytest.raises(TokenInvalid):
            _ = carrier.refresh_token
        assert carrier.headers == refused.value.headers
        removed = {path for found, path in deleted(carrier) if found == name}
        within = {"/", "/api", "/api/v1", "/api/v1/auth", "/api/v1/auth/refresh"}
        former = set(FORMER_PATHS) if which == "rollcall_refresh" else set()
        assert removed == ({"/"} if secure else within | former)


def test_two_unreadable_cookies_of_one_name_are_left_alone() -> None:
    carrier = carried(scope(f"rollcall_refresh=junk; rollcall_refresh={refresh(codec=OTHERS)}"))
    assert carrier.refresh_token == "junk"
    carrier.clear()
    assert carrier.headers == []


def test_a_cookie_that_is_sent_twice_counts_once() -> None:
    token = refresh()
    assert carried(scope(f"rollcall_refresh={token}; rollcall_refresh={token}", "rollcall=")).refresh_token == token


def test_a_refresh_token_of_another_session_than_the_access_cookie_is_refused() -> None:
    carrier = carried(scope(f"rollcall={access()}; rollcall_refresh={refresh(uuid4())}"))
    with pytest.raises(TokenInvalid):
        _ = carrier.refresh_token
    assert {name for name, path in deleted(carrier) if path == "/"} == {"rollcall", "rollcall_refresh"}
    own = refresh()
    assert carried(scope(f"rollcall_refresh={own}")).refresh_token == own
    assert carried(scope(f"rollcall={access()}; rollcall_refresh={own}")).refresh_token == own


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
    assert carried(scope(*headers)).refresh_token == "token"


def test_a_missing_cookie_is_none() -> None:
    cookies = SessionCookies(TOKENS, secure=False, instance="")
    assert cookies.tokens(scope()) == (None, None)
    assert cookies.tokens(scope("xrollcall=1")) == (None, None)
    assert carried(scope("rollcall_refresh=")).refresh_token is None
    assert not carried(scope("a=1")).came
    assert carried(scope("rollcall=x")).came


def test_under_https_a_cookie_without_the_prefix_is_not_ours() -> None:
    carrier = carried(scope(f"rollcall={access()}; rollcall_refresh={refresh()}"), secure=True)
    assert not carrier.came


def test_a_socket_sets_no_cookie() -> None:
    carrier = NoCookies()
    with pytest.raises(ValidationFailed):
        carrier.check()
    with pytest.raises(ValidationFailed):
        carrier.set_session(signed_in())
    carrier.clear()
    assert carrier.refresh_token is None
