"""The links in mails: single-use tokens, of which only the hash is stored.

A link is requested in the transaction of its event and has no token yet. The token is made when its mail is composed, so
that it is in no log and no queue, and so that its lifetime begins when the mail is sent.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.models.language import Language

TOKEN_BYTES = 32
TOKEN_LENGTH = 43
"""Characters of a token: base64url without padding (RFC 4648 section 5)."""


class LinkKind(StrEnum):
    """What a link is for; the value is the page of the console that it opens."""

    PASSWORD_RESET = "reset-password"
    EMAIL_VERIFICATION = "verify-email"
    EMAIL_CHANGE = "confirm-email"
    INVITATION = "accept-invitation"

    @property
    def lifetime(self) -> timedelta:
        """How long the token is valid after its mail was composed."""
        return LIFETIMES[self]


LIFETIMES = {
    LinkKind.PASSWORD_RESET: timedelta(hours=1),
    LinkKind.EMAIL_VERIFICATION: timedelta(hours=24),
    LinkKind.EMAIL_CHANGE: timedelta(hours=24),
    LinkKind.INVITATION: timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was requested; there is one of each kind for each `owner_id`. Times are UTC.

    The owner is the user or, without a `user_id`, an invitation or an address that somebody signs up with. `email` is the
    address that the link is sent to, and the only one that it proves. A sign-up has the name and the password's hash of
    the account that the link makes.
    """

    kind: LinkKind
    owner_id: UUID
    user_id: UUID | None
    email: str
    requested_at: datetime
    language: Language | None = None
    token_hash: bytes | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    display_name: str | None = None
    password_hash: str | None = field(default=None, repr=False)

    def is_waiting(self, now: datetime) -> bool:
        """Whether it can still be used, or has not been sent yet."""
        return self.expires_at is None or now < self.expires_at

    def is_valid(self, now: datetime) -> bool:
        """Whether its token can still be used."""
        return self.expires_at is not None and now < self.expires_at


def new_token() -> str:
    """A token: 32 random bytes as base64url."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes | None:
    """The SHA-256 of a token; None for text that cannot be one."""
    return hashlib.sha256(token.encode()).digest() if len(token) == TOKEN_LENGTH and token.isascii() else None


class LinkReader(Protocol):
    """Reads of links."""

    async def find(self, kind: LinkKind, token_hash: bytes) -> Link | None:
        """The link of a token, whether or not it has expired."""
        ...

    async def of_owners(self, kind: LinkKind, owner_ids: Sequence[UUID]) -> Mapping[UUID, Link]:
        """The links of this kind, by owner, whether or not they have expired."""
        ...


class LinkRepository(LinkReader, Protocol):
    """Reads and writes of links within one transaction."""

    async def request(self, link: Link) -> None:
        """Write a link over an earlier one of the same kind and owner, whose token is no longer valid."""
        ...

    async def find_requested(self, kind: LinkKind, owner_id: UUID) -> Link | None:
        """The current link of an owner, locked until the transaction ends."""
        ...

    async def give_token(self, link: Link, token_hash: bytes, expires_at: datetime) -> None:
        """Store the hash of a new token of this link; an earlier token of it is no longer valid."""
        ...

    async def end(self, link: Link) -> None:
        """Delete a link that was used."""
        ...

    async def end_all(self, user_id: UUID) -> None:
        """Delete every link of a user."""
        ...

    async def forget(self, email: str) -> None:
        """Delete every link to an address that belongs to no user."""
        ...

    async def prune(self, limit: int) -> int:
        """Delete at most `limit` links that have expired or were never sent, by the database's clock; returns their number."""
        ...
