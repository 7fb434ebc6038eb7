"""Signing keys in memory, and a maker of keys without cryptography."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.models.signing_key import SigningKey
from tests.unit.fakes.state import State


class FakeSigningKeys:
    """The table of signing keys."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def list_all(self) -> Sequence[SigningKey]:
        """All of them, in the order in which they begin to sign."""
        return sorted(self._state.signing_keys.values(), key=lambda k: (k.signs_from, k.kid))

    async def lock(self) -> None:
        """Transactions do not overlap here."""

    async def add(self, key: SigningKey) -> None:
        self._state.signing_keys[key.id] = key

    async def save(self, key: SigningKey) -> None:
        self._state.signing_keys[key.id] = key

    async def reseal(self, key_id: UUID, sealed: bytes) -> None:
        self._state.signing_keys[key_id] = replace(self._state.signing_keys[key_id], sealed=sealed)


class FakeKeyMaker:
    """Keys that are numbered, and "encrypted" by the name of their secret."""

    def __init__(self, secret: str = "ours") -> None:
        self.secret = secret
        self._numbers = itertools.count(1)

    def make(self, now: datetime, signs_from: datetime, algorithm: str = "EdDSA") -> SigningKey:
        """The next key."""
        number = next(self._numbers)
        name = f"{self.secret}-{number}"
        return SigningKey(UUID(int=hash(name) % 2**128), name, algorithm, self.secret.encode(), now, signs_from)

    def can_open(self, key: SigningKey) -> bool:
        return key.sealed == self.secret.encode()
