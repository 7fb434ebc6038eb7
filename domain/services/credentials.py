"""The ports to what proves who somebody is: hashes of passwords, and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


class PasswordHasher(Protocol):
    """Argon2id (RFC 9106) off the event loop; raises RateLimited when too many hashes wait."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether it fits; None takes the same time and never fits."""
        ...

    def is_dated(self, password_hash: str) -> bool:
        """Whether the parameters have been raised since, so that it wants hashing again."""
        ...


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says: which session of which user, until when. Never a role."""

    session_id: UUID
    user_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """What a refresh token of ours says: its session and its place in the family."""

    session_id: UUID
    generation: int


class TokenCodec(Protocol):
    """Access tokens (JWT, RFC 7519) and opaque refresh tokens."""

    def issue_access(self, session_id: UUID, user_id: UUID, now: datetime) -> tuple[str, datetime]:
        """The token and when it expires."""
        ...

    def read_access(self, token: str, now: datetime) -> AccessClaims:
        """Raises TokenInvalid or TokenExpired."""
        ...

    def session_of_access(self, token: str) -> UUID:
        """The session that an access token names, also an expired one. Raises TokenInvalid."""
        ...

    def issue_refresh(self, session_id: UUID, generation: int) -> tuple[str, bytes]:
        """The first token of a session, and the hash of it that may be stored."""
        ...

    def successor(self, token: str) -> tuple[str, bytes]:
        """The token that replaces this one, always the same, and its hash. Raises TokenInvalid."""
        ...

    def read_refresh(self, token: str) -> RefreshClaims:
        """Raises TokenInvalid for what we never issued."""
        ...

    def refresh_hash(self, token: str) -> bytes: ...
    def fingerprint(self, data: bytes) -> bytes:
        """A keyed digest, for telling whether two inputs were the same without keeping them."""
        ...
