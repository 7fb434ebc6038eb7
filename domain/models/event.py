"""Entries of the ordered log: what is appended with a write, and what is read back once it has its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

NIL = UUID(int=0)
"""The nil UUID (RFC 9562 section 5.9)."""


class EventType(StrEnum):
    """What happened, in the past tense."""

    USER_CREATED = "user_created"
    USER_UPDATED = "user_updated"
    USER_ROLE_CHANGED = "user_role_changed"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    USER_DELETED = "user_deleted"
    USER_RESTORED = "user_restored"
    USER_ERASED = "user_erased"
    EMAIL_VERIFIED = "email_verified"
    PASSWORD_CHANGED = "password_changed"
    SESSION_STARTED = "session_started"
    SESSION_REVOKED = "session_revoked"
    SESSION_REUSE_DETECTED = "session_reuse_detected"
    SIGN_IN_FAILED = "sign_in_failed"
    API_KEY_CREATED = "api_key_created"
    API_KEY_REVOKED = "api_key_revoked"


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; values are JSON scalars and never a secret."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event on its way into the log; it has no place in the order until the relay gives it one.

    `status_before` and `status_after` are the subject's status around the event (None before creation and after
    erasure): they decide who may see it, without a look at the row.
    """

    type: EventType
    user_id: UUID
    occurred_at: datetime
    actor_id: UUID | None = None
    session_id: UUID | None = None
    changes: Sequence[Change] = ()
    status_before: str | None = None
    status_after: str | None = None
    user_version: int | None = None
    request_id: str | None = None
    ip_address: str | None = None


@dataclass(frozen=True, slots=True)
class Event(NewEvent):
    """An event in its place: `seq` is dense, starts at 1 and never changes; `ord` is the order of insertion."""

    id: UUID = NIL
    seq: int = 0
    ord: int = 0


@dataclass(frozen=True, slots=True)
class EventCount:
    """How often something happened in the stretch of time that begins at `at`."""

    type: EventType
    at: datetime
    count: int
