"""Fakes of second factors: secrets and codes that a test can read, and what is stored of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.models.second_factor import SecondFactor, Totp
from domain.models.user import User
from domain.services.second_factor import Enrolment
from tests.unit.fakes.state import State


class FakeAuthenticator:
    """Readable secrets and codes: the code of a user is the number of the time step."""

    def __init__(self) -> None:
        self.made = 0

    def enrol(self, user: User, now: datetime) -> tuple[Totp, Enrolment]:
        """A secret named after the user."""
        secret = f"secret of {user.email}"
        return Totp(user.id, f"sealed {secret}".encode(), now), Enrolment(secret, f"otpauth:{secret}", "<svg/>")

    def step_of(self, totp: Totp, code: str, now: datetime) -> int | None:
        """The step that the code names, if it is the current one or next to it, and later than the last."""
        step, current = int(code) if code.isdigit() else -1, int(now.timestamp()) // 30
        fits = abs(step - current) <= 1 and (totp.last_step is None or step > totp.last_step)
        return step if fits else None

    def recovery_codes(self, count: int) -> list[str]:
        """Numbered codes, new ones each time."""
        self.made += 1
        return [f"code-{self.made}-{i}" for i in range(count)]

    def recovery_hash(self, user_id: UUID, code: str) -> bytes:
        """The code itself."""
        return f"{user_id} {code.lower()}".encode()


class FakeSecondFactors:
    """Second factors in memory."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def kinds(self, user_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[SecondFactor]]:
        """The confirmed factors."""
        held = {SecondFactor.PASSKEY: {p.user_id for p in self._state.passkeys.values()}}
        held[SecondFactor.TOTP] = {i for i, totp in self._state.totp.items() if totp.confirmed_at}
        found = {i: tuple(kind for kind in SecondFactor if i in held[kind]) for i in user_ids}
        return {i: kinds for i, kinds in found.items() if kinds}

    async def totp(self, user_id: UUID) -> Totp | None:
        return self._state.totp.get(user_id)

    async def save_totp(self, totp: Totp) -> None:
        self._state.totp[totp.user_id] = totp

    async def totps_after(self, user_id: UUID, limit: int) -> Sequence[Totp]:
        """The secrets of the next users."""
        return [self._state.totp[i] for i in sorted(self._state.totp) if i > user_id][:limit]

    async def reseal_totp(self, totp: Totp, sealed: bytes) -> bool:
        """Replace what is stored of the same secret."""
        if self._state.totp.get(totp.user_id) != totp:
            return False
        self._state.totp[totp.user_id] = replace(totp, sealed=sealed)
        return True

    async def remove_totp(self, user_id: UUID) -> bool:
        """Delete the secret; whether it was confirmed."""
        totp = self._state.totp.pop(user_id, None)
        return totp is not None and totp.confirmed_at is not None

    async def replace_recovery_codes(self, user_id: UUID, hashes: Sequence[bytes]) -> None:
        self._state.recovery[user_id] = frozenset(hashes)

    async def use_recovery_code(self, user_id: UUID, code_hash: bytes) -> bool:
        """Delete the code; whether it was there."""
        left = self._state.recovery.get(user_id, frozenset())
        self._state.recovery[user_id] = left - {code_hash}
        return code_hash in left
