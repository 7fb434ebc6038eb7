"""Second factors: a TOTP secret (RFC 6238) of a user, and the recovery codes that stand in for a lost device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.models.actor import Role

RECOVERY_CODES = 10
"""How many recovery codes a user gets."""
ENROLMENT_LIFETIME = timedelta(minutes=15)
"""How long a new secret may wait for its first code."""


class FactorRequirement(StrEnum):
    """Who has to have a second factor (REQUIRE_SECOND_FACTOR)."""

    ADMIN = "admin"
    ALL = "all"

    def applies_to(self, role: Role) -> bool:
        """Whether users of this role have to have one."""
        return self is FactorRequirement.ALL or role is Role.ADMIN


class SecondFactor(StrEnum):
    """What a user has besides the password."""

    TOTP = "totp"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class Totp:
    """A user's TOTP secret, encrypted (`sealed`). It counts once it is confirmed by a first code. Times are UTC.

    `last_step` is the time step of the last code that was accepted: no code of it or of an earlier one is taken again.
    """

    user_id: UUID
    sealed: bytes = field(repr=False)
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int | None = None

    def awaits_code(self, now: datetime) -> bool:
        """Whether the secret can still be confirmed."""
        return self.confirmed_at is None and now < self.created_at + ENROLMENT_LIFETIME

    def used(self, step: int) -> Totp:
        """After the code of this time step was accepted."""
        return replace(self, last_step=step)


class SecondFactorReader(Protocol):
    """Reads of second factors."""

    async def kinds(self, user_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[SecondFactor]]:
        """What those users have set up who have any: a confirmed TOTP secret, passkeys."""
        ...


class SecondFactorRepository(SecondFactorReader, Protocol):
    """Reads and writes within one transaction that has locked the user."""

    async def totp(self, user_id: UUID) -> Totp | None: ...
    async def save_totp(self, totp: Totp) -> None:
        """Insert the secret, or replace the user's previous one."""
        ...

    async def totps_after(self, user_id: UUID, limit: int) -> Sequence[Totp]:
        """The secrets of the next users, in the order of their ids."""
        ...

    async def reseal_totp(self, totp: Totp, sealed: bytes) -> bool:
        """Store another encryption of a secret, unless the user has another secret by now; whether that was so."""
        ...

    async def remove_totp(self, user_id: UUID) -> bool:
        """Delete the TOTP secret of a user; whether there was a confirmed one."""
        ...

    async def replace_recovery_codes(self, user_id: UUID, hashes: Sequence[bytes]) -> None:
        """Delete the recovery codes of a user and insert these, if any."""
        ...

    async def use_recovery_code(self, user_id: UUID, code_hash: bytes) -> bool:
        """Delete a recovery code; whether it was there."""
        ...
