"""Fakes of passkeys: readable answers of an authenticator, and what is stored of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.models.passkey import CHALLENGE_LIFETIME, Challenge, Passkey
from domain.models.user import User
from domain.services.passkey_check import Assertion, NewCredential
from tests.unit.fakes.state import State


class FakeRelyingParty:
    """Readable ceremonies: an answer names its challenge, its credential and its counter."""

    def __init__(self) -> None:
        self.made = 0

    def _challenge(self) -> str:
        self.made += 1
        return f"challenge {self.made}"

    def registration_options(self, user: User, registered: Sequence[bytes], now: datetime) -> Mapping[str, Any]:
        """The user, the challenge and the credentials that they have."""
        return {"challenge": f"{self._challenge()} for {user.id}", "registered": [*registered]}

    def sign_in_options(self, now: datetime) -> Mapping[str, Any]:
        return {"challenge": self._challenge()}

    def registered(self, user_id: UUID, response: object, now: datetime) -> NewCredential | None:
        """None unless the challenge was for this user."""
        answer: Any = response
        if not str(answer["challenge"]).endswith(f" for {user_id}"):
            return None
        credential_id = answer["credential"].encode()
        return NewCredential(credential_id, b"key of " + credential_id, answer["counter"], _used(answer, now))

    def credential_of(self, response: object) -> bytes | None:
        """The credential; None for an answer that is no object."""
        return response["credential"].encode() if isinstance(response, dict) else None

    def verified(self, passkey: Passkey, response: object, now: datetime) -> Assertion | None:
        """None for a wrong signature."""
        answer: Any = response
        signed = answer.get("signature", "right") == "right" and passkey.credential_id == answer["credential"].encode()
        return Assertion(_used(answer, now), answer["counter"]) if signed else None


def _used(answer: Any, now: datetime) -> Challenge:
    return Challenge(answer["challenge"].encode(), now + CHALLENGE_LIFETIME)


class FakePasskeys:
    """The tables of passkeys and of used challenges."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def find_by_credential(self, credential_id: bytes) -> Passkey | None:
        return next((p for p in self._state.passkeys.values() if p.credential_id == credential_id), None)

    async def get_many(self, passkey_ids: Sequence[UUID]) -> dict[UUID, Passkey]:
        """Passkeys by id, without those that do not exist."""
        return {i: self._state.passkeys[i] for i in passkey_ids if i in self._state.passkeys}

    async def of_users(self, user_ids: Sequence[UUID]) -> dict[UUID, Sequence[Passkey]]:
        """Those of users who have any, oldest first."""
        own = sorted(self._state.passkeys.values(), key=lambda p: p.created_at)
        found = {u: [p for p in own if p.user_id == u] for u in user_ids}
        return {u: passkeys for u, passkeys in found.items() if passkeys}

    async def add(self, passkey: Passkey) -> bool:
        """Insert it; False for a credential that is there."""
        if await self.find_by_credential(passkey.credential_id):
            return False
        self._state.passkeys[passkey.id] = passkey
        self._update_user(passkey.user_id)
        return True

    async def save(self, passkey: Passkey) -> None:
        self._state.passkeys[passkey.id] = passkey

    async def remove(self, user_id: UUID, passkey_ids: Sequence[UUID]) -> None:
        """Delete them."""
        for passkey_id in passkey_ids:
            del self._state.passkeys[passkey_id]
        self._update_user(user_id)

    def _update_user(self, user_id: UUID) -> None:
        user, keys = self._state.users[user_id], self._state.passkeys.values()
        can = self._state.hashes.get(user_id) is not None or any(p.user_id == user_id for p in keys)
        self._state.users[user_id] = replace(user, can_sign_in=can)

    async def use_challenge(self, challenge: Challenge) -> bool:
        """Whether it is new."""
        new = challenge.hash not in self._state.challenges
        self._state.challenges |= {challenge.hash}
        return new

    async def prune_challenges(self, limit: int) -> int:
        """Forget them all."""
        count = len(self._state.challenges)
        self._state.challenges = frozenset()
        return count
