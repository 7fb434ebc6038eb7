"""Second factors on the real PostgreSQL: what is stored is encrypted or hashed, is used once, and goes with its user."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg
import pyotp
import pytest

from api.bootstrap.core import Core
from domain.errors import InvalidCredentials, SecondFactorRequired
from domain.models.actor import Actor, Origin, system
from domain.models.second_factor import FactorRequirement, SecondFactor
from domain.models.session import EndReason
from domain.models.user import User
from domain.services.sign_in import SignedIn, SignIn
from domain.services.user import CreateUser
from tests.api.conftest import PASSWORD, settings_for
from tests.integration.signing import signing_core

numbers = itertools.count()


class Clock:
    """The time, moved forward by the test."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Later than it is."""
        return datetime.now(UTC) + self.ahead


@dataclass
class Enrolled:
    """A user with an app on their phone."""

    core: Core
    clock: Clock
    user: User
    by: Actor
    secret: str
    recovery: list[str] = field(default_factory=list)

    def code(self) -> str:
        return str(pyotp.TOTP(self.secret).at(self.clock.now()))

    async def sign_in(self, code: str | None) -> SignedIn:
        return await self.core.sessions.sign_in(Origin(), SignIn(self.user.email, PASSWORD, code))


@pytest.fixture
async def ada(database_url: str, redis_url: str) -> AsyncIterator[Enrolled]:
    """One whose app is set up, half a minute ago."""
    clock = Clock()
    async with signing_core(settings_for(database_url, redis_url), clock=clock) as core:
        command = CreateUser(f"factor{next(numbers)}@example.com", "Ada Fox", password=PASSWORD)
        user = (await core.users.create(system(), command)).value
        session = (await core.sessions.sign_in(Origin(), SignIn(user.email, PASSWORD))).session
        by = Actor(user.id, user.role, session.id)
        begun = await core.second_factors.begin(by, PASSWORD)
        enrolled = Enrolled(core, clock, user, by, begun.secret)
        enrolled.recovery = list((await core.second_factors.confirm(by, enrolled.code())).value)
        clock.ahead += timedelta(seconds=30)
        yield enrolled


async def stored(core: Core) -> tuple[list[asyncpg.Record], list[asyncpg.Record], str]:
    """The rows of both tables, and every event as text."""
    connection = await asyncpg.connect(core.settings.database_url.dsn)
    try:
        return (
            await connection.fetch("select * from totp_secrets"),
            await connection.fetch("select * from recovery_codes"),
            await connection.fetchval("select string_agg(e::text, ' ') from events e"),
        )
    finally:
        await connection.close()


async def test_neither_table_nor_log_has_a_secret(ada: Enrolled) -> None:
    secrets, codes, events = await stored(ada.core)
    text = repr([*map(dict, secrets), *map(dict, codes)]) + events
    assert len([row for row in codes if row["user_id"] == ada.user.id]) == 10
    assert not [word for word in (ada.secret, *ada.recovery) if word in text or word.replace("-", "") in text]


async def test_a_code_is_used_by_one_of_those_who_send_it_at_once(ada: Enrolled) -> None:
    for code in (ada.code(), ada.recovery[0]):
        sent = (ada.sign_in(code) for _ in range(4))
        outcomes = await asyncio.gather(*sent, return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == [*["InvalidCredentials"] * 3, "SignedIn"]


async def test_a_refused_sign_in_uses_no_code_up(ada: Enrolled) -> None:
    with pytest.raises(SecondFactorRequired):
        await ada.sign_in(None)
    with pytest.raises(InvalidCredentials):
        await ada.core.sessions.sign_in(Origin(), SignIn(ada.user.email, "not the password", ada.recovery[0]))
    await ada.sign_in(ada.recovery[0])


async def test_what_is_reset_is_removed_and_can_be_set_up_again(ada: Enrolled) -> None:
    factors = ada.core.second_factors
    assert (await factors.kinds(system(), [ada.user.id]))[ada.user.id] == (SecondFactor.TOTP,)
    await factors.reset(system(), ada.user.id)
    assert (await factors.kinds(system(), [ada.user.id]))[ada.user.id] == ()
    session = (await ada.sign_in(None)).session
    by = Actor(ada.user.id, ada.user.role, session.id)
    ada.secret = (await factors.begin(by, PASSWORD)).secret
    await factors.begin(by, PASSWORD)
    ada.secret = (await factors.begin(by, PASSWORD)).secret
    await factors.confirm(by, ada.code())
    with pytest.raises(SecondFactorRequired):
        await ada.sign_in(None)


async def test_of_two_sessions_that_enrol_at_once_one_becomes_whole_and_the_other_ends(ada: Enrolled) -> None:
    await ada.core.second_factors.reset(system(), ada.user.id)
    settings = ada.core.settings.model_copy(update={"require_second_factor": FactorRequirement.ALL})
    async with signing_core(settings, clock=ada.clock) as core:
        ids = [(await core.sessions.sign_in(Origin(), SignIn(ada.user.email, PASSWORD))).session.id for _ in range(2)]
        assert [p.enrolling for p in (await core.principals.get_many(ids)).values()] == [True, True]
        actors = [Actor(ada.user.id, ada.user.role, session_id) for session_id in ids]
        ada.secret = (await core.second_factors.begin(actors[0], PASSWORD)).secret
        sent = (core.second_factors.confirm(by, ada.code()) for by in actors)
        outcomes = await asyncio.gather(*sent, return_exceptions=True)
        found = await core.principals.get_many(ids)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ValidationFailed", "Written"]
    in_order = ids if isinstance(outcomes[1], Exception) else ids[::-1]
    winner, loser = (found[session_id] for session_id in in_order)
    assert (winner.enrolling, winner.ended_at) == (False, None)
    assert loser.end_reason is EndReason.REVOKED


async def test_erasing_the_user_erases_them(ada: Enrolled) -> None:
    await ada.core.users.erase(system(), ada.user.id)
    secrets, codes, _ = await stored(ada.core)
    assert ada.user.id not in {row["user_id"] for row in (*secrets, *codes)}


async def test_after_another_secret_key_recovery_codes_still_sign_in(ada: Enrolled) -> None:
    settings = ada.core.settings.model_copy(update={"secret_key": type(ada.core.settings.secret_key)("z" * 40)})
    async with signing_core(settings, clock=ada.clock) as core:
        with pytest.raises(InvalidCredentials):
            await core.sessions.sign_in(Origin(), SignIn(ada.user.email, PASSWORD, ada.code()))
        await core.sessions.sign_in(Origin(), SignIn(ada.user.email, PASSWORD, ada.recovery[0]))
