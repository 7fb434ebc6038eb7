"""A password that was set elsewhere: its hash is imported, signs in, and is replaced by one of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from api.auth.foreign_hashes import verifier_of
from api.bootstrap.core import Core
from api.settings import Settings
from domain.errors import InvalidCredentials
from domain.models.actor import Origin, system
from domain.services.importing import ImportRow
from domain.services.sign_in import SignIn
from tests.api.conftest import settings_for
from tests.integration.signing import signing_core
from tests.unit.test_foreign_hashes import KNOWN

BCRYPT = ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U")
"""The first vector of crypt_blowfish."""


def test_bcrypt_reads_72_bytes_of_a_password_and_no_more() -> None:
    verifier = verifier_of(BCRYPT[0])
    assert verifier is not None
    assert verifier(BCRYPT[1])
    assert not verifier("U*U*")
    long = verifier_of("$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui")
    assert long is not None
    beginning = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    assert long(beginning)
    assert long(beginning + "chars after 72 are ignored")


@pytest.fixture
def settings(fresh_database_url: str, redis_url: str) -> Settings:
    """Settings for a database of the test's own."""
    return settings_for(fresh_database_url, redis_url)


@pytest.fixture
async def core(settings: Settings) -> AsyncIterator[Core]:
    """The services of one instance."""
    async with signing_core(settings) as opened:
        yield opened


async def test_a_user_signs_in_with_the_password_they_had(core: Core, settings: Settings) -> None:
    brought = {**KNOWN, "bcrypt": BCRYPT}
    rows = [ImportRow(i, f"{name}@example.com", name, password_hash=brought[name][0]) for i, name in enumerate(brought)]
    result = await core.imports.import_batch(system(), rows)
    assert (result.created, result.refused) == (len(brought), [])
    for name, (_, password) in brought.items():
        with pytest.raises(InvalidCredentials):
            await core.sessions.sign_in(Origin(), SignIn(f"{name}@example.com", password + "x"))
        await core.sessions.sign_in(Origin(), SignIn(f"{name}@example.com", password))
    connection = await asyncpg.connect(settings.database_url.dsn)
    hashes = {h for (h,) in await connection.fetch("select password_hash from users")}
    await connection.close()
    assert all(h.startswith("$argon2id$v=19$m=19456,") for h in hashes)
    assert hashes.isdisjoint(h for h, _ in brought.values())
    again = await core.imports.import_batch(system(), rows)
    assert again.unchanged == len(brought), "the passwords that they have here stay"
