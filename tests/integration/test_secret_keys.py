"""Replacing SECRET_KEY by the steps of docs/how-to/backup.md: sessions go on, and authenticator apps and access tokens are accepted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
from pydantic import SecretStr

from api.settings import Settings
from domain.models.actor import Actor, Origin, Role, system
from domain.services.resealing import ResealingService
from domain.services.sign_in import SignedIn, SignIn
from domain.services.user import CreateUser
from tests.api.conftest import PASSWORD, settings_for
from tests.integration.signing import signing_core

OLD, NEW = "the old secret key of this deployment", "the new secret key of this deployment"
EMAIL = "ada@example.com"
CREATE = CreateUser("once@example.com", "Once", idempotency_key="once")


def with_keys(settings: Settings, *keys: str) -> Settings:
    """The same deployment with other secret keys."""
    secrets = tuple(SecretStr(key) for key in keys)
    return settings.model_copy(update={"secret_keys": secrets, "secret_key": secrets[0]})


async def test_a_secret_key_is_replaced_and_no_session_ends(fresh_database_url: str, redis_url: str) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    async with signing_core(with_keys(settings, OLD)) as core:
        user = (await core.users.create(system(), CreateUser(EMAIL, "Ada", Role.MEMBER, PASSWORD))).value
        once = (await core.users.create(system(), CREATE)).value
        signed_in = await core.sessions.sign_in(Origin(), SignIn(EMAIL, PASSWORD))
        actor = Actor(user.id, Role.MEMBER, signed_in.session.id)
        secret = (await core.second_factors.begin(actor, PASSWORD)).secret
        await core.second_factors.confirm(actor, pyotp.TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=30)))

    async with signing_core(with_keys(settings, OLD, NEW)) as core:
        second = await core.sessions.refresh(Origin(), signed_in.refresh_token)
    async with signing_core(with_keys(settings, NEW, OLD)) as core:
        again = await core.sessions.refresh(Origin(), signed_in.refresh_token)
        assert again.refresh_token == second.refresh_token, "the same successor, whichever key is the first"
        assert core.tokens.read_access(second.access_token, core.clock.now()).user_id == user.id
        assert (await core.users.create(system(), CREATE)).value.id == once.id
        third = await core.sessions.refresh(Origin(), second.refresh_token)
        assert await ResealingService(core.store, core.sealed_keys, core.authenticator_app).reseal(system()) == 2

    async with signing_core(with_keys(settings, NEW)) as core:
        renewed: SignedIn = await core.sessions.refresh(Origin(), third.refresh_token)
        assert renewed.session.id == signed_in.session.id
        assert core.tokens.read_access(third.access_token, core.clock.now()).user_id == user.id
        code = pyotp.TOTP(secret).now()
        assert (await core.sessions.sign_in(Origin(), SignIn(EMAIL, PASSWORD, code))).user.id == user.id
