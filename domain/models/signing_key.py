"""Keys that sign access tokens: one signs, a new one is published before it signs, an old one verifies until its last token ends.

All states follow from `signs_from` and `revoked_at`, so that every instance changes keys at the same moment without a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.models.actor import Actor
from domain.models.event import Audience, Change, NewEvent, new_event
from domain.models.event_types import EventType

PUBLISHED_BEFORE = timedelta(minutes=10)
"""How long a new key is published before it signs: twice as long as a verifier may keep the published keys (5 minutes)."""
SKEW = timedelta(minutes=1)
"""How far the clocks of instances may differ."""


class KeyState(StrEnum):
    """What a key is used for: tokens of a next, the current and a retired key are accepted."""

    NEXT = "next"
    CURRENT = "current"
    RETIRED = "retired"
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair; `kid` names it in tokens (RFC 7638), and the private key is encrypted (`sealed`). Times are UTC."""

    id: UUID
    kid: str
    algorithm: str
    sealed: bytes = field(repr=False)
    created_at: datetime
    signs_from: datetime
    revoked_at: datetime | None = None


def signer(keys: Sequence[SigningKey], now: datetime) -> SigningKey | None:
    """The key that signs; the first one also before its time, because clocks differ. None if all are revoked."""
    live = sorted((k for k in keys if k.revoked_at is None), key=lambda k: (k.signs_from, k.kid))
    started = [k for k in live if k.signs_from <= now]
    return started[-1] if started else next(iter(live), None)


def ends_at(keys: Sequence[SigningKey], key: SigningKey, lifetime: timedelta) -> datetime | None:
    """When the last token of a key has ended: tokens live for `lifetime`. None while no other key replaces it."""
    later = [k.signs_from for k in keys if k.signs_from > key.signs_from and not _never_signed(k)]
    return min(later) + lifetime + SKEW if later else None


def _never_signed(key: SigningKey) -> bool:
    return key.revoked_at is not None and key.revoked_at <= key.signs_from


def state_of(keys: Sequence[SigningKey], key: SigningKey, now: datetime, lifetime: timedelta) -> KeyState:
    """The state of one of these keys."""
    if key.revoked_at is not None:
        return KeyState.REVOKED
    if key == signer(keys, now):
        return KeyState.CURRENT
    if key.signs_from > now:
        return KeyState.NEXT
    end = ends_at(keys, key, lifetime)
    return KeyState.RETIRED if end is None or now < end else KeyState.ENDED


def signing_key_rotated(
    actor: Actor, key: SigningKey, now: datetime, before: KeyState | None, after: KeyState
) -> NewEvent:
    """A key was added, or revoked; it concerns no user."""
    return new_event(
        EventType.SIGNING_KEY_ROTATED,
        actor,
        key.id,
        now,
        changes=[Change("kid", None, key.kid), Change("state", before and str(before), str(after))],
        audience_before=None if before is None else Audience.AUDITORS,
        audience_after=Audience.AUDITORS,
    )


class SigningKeyReader(Protocol):
    """Reads of signing keys."""

    async def list_all(self) -> Sequence[SigningKey]:
        """Every key, in the order in which they begin to sign."""
        ...


class SigningKeyRepository(SigningKeyReader, Protocol):
    """Reads and writes within one transaction."""

    async def lock(self) -> None:
        """Wait until no other transaction changes keys, and keep others out until this one ends."""
        ...

    async def add(self, key: SigningKey) -> None: ...
    async def save(self, key: SigningKey) -> None: ...
    async def reseal(self, key_id: UUID, sealed: bytes) -> None:
        """Store another encryption of a private key."""
        ...
