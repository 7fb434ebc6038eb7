"""One sign-in on one client: the family of refresh tokens that descend from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.models.user import Role, Status


class EndReason(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    REVOKED = "revoked"
    REUSED = "reused"
    PASSWORD_CHANGED = "password_changed"
    DISABLED = "disabled"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Session:
    """A session; only the SHA-256 of its current refresh token is kept. Times are UTC."""

    id: UUID
    user_id: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str | None = None
    ip_address: str | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    generation: int = 1
    refresh_hash: bytes = field(default=b"", repr=False)

    def is_live(self, now: datetime) -> bool:
        """Whether the session may still be used."""
        return self.ended_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Principal:
    """What the directory says now of a session and its user: the facts each request is decided on."""

    session_id: UUID
    user_id: UUID
    role: Role
    status: Status
    expires_at: datetime
    ended_at: datetime | None
    end_reason: EndReason | None

    def is_live(self, now: datetime) -> bool:
        """Whether the session may still be used by its user."""
        return self.ended_at is None and now < self.expires_at and self.status is Status.ACTIVE
