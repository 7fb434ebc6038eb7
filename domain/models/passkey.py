"""Passkeys: WebAuthn credentials (Web Authentication, Level 3) with which a user signs in without a password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.models.actor import Actor
from domain.models.event import Audience, NewEvent, new_event
from domain.models.event_types import EventType

PASSKEYS_MAX = 20
"""How many passkeys a user may have."""
CHALLENGE_LIFETIME = timedelta(minutes=5)
"""How long a challenge may be answered, once."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A public key of a user, and the counter of its authenticator. Times are UTC."""

    id: UUID
    user_id: UUID
    name: str
    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    created_at: datetime
    last_used_at: datetime | None = None

    def accepts(self, sign_count: int) -> bool:
        """Whether a counter is later than the last one; an authenticator without a counter always sends 0.

        One that went back is the sign of a copied key (WebAuthn Level 3, section 6.1.1).
        """
        return sign_count > self.sign_count or sign_count == self.sign_count == 0

    def used(self, sign_count: int, now: datetime) -> Passkey:
        """After it signed with this counter."""
        return replace(self, sign_count=sign_count, last_used_at=now)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge that was answered: the hash under which its use is stored until it expires."""

    hash: bytes = field(repr=False)
    expires_at: datetime


def passkey_added(actor: Actor, passkey: Passkey) -> NewEvent:
    """A passkey was registered; the log has neither its key nor its name, which its owner chose."""
    return _about(EventType.PASSKEY_ADDED, actor, passkey, passkey.created_at, after=Audience.OWNER)


def passkey_removed(actor: Actor, passkey: Passkey, now: datetime) -> NewEvent:
    """A passkey was removed."""
    return _about(EventType.PASSKEY_REMOVED, actor, passkey, now, before=Audience.OWNER)


def _about(
    type_: EventType,
    actor: Actor,
    passkey: Passkey,
    now: datetime,
    *,
    before: Audience | None = None,
    after: Audience | None = None,
) -> NewEvent:
    return new_event(
        type_,
        actor,
        passkey.id,
        now,
        user_id=passkey.user_id,
        session_id=actor.session_id,
        audience_before=before,
        audience_after=after,
    )


class PasskeyReader(Protocol):
    """Reads of passkeys."""

    async def find_by_credential(self, credential_id: bytes) -> Passkey | None: ...
    async def get_many(self, passkey_ids: Sequence[UUID]) -> dict[UUID, Passkey]: ...
    async def of_users(self, user_ids: Sequence[UUID]) -> dict[UUID, Sequence[Passkey]]:
        """The passkeys of those users who have any, oldest first."""
        ...


class PasskeyRepository(PasskeyReader, Protocol):
    """Reads and writes within one transaction that has locked the user. Whether the user can sign in follows."""

    async def add(self, passkey: Passkey) -> bool:
        """Insert a passkey; False if its credential is registered already, to whomever."""
        ...

    async def save(self, passkey: Passkey) -> None:
        """Write the counter and the time of the last use."""
        ...

    async def remove(self, user_id: UUID, passkey_ids: Sequence[UUID]) -> None: ...
    async def use_challenge(self, challenge: Challenge) -> bool:
        """Store that a challenge was answered; False if it was before."""
        ...

    async def prune_challenges(self, limit: int) -> int:
        """Delete at most `limit` used challenges that have expired, by the database's clock; returns their number."""
        ...
