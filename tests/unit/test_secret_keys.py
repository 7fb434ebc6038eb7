"""Replacing SECRET_KEY: the first of several keys makes, each of them reads, and what is encrypted can be brought along."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from api.auth.authenticator_app import AuthenticatorApp
from api.auth.challenges import Ceremony, Challenges
from api.auth.sealed_keys import SealedKeys
from api.auth.sealing import Sealer
from api.auth.tokens import SignedTokens
from api.settings import ConfigurationError, Settings
from domain.errors import Forbidden, TokenInvalid
from domain.models.actor import Actor, Role, system
from domain.models.second_factor import Totp
from domain.services.resealing import ResealingService
from domain.services.user import new_user
from tests.unit.fakes import FakeStore
from tests.unit.keys import RULES, ring_of

NOW = datetime.now(UTC).replace(microsecond=0)
SESSION, USER = UUID(int=7), UUID(int=9)
OLD, NEW = "the old secret key of this deployment", "the new secret key of this deployment"
BEFORE, SOON, AFTER, WITHOUT = [OLD], [OLD, NEW], [NEW, OLD], [NEW]
"""The steps of docs/how-to/backup.md."""


def tokens_of(keys: list[str]) -> SignedTokens:
    maker = SealedKeys(keys)
    return SignedTokens(keys, ring_of(maker, maker.make(NOW, NOW))[0], RULES)


@pytest.mark.parametrize(("made_by", "read_by"), [(BEFORE, SOON), (SOON, AFTER), (AFTER, SOON), (AFTER, WITHOUT)])
def test_at_each_step_all_instances_read_what_the_others_make(made_by: list[str], read_by: list[str]) -> None:
    token, _ = tokens_of(made_by).issue_refresh(SESSION, 3)
    assert tokens_of(read_by).read_refresh(token).session_id == SESSION
    fingerprint = tokens_of(made_by).fingerprint(b"input")
    assert tokens_of(read_by).has_fingerprint(b"input", fingerprint)
    assert not tokens_of(read_by).has_fingerprint(b"another", fingerprint)
    signing = SealedKeys(made_by).make(NOW, NOW)
    assert SealedKeys(read_by).can_open(signing)
    challenge = Challenges(made_by).make(Ceremony.SIGN_IN, None, NOW)
    assert Challenges(read_by).read(challenge, Ceremony.SIGN_IN, None, NOW) is not None
    sealed = Sealer(made_by, "purpose").seal(b"secret", b"owner")
    assert Sealer(read_by, "purpose").open(sealed, b"owner") == b"secret"


def test_a_dropped_key_reads_nothing_any_more() -> None:
    token, _ = tokens_of(SOON).issue_refresh(SESSION, 3)
    with pytest.raises(TokenInvalid):
        tokens_of(WITHOUT).read_refresh(token)
    assert not SealedKeys(WITHOUT).can_open(SealedKeys(SOON).make(NOW, NOW))
    assert not tokens_of(WITHOUT).has_fingerprint(b"input", tokens_of(SOON).fingerprint(b"input"))


def test_instances_with_another_first_key_make_the_same_successor() -> None:
    token, _ = tokens_of(BEFORE).issue_refresh(SESSION, 3)
    made = tokens_of(SOON).successor(token)
    assert tokens_of(AFTER).successor(token) != made, "each prefers its own first key"
    assert tokens_of(AFTER).successor(token, made[1]) == made
    assert tokens_of(AFTER).successor(token, b"of no successor") == tokens_of(AFTER).successor(token)


def test_a_renewed_token_is_of_the_new_key() -> None:
    token, _ = tokens_of(BEFORE).issue_refresh(SESSION, 3)
    renewed, _ = tokens_of(AFTER).successor(token)
    assert tokens_of(WITHOUT).read_refresh(renewed).generation == 4


def store_of(keys: list[str]) -> FakeStore:
    """A directory with a signing key and more secrets of apps than two."""
    store, app = FakeStore(), AuthenticatorApp(keys, "Rollcall")
    signing = SealedKeys(keys).make(NOW, NOW)
    store.state.signing_keys[signing.id] = signing
    for number in range(3):
        user = new_user(f"p{number}@example.com", "P", Role.MEMBER, NOW, can_sign_in=True)
        store.state.totp[user.id] = app.enrol(user, NOW)[0]
    return store


def service_of(store: FakeStore, keys: list[str]) -> ResealingService:
    return ResealingService(store, SealedKeys(keys), AuthenticatorApp(keys, "Rollcall"))


async def test_what_is_encrypted_is_brought_along() -> None:
    store = store_of(BEFORE)
    before = dict(store.state.totp)
    assert await service_of(store, AFTER).reseal(system()) == 4
    assert await service_of(store, AFTER).reseal(system()) == 0, "a second time there is nothing to do"
    app = AuthenticatorApp(WITHOUT, "Rollcall")
    assert all(SealedKeys(WITHOUT).can_open(key) for key in store.state.signing_keys.values())
    for user_id, totp in store.state.totp.items():
        assert app._opened(totp) == AuthenticatorApp(BEFORE, "Rollcall")._opened(before[user_id])
        assert replace(totp, sealed=before[user_id].sealed) == before[user_id], "and nothing else has changed"


async def test_where_nothing_is_encrypted_there_is_nothing_to_bring_along() -> None:
    assert await service_of(FakeStore(), AFTER).reseal(system()) == 0


async def test_what_no_key_opens_stays_as_it_is() -> None:
    store = store_of(["a key that nobody has any more, long gone"])
    before = dict(store.state.totp)
    assert await service_of(store, AFTER).reseal(system()) == 0
    assert store.state.totp == before


async def test_a_secret_that_was_replaced_meanwhile_is_not_overwritten() -> None:
    store = store_of(BEFORE)
    stale = next(iter(store.state.totp.values()))
    store.state.totp[stale.user_id] = Totp(stale.user_id, b"another", NOW)
    async with store.write() as unit:
        assert not await unit.second_factors.reseal_totp(stale, b"resealed")


async def test_only_the_command_line_reseals() -> None:
    with pytest.raises(Forbidden):
        await service_of(FakeStore(), AFTER).reseal(Actor(USER, Role.ADMIN))


@pytest.mark.usefixtures("no_settings")
def test_several_keys_take_the_place_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATABASE_URL": "postgresql://u:p@db/n", "REDIS_URL": "redis://r", "SECRET_KEY": OLD}.items():
        monkeypatch.setenv(name, value)
    assert Settings.load().every_secret_key == (OLD,)
    monkeypatch.setenv("SECRET_KEYS", f"{NEW}, {OLD}")
    settings = Settings.load()
    assert settings.every_secret_key == (NEW, OLD)
    assert settings.secret_key.get_secret_value() == NEW
    monkeypatch.delenv("SECRET_KEY")
    assert Settings.load().every_secret_key == (NEW, OLD)
    monkeypatch.setenv("SECRET_KEYS", f"{NEW},short")
    with pytest.raises(ConfigurationError, match="SECRET_KEYS"):
        Settings.load()
