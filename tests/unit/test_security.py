"""Passwords, and refresh tokens; access tokens have tests of their own (test_access_tokens.py)."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from argon2 import PasswordHasher as Argon2
from argon2 import extract_parameters
from argon2.low_level import Type

from api.auth.passwords import WAITING_MAX, Argon2Hasher
from api.auth.tokens import SignedTokens
from domain.errors import RateLimited, TokenInvalid
from domain.services.credentials import AccessClaims
from tests.unit.keys import AUDIENCE, tokens_of

SECRET = "a secret of the test that is long enough to sign"
NOW = datetime.now(UTC)
SESSION, USER = uuid4(), uuid4()


@pytest.fixture
async def hasher() -> AsyncIterator[Argon2Hasher]:
    async with Argon2Hasher() as made:
        yield made


@pytest.fixture
def tokens() -> SignedTokens:
    return tokens_of(SECRET)


async def test_a_hash_is_argon2id_at_owasp_minimum_and_matches_only_its_password(hasher: Argon2Hasher) -> None:
    hashed = await hasher.hash("correct horse")
    found = extract_parameters(hashed)
    assert found.type is Type.ID
    assert (found.memory_cost, found.time_cost, found.parallelism) >= (19456, 2, 1)
    assert await hasher.verify("correct horse", hashed)
    assert not await hasher.verify("correct hors", hashed)
    assert not await hasher.verify("correct horse", "not a hash")
    assert not hasher.needs_rehash(hashed)


async def test_without_a_hash_nothing_matches_and_the_same_work_is_done(hasher: Argon2Hasher) -> None:
    worked = []
    inner = hasher._argon2.verify

    class Watched:
        """The library's hasher, observed by a substitute, because it has slots and cannot be patched."""

        def verify(self, known: str, password: str) -> bool:
            worked.append(extract_parameters(known).memory_cost)
            return inner(known, password)

    hasher._argon2 = Watched()  # type: ignore[assignment]
    assert not await hasher.verify("anything", None)
    assert worked == [19456]


async def test_hashes_with_weaker_parameters_need_a_rehash(hasher: Argon2Hasher) -> None:
    weak = Argon2(time_cost=1, memory_cost=1024, parallelism=1).hash("correct horse")
    assert hasher.needs_rehash(weak)
    assert await hasher.verify("correct horse", weak)


@pytest.fixture
async def stopped(hasher: Argon2Hasher) -> AsyncIterator[Argon2Hasher]:
    """A hasher whose only thread is busy until the test ends."""
    go = threading.Event()
    busy = hasher._pool.submit(go.wait)
    yield hasher
    go.set()
    busy.result()


async def test_hashing_refuses_when_too_many_wait(stopped: Argon2Hasher) -> None:
    waiting = [asyncio.create_task(stopped.verify("x", None)) for _ in range(WAITING_MAX)]
    await asyncio.sleep(0)
    assert stopped.waiting == WAITING_MAX
    with pytest.raises(RateLimited) as refused:
        await stopped.hash("x")
    assert refused.value.retry_after == 1
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert stopped.waiting == 0


@pytest.mark.parametrize("junk", ["", ".", "a.b.c", "é", "\udcff", "eyJhbGciOiJIUzI1NiJ9..", "x" * 100_000])
def test_malformed_tokens_are_refused(tokens: SignedTokens, junk: str) -> None:
    with pytest.raises(TokenInvalid):
        tokens.read_access(junk, NOW)
    with pytest.raises(TokenInvalid):
        tokens.read_refresh(junk)


def test_an_access_token_does_not_outlive_its_session(tokens: SignedTokens) -> None:
    end = NOW + timedelta(seconds=90, milliseconds=400)
    token, expires = tokens.issue_access(SESSION, USER, NOW, end)
    assert NOW + timedelta(seconds=89) <= expires <= end
    assert tokens.read_access(token, NOW).expires_at == expires
    later = NOW + timedelta(days=1)
    assert tokens.issue_access(SESSION, USER, NOW, later)[1] == tokens.issue_access(SESSION, USER, NOW)[1]


def test_a_token_for_enrolment_is_for_another_audience(tokens: SignedTokens) -> None:
    token, expires = tokens.issue_access(SESSION, USER, NOW, enrolling=True)
    assert tokens.read_access(token, NOW) == AccessClaims(SESSION, USER, expires, enrolling=True)
    assert tokens.claims_of(token)["aud"] == f"{AUDIENCE}:enrolment"
    assert not tokens.read_access(tokens.issue_access(SESSION, USER, NOW)[0], NOW).enrolling


def test_another_installation_s_tokens_are_refused(tokens: SignedTokens) -> None:
    other = tokens_of(SECRET + "!")
    with pytest.raises(TokenInvalid):
        tokens.read_access(other.issue_access(SESSION, USER, NOW)[0], NOW)
    with pytest.raises(TokenInvalid):
        tokens.read_refresh(other.issue_refresh(SESSION, 1)[0])


def test_a_refresh_token_names_its_session_and_only_its_hash_is_stored(tokens: SignedTokens) -> None:
    token, kept = tokens.issue_refresh(SESSION, 3)
    assert tokens.read_refresh(token).session_id == SESSION
    assert tokens.read_refresh(token).generation == 3
    assert kept == tokens.refresh_hash(token)
    assert len(kept) == 32
    assert token != tokens.issue_refresh(SESSION, 3)[0]


def test_a_successor_is_derived_from_its_token_and_the_key_alone(tokens: SignedTokens) -> None:
    token, _ = tokens.issue_refresh(SESSION, 3)
    successor, kept = tokens.successor(token)
    assert (successor, kept) == tokens.successor(token)
    assert kept == tokens.refresh_hash(successor)
    assert (tokens.read_refresh(successor).session_id, tokens.read_refresh(successor).generation) == (SESSION, 4)
    chain = [successor, tokens.successor(successor)[0], tokens.successor(tokens.issue_refresh(SESSION, 3)[0])[0]]
    assert len({token, *chain}) == 4, "another token has another successor"
    with pytest.raises(TokenInvalid):
        tokens_of("another key" * 4).successor(token)


def test_a_refresh_token_cannot_be_altered(tokens: SignedTokens) -> None:
    raw = base64.urlsafe_b64decode(tokens.issue_refresh(SESSION, 3)[0] + "==")
    for at in range(len(raw)):
        bent = bytes([*raw[:at], raw[at] ^ 1, *raw[at + 1 :]])
        with pytest.raises(TokenInvalid):
            tokens.read_refresh(base64.urlsafe_b64encode(bent).decode())


def test_fingerprints_identify_equal_inputs_and_need_the_key(tokens: SignedTokens) -> None:
    assert tokens.fingerprint(b"x") == tokens.fingerprint(b"x") != tokens.fingerprint(b"y")
    assert tokens.fingerprint(b"x") != tokens_of(SECRET + "!").fingerprint(b"x")
