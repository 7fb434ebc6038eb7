"""`rollcall admin`: accounts are created and repaired on the server's machine, and no password becomes visible."""

from __future__ import annotations

import asyncio
import re

import pyotp
import pytest

from api.cli.up import make_first_admin
from domain.errors import InvalidCredentials, SecondFactorRequired
from domain.models.actor import Actor, Origin, Role
from domain.services.sign_in import SignIn
from tests.api.commands import Rollcall
from tests.api.conftest import settings_for
from tests.integration.signing import signing_core

SECRET = "pass phrase of a kind"
EMAIL = "root@example.com"


def role_of(rollcall: Rollcall, password: str) -> Role:
    """The role of the user that signs in with this password."""

    async def sign_in() -> Role:
        async with signing_core(settings_for(rollcall.database_url, rollcall.redis_url)) as core:
            return (await core.sessions.sign_in(Origin(), SignIn(EMAIL, password))).user.role

    return asyncio.run(sign_in())


def ended(rollcall: Rollcall) -> list[bool]:
    """Whether each session has ended, oldest first."""
    return [e for (e,) in rollcall.fetch("select ended_at is not null from sessions order by created_at")]


def test_a_given_password_is_used_and_never_shown(rollcall: Rollcall) -> None:
    refused = rollcall.run("admin", "create", EMAIL, "--password-stdin", stdin=b"weak1\n", code=1)
    assert "shorter than 8 characters (VALIDATION_ERROR)" in refused.err
    assert "weak1" not in refused.out + refused.err
    assert rollcall.count() == 0

    made = rollcall.run("admin", "create", EMAIL, "--password-stdin", stdin=SECRET.encode() + b"\r\n")
    assert SECRET not in made.out + made.err
    assert f"{EMAIL} is an admin" in made.out
    assert role_of(rollcall, SECRET) is Role.ADMIN
    assert rollcall.fetch("select type from events order by ord limit 1") == [("user_created",)]

    other = "ＲＯＯＴ@Example.com"  # another spelling of the same address
    taken = rollcall.run("admin", "create", other, "--password-stdin", stdin=SECRET.encode(), code=1)
    assert "EMAIL_TAKEN" in taken.err
    assert rollcall.count() == 1


def test_a_generated_password_is_shown_once_and_ends_the_sessions(rollcall: Rollcall) -> None:
    first = re.search(r"with the password (\S+)", rollcall.run("admin", "create", EMAIL).out)
    assert first
    assert role_of(rollcall, first[1]) is Role.ADMIN
    changed = re.search(r"new password is (\S+)", rollcall.run("admin", "password", f" {EMAIL.upper()} ").out)
    assert changed
    assert ended(rollcall) == [True]
    with pytest.raises(InvalidCredentials):
        role_of(rollcall, first[1])
    assert role_of(rollcall, changed[1]) is Role.ADMIN

    weak = rollcall.run("admin", "password", EMAIL, "--password-stdin", stdin=b"weak\n", code=1)
    assert "VALIDATION_ERROR" in weak.err
    assert ended(rollcall) == [True, False]
    unknown = rollcall.run("admin", "password", "nobody@example.com", code=1)
    assert "There is no account with the address nobody@example.com (NOT_FOUND)" in unknown.err
    assert "password is" not in unknown.out
    columns = "select * from users", "select * from events", "select * from sessions"
    kept = str([rollcall.fetch(statement) for statement in columns])
    assert first[1] not in kept
    assert changed[1] not in kept


def test_a_start_reports_an_unused_password_if_there_is_an_admin(
    fresh_database_url: str, redis_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    make_first_admin(settings)
    assert "ADMIN_PASSWORD" not in capsys.readouterr().out
    make_first_admin(settings)
    said = capsys.readouterr().out
    assert "ADMIN_PASSWORD is not used: there is an admin already" in said
    assert "rollcall admin password" in said
    make_first_admin(settings.model_copy(update={"admin_password": None}))
    assert capsys.readouterr().out == ""


def test_a_second_factor_is_reset_for_one_who_lost_the_phone(rollcall: Rollcall) -> None:
    rollcall.run("admin", "create", EMAIL, "--password-stdin", stdin=SECRET.encode())
    none = rollcall.run("admin", "reset-second-factor", EMAIL)
    assert "There is no second factor" in none.out

    async def enrol() -> None:
        async with signing_core(settings_for(rollcall.database_url, rollcall.redis_url)) as core:
            signed_in = await core.sessions.sign_in(Origin(), SignIn(EMAIL, SECRET))
            by = Actor(signed_in.user.id, signed_in.user.role, signed_in.session.id)
            begun = await core.second_factors.begin(by, SECRET)
            await core.second_factors.confirm(by, pyotp.TOTP(begun.secret).now())

    asyncio.run(enrol())
    with pytest.raises(SecondFactorRequired):
        role_of(rollcall, SECRET)
    done = rollcall.run("admin", "reset-second-factor", EMAIL)
    assert "The second factor is removed and all sessions have ended" in done.out
    assert ended(rollcall) == [True]
    assert role_of(rollcall, SECRET) is Role.ADMIN
    unknown = rollcall.run("admin", "reset-second-factor", "nobody@example.com", code=1)
    assert "no account with the address nobody@example.com" in unknown.err
