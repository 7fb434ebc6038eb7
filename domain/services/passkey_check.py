"""Checking what a passkey has signed, for every use case that signs in with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from domain.errors import InvalidCredentials
from domain.models.passkey import Challenge, Passkey
from domain.models.user import User
from domain.services.unit import Clock, ReadUnit, WriteUnit

REFUSED = "This passkey was not accepted; try again, or sign in another way"
COUNTER_WENT_BACK = "passkey_counter"
"""Why such a sign-in failed, in the audit trail."""


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What an authenticator answered to a registration."""

    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    challenge: Challenge


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator signed: the challenge, and its counter."""

    challenge: Challenge
    sign_count: int


class RelyingParty(Protocol):
    """WebAuthn (Level 3): options for the browser, and checks of its answers. Each answer is None if it is refused.

    An answer is refused if its challenge is not ours or has expired, if it is for another origin or another relying
    party, if the authenticator did not verify the user, and if a signature is wrong.
    """

    def registration_options(self, user: User, registered: Sequence[bytes], now: datetime) -> Mapping[str, Any]:
        """For navigator.credentials.create; `registered` are the credentials that the user has already."""
        ...

    def sign_in_options(self, now: datetime) -> Mapping[str, Any]:
        """For navigator.credentials.get, which offers the passkeys of every user."""
        ...

    def registered(self, user_id: UUID, response: object, now: datetime) -> NewCredential | None:
        """The credential that the user's authenticator made."""
        ...

    def credential_of(self, response: object) -> bytes | None:
        """The id of the credential that a sign-in names; nothing of it is verified."""
        ...

    def verified(self, passkey: Passkey, response: object, now: datetime) -> Assertion | None:
        """What this passkey has signed; the counter is not compared."""
        ...


class PasskeyCheck:
    """Each method raises InvalidCredentials for what is refused."""

    def __init__(self, party: RelyingParty, clock: Clock) -> None:
        self._party, self._clock = party, clock

    async def named(self, unit: ReadUnit | WriteUnit, response: object) -> Passkey:
        """The passkey that a response names; nothing of it is verified."""
        credential_id = self._party.credential_of(response)
        passkey = None if credential_id is None else await unit.passkeys.find_by_credential(credential_id)
        if passkey is None:
            raise InvalidCredentials(REFUSED)
        return passkey

    async def accept(self, unit: WriteUnit, user_id: UUID, response: object) -> Passkey:
        """Verify what a passkey of this user, who is locked, has signed; take note of its counter and of the challenge."""
        passkey, now = await self.named(unit, response), self._clock.now()
        assertion = self._party.verified(passkey, response, now) if passkey.user_id == user_id else None
        if assertion is None:
            raise InvalidCredentials(REFUSED)
        if not passkey.accepts(assertion.sign_count):
            raise InvalidCredentials(REFUSED, COUNTER_WENT_BACK)
        if not await unit.passkeys.use_challenge(assertion.challenge):
            raise InvalidCredentials(REFUSED)
        used = passkey.used(assertion.sign_count, now)
        await unit.passkeys.save(used)
        return used
