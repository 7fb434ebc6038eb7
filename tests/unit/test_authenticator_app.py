"""TOTP as authenticator apps compute it, encrypted secrets, and recovery codes."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from api.auth.authenticator_app import AuthenticatorApp
from domain.models.actor import Role
from domain.services.user import new_user

NOW = datetime(2026, 1, 1, tzinfo=UTC)
USER = new_user("ada@example.com", "Ada", Role.MEMBER, NOW)
KEY, OTHER = "k" * 40, "o" * 40


def app(*keys: str) -> AuthenticatorApp:
    """With these secret keys."""
    return AuthenticatorApp(keys or (KEY,), "Rollcall test")


def test_codes_are_those_of_rfc_6238() -> None:
    """Appendix B has eight digits of SHA-1 over this secret; six are their end."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    codes = pyotp.TOTP(secret)
    vectors = {59: "94287082", 1111111109: "07081804", 1234567890: "89005924", 20000000000: "65353130"}
    assert {at: codes.at(at) for at in vectors} == {at: code[-6:] for at, code in vectors.items()}


def test_a_new_secret_is_shown_in_three_forms() -> None:
    _, shown = app().enrol(USER, NOW)
    assert len(base64.b32decode(shown.secret)) == 20
    uri = urlsplit(shown.uri)
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Rollcall%20test:ada%40example.com")
    assert parse_qs(uri.query) == {"secret": [shown.secret], "issuer": ["Rollcall test"]}
    assert re.match(r'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 (\d+) \1"', shown.qr_svg)
    assert "<script" not in shown.qr_svg
    assert shown.secret not in repr(shown)


@pytest.mark.parametrize(("seconds", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_one_step_before_and_after_is_accepted(seconds: int, fits: bool) -> None:
    totp, shown = app().enrol(USER, NOW)
    at = NOW + timedelta(seconds=seconds)
    code = pyotp.TOTP(shown.secret).at(at)
    assert app().step_of(totp, f" {code[:3]} {code[3:]} ", NOW) == (int(at.timestamp()) // 30 if fits else None)


def test_a_step_is_later_than_the_last() -> None:
    totp, shown = app().enrol(USER, NOW)
    code, step = pyotp.TOTP(shown.secret).at(NOW), int(NOW.timestamp()) // 30
    assert app().step_of(replace(totp, last_step=step - 1), code, NOW) == step
    assert app().step_of(replace(totp, last_step=step), code, NOW) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "²²²²²²"])
def test_what_is_not_six_digits_is_no_code(code: str) -> None:
    totp, _ = app().enrol(USER, NOW)
    assert app().step_of(totp, code, NOW) is None


def test_secrets_are_encrypted_for_one_user_under_one_of_the_keys() -> None:
    totp, shown = app().enrol(USER, NOW)
    code = pyotp.TOTP(shown.secret).at(NOW)
    assert shown.secret.encode() not in totp.sealed
    assert app(OTHER, KEY).step_of(totp, code, NOW) is not None
    assert app(OTHER).step_of(totp, code, NOW) is None
    another = new_user("eve@example.com", "Eve", Role.MEMBER, NOW)
    assert app().step_of(replace(totp, user_id=another.id), code, NOW) is None, "a row is worth nothing to another user"


def test_recovery_codes_are_hashed_by_user_as_they_may_be_typed() -> None:
    codes = app().recovery_codes(10)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", code) for code in codes)
    typed = f" {codes[0].upper().replace('-', ' ')} "
    assert app().recovery_hash(USER.id, typed) == app().recovery_hash(USER.id, codes[0])
    other = new_user("eve@example.com", "Eve", Role.MEMBER, NOW)
    assert app().recovery_hash(other.id, codes[0]) != app().recovery_hash(USER.id, codes[0])
