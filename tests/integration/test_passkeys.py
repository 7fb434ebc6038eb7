"""Passkeys on the real PostgreSQL: a challenge is used once, and who has one can sign in, in every list and count."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from api.bootstrap.core import Core
from domain.errors import InvalidCredentials, LastAdmin
from domain.models.actor import Actor, Origin, Role, system
from domain.models.directory import UserFilter, UserQuery
from domain.models.passkey import Challenge
from domain.models.second_factor import SecondFactor
from domain.models.user import User
from domain.pagination import Window
from domain.services.sign_in import SignedIn, SignIn
from domain.services.user import CreateUser
from tests.api.conftest import PASSWORD, settings_for
from tests.authenticator import Authenticator
from tests.integration.signing import signing_core

numbers = itertools.count()
PAGE = "http://localhost:8000"


@dataclass
class Keyed:
    """A user with a passkey."""

    core: Core
    user: User
    by: Actor
    device: Authenticator

    @classmethod
    async def made(cls, core: Core, role: Role = Role.MEMBER) -> Keyed:
        command = CreateUser(f"keyed{next(numbers)}@example.com", "Ada Fox", role, PASSWORD)
        user = (await core.users.create(system(), command)).value
        session = (await core.sessions.sign_in(Origin(), SignIn(user.email, PASSWORD))).session
        keyed = cls(core, user, Actor(user.id, user.role, session.id), Authenticator(PAGE))
        options = await core.passkeys.begin_registration(keyed.by, PASSWORD)
        await core.passkeys.finish_registration(keyed.by, "Phone", keyed.device.create(options))
        return keyed

    async def sign_in(self, answer: object = None) -> SignedIn:
        """With this answer, or with a new one."""
        signed = answer or self.device.get(await self.core.passkeys.sign_in_options(Origin()))
        return await self.core.sessions.sign_in_with_passkey(Origin(), signed)

    async def forget_password(self) -> None:
        await execute(self.core, "update users set password_hash = null where id = $1", self.user.id)

    async def can_sign_in(self) -> tuple[bool, bool]:
        """As the row says, and as a list of those who can says."""
        query = UserQuery(Window(100), filter=UserFilter(can_sign_in=True, email=self.user.email))
        async with self.core.store.read() as unit:
            row = await unit.users.get(self.user.id)
            listed = (await unit.users.page(query)).items
        return row.can_sign_in, self.user.id in {u.id for u in listed}


async def execute(core: Core, statement: str, *values: object) -> None:
    connection = await asyncpg.connect(core.settings.database_url.dsn)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


@pytest.fixture
async def core(database_url: str, redis_url: str) -> AsyncIterator[Core]:
    async with signing_core(settings_for(database_url, redis_url)) as core:
        yield core


async def test_one_of_those_who_send_an_answer_at_once_signs_in(core: Core) -> None:
    ada = await Keyed.made(core)
    answer = ada.device.get(await core.passkeys.sign_in_options(Origin()))
    outcomes = await asyncio.gather(*(ada.sign_in(answer) for _ in range(4)), return_exceptions=True)
    assert sorted(type(o).__name__ for o in outcomes) == [*["InvalidCredentials"] * 3, "SignedIn"]


async def test_another_instance_checks_a_challenge_and_knows_that_it_was_used(core: Core) -> None:
    ada = await Keyed.made(core)
    answer = ada.device.get(await core.passkeys.sign_in_options(Origin()))
    async with signing_core(core.settings) as other:
        await other.sessions.sign_in_with_passkey(Origin(), answer)
        with pytest.raises(InvalidCredentials):
            await ada.sign_in(answer)


async def test_who_has_only_a_passkey_can_sign_in_until_it_is_removed(core: Core) -> None:
    ada = await Keyed.made(core)
    await ada.forget_password()
    assert await ada.can_sign_in() == (True, True)
    await ada.sign_in()
    await core.second_factors.reset(system(), ada.user.id)
    assert await ada.can_sign_in() == (False, False)
    assert (await core.second_factors.kinds(system(), [ada.user.id]))[ada.user.id] == ()


async def test_the_only_admin_who_can_sign_in_keeps_the_only_way(fresh_database_url: str, redis_url: str) -> None:
    async with signing_core(settings_for(fresh_database_url, redis_url)) as core:
        admin = await Keyed.made(core, Role.ADMIN)
        await admin.forget_password()
        with pytest.raises(LastAdmin):
            await core.second_factors.reset(system(), admin.user.id)
        await admin.sign_in()
        other = await Keyed.made(core, Role.ADMIN)
        await other.forget_password()
        await core.second_factors.reset(system(), admin.user.id)


async def test_both_factors_are_listed_in_one_order(core: Core) -> None:
    ada, bo = await Keyed.made(core), await Keyed.made(core)
    await execute(
        core, "insert into totp_secrets values ($1, '', now(), now(), null), ($2, '', now(), null, null)",
        ada.user.id, bo.user.id,
    )  # fmt: skip
    kinds = await core.second_factors.kinds(system(), [ada.user.id, bo.user.id])
    assert kinds == {ada.user.id: tuple(SecondFactor), bo.user.id: (SecondFactor.PASSKEY,)}


async def test_used_challenges_are_deleted_once_no_clock_accepts_them(core: Core) -> None:
    now = datetime.now(UTC)
    old, fresh = Challenge(b"old", now - timedelta(hours=2)), Challenge(b"fresh", now - timedelta(minutes=1))
    async with core.store.write() as unit:
        assert [await unit.passkeys.use_challenge(c) for c in (old, fresh, old)] == [True, True, False]
        await unit.commit()
    assert sum([count async for count in core.retention.prune_challenges(system())]) >= 1
    async with core.store.write() as unit:
        assert [await unit.passkeys.use_challenge(c) for c in (old, fresh)] == [True, False]
