"""API keys, with which a service acts as its owner: never a session, and never with a higher role than the owner has.

The text of a key is `rck_` + 8 characters that name it + `_` + 32 of secret + 6 of checksum, in base62: a form that
scanners for secrets can be given. Only its SHA-256 is stored: the secret has 190 random bits, so nothing slower is needed.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from domain.models.actor import Actor, ApiKeyScope, Role
from domain.models.event import Audience, Change, NewEvent, new_event
from domain.models.event_types import EventType
from domain.models.session import Principal

PREFIX = "rck_"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
PUBLIC_LENGTH, SECRET_LENGTH, CHECKSUM_LENGTH = 8, 32, 6
FORM = re.compile(r"(rck_([0-9A-Za-z]{8})_[0-9A-Za-z]{32})([0-9A-Za-z]{6})")
KEYS_MAX = 50
"""How many keys a user may have that are not revoked."""


class NewSecret(NamedTuple):
    """The text of a new key, the part that names it, and what may be stored."""

    text: str
    public_id: str
    secret_hash: bytes


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a user. Times are UTC; `expires_at` is None for a key without an end."""

    id: UUID
    user_id: UUID
    name: str
    role: Role
    scopes: frozenset[ApiKeyScope]
    public_id: str
    secret_hash: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def hint(self) -> str:
        """The first characters of the key, to tell keys apart."""
        return PREFIX + self.public_id


def new_secret() -> NewSecret:
    """A new key."""
    public_id, secret = (_random(length) for length in (PUBLIC_LENGTH, SECRET_LENGTH))
    body = f"{PREFIX}{public_id}_{secret}"
    text = body + checksum(body)
    return NewSecret(text, public_id, secret_hash(text))


def secret_hash(text: str) -> bytes:
    """What is stored of a key."""
    return hashlib.sha256(text.encode()).digest()


def public_id_of(text: str) -> str | None:
    """The part of a key that names it; None for a text that cannot be a key, by its form or its checksum."""
    found = FORM.fullmatch(text)
    return found[2] if found is not None and checksum(found[1]) == found[3] else None


def checksum(body: str) -> str:
    """CRC-32 in base62: it finds mistakes and lets scanners tell a key from other text, and protects nothing."""
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(BASE62))
        digits = BASE62[digit] + digits
    return digits


def _random(length: int) -> str:
    return "".join(secrets.choice(BASE62) for _ in range(length))


def api_key_created(actor: Actor, key: ApiKey) -> NewEvent:
    """A key was made; the log has neither its secret nor its name, which its owner chose."""
    scopes = ", ".join(sorted(key.scopes))
    changes = [Change("role", None, str(key.role)), *([Change("scopes", None, scopes)] if scopes else [])]
    return new_event(
        EventType.API_KEY_CREATED,
        actor,
        key.id,
        key.created_at,
        user_id=key.user_id,
        session_id=actor.session_id,
        changes=changes,
        audience_after=Audience.OWNER,
    )


def api_key_revoked(actor: Actor, key: ApiKey, now: datetime) -> NewEvent:
    """A key was revoked."""
    return new_event(
        EventType.API_KEY_REVOKED,
        actor,
        key.id,
        now,
        user_id=key.user_id,
        session_id=actor.session_id,
        audience_before=Audience.OWNER,
    )


class ApiKeyReader(Protocol):
    """Reads of API keys."""

    async def find_by_public_id(self, public_id: str) -> ApiKey | None: ...
    async def get_many(self, key_ids: Sequence[UUID]) -> dict[UUID, ApiKey]: ...
    async def of_user(self, user_id: UUID) -> Sequence[ApiKey]:
        """The user's keys that are not revoked, newest first."""
        ...

    async def principals(self, key_ids: Collection[UUID]) -> dict[UUID, Principal]:
        """The current state of these keys and their owners; the role is the lesser of both."""
        ...


class ApiKeyRepository(ApiKeyReader, Protocol):
    """Reads and writes within one transaction."""

    async def get_for_update(self, key_id: UUID) -> ApiKey:
        """The key, locked until the transaction ends; raises NotFound."""
        ...

    async def add(self, key: ApiKey) -> None: ...
    async def save(self, key: ApiKey) -> None: ...
    async def touch_used(self, used: Mapping[UUID, datetime]) -> None: ...
