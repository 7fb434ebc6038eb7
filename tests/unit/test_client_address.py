"""Which proxies may state a request's client address: trusted ones, and those that send the token."""

from __future__ import annotations

import pytest

from api.auth.api_keys import ApiKeys
from api.auth.authenticator import Authenticator
from tests.unit.desk import PROXY_TOKEN, Desk, request


@pytest.fixture
def desk() -> Desk:
    return Desk()


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
def test_only_trusted_proxies_set_the_client_address(
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
def test_a_proxy_that_sends_the_token_sets_the_client_address(
    desk: Desk, token: str, forwarded: str, expected: str
) -> None:
    given = PROXY_TOKEN if token == "PROXY_TOKEN" else token
    scope = request(client="127.0.0.1", x_forwarded_for=forwarded, x_proxy_token=given)
    assert desk.auth.client_address(scope) == expected


def test_an_empty_token_is_not_accepted_where_none_is_configured(desk: Desk) -> None:
    auth = Authenticator(
        desk.settings.model_copy(update={"proxy_token": None}),
        desk.tokens,
        ApiKeys(desk.find_key),
        desk.principals,
        desk,
    )
    scope = request(client="127.0.0.1", x_forwarded_for="203.0.113.9", x_proxy_token="")
    assert auth.client_address(scope) == "127.0.0.1"


def test_a_second_forwarding_header_cannot_hide_the_first_proxy_s(desk: Desk) -> None:
    scope = request(client="10.1.2.3", x_forwarded_for="6.6.6.6")
    scope["headers"].append((b"x-forwarded-for", b"203.0.113.9"))
    assert desk.auth.client_address(scope) == "203.0.113.9"
