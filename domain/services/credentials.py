"""The ports to password hashing and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


class PasswordHasher(Protocol):
    """Argon2id (RFC 9106), off the event loop. Raises RateLimited while too many hashes are waiting."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password matches; a hash of None takes the same time and never matches."""
        ...

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether the hash was made with weaker parameters than the current ones."""
        ...

    def accepts(self, password_hash: str) -> bool:
        """Whether a hash that was made elsewhere can be verified here."""
        ...


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """The claims of an access token: session, user and expiry, but never a role.

    One that was issued while `enrolling` is for this service alone.
    """

    session_id: UUID
    user_id: UUID
    expires_at: datetime
    enrolling: bool = False


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """The claims of a refresh token: its session, and its generation in the token family."""

    session_id: UUID
    generation: int


class TokenCodec(Protocol):
    """Access tokens (JWT, RFC 7519) and opaque refresh tokens."""

    def issue_access(
        self,
        session_id: UUID,
        user_id: UUID,
        now: datetime,
        until: datetime | None = None,
        *,
        enrolling: bool = False,
    ) -> tuple[str, datetime]:
        """The token and its expiry, not after `until`; with `enrolling`, one that no other service accepts."""
        ...

    def read_access(self, token: str, now: datetime) -> AccessClaims:
        """Raises TokenInvalid or TokenExpired."""
        ...

    async def verify_access(self, token: str, now: datetime) -> AccessClaims:
        """As `read_access`, also for a token of a key that another instance has just made. Raises also Unavailable."""
        ...

    def claims_of(self, token: str) -> Mapping[str, Any]:
        """All claims of an access token that was verified before (RFC 9068 section 2.2)."""
        ...

    def session_of_access(self, token: str) -> UUID:
        """The session of an access token, even an expired one. Raises TokenInvalid."""
        ...

    def issue_refresh(self, session_id: UUID, generation: int) -> tuple[str, bytes]:
        """The first token of a session, and its hash for storage."""
        ...

    def successor(self, token: str, known: bytes = b"") -> tuple[str, bytes]:
        """The token that replaces this one (always the same) and its hash, `known` if it is. Raises TokenInvalid."""
        ...

    def read_refresh(self, token: str) -> RefreshClaims:
        """Raises TokenInvalid for a token that this service did not issue."""
        ...

    def refresh_hash(self, token: str) -> bytes: ...
    def fingerprint(self, data: bytes) -> bytes:
        """A keyed digest, to compare two inputs without storing them."""
        ...

    def has_fingerprint(self, data: bytes, fingerprint: bytes) -> bool:
        """Whether the digest is that of this input."""
        ...
