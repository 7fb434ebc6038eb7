"""One sign-in on one client: the family of refresh tokens that descend from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.models.actor import Actor, ApiKeyScope, Role, network_of
from domain.models.event import Audience, Change, NewEvent, new_event
from domain.models.event_types import EventType
from domain.models.language import Language
from domain.models.user import Status, User
from domain.pagination import Page, Window


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
    refreshed_at: datetime | None = None
    """When the refresh token was last replaced; None while the first one is in use."""
    language: Language | None = None
    """The language that the client preferred at sign-in, in which its user is written to."""
    enrolling: bool = False
    """Whether its user has to set up a second factor in it before it can do anything else."""

    @property
    def network(self) -> str:
        """The network of its client, see `network_of`."""
        return network_of(self.ip_address)

    def is_live(self, now: datetime) -> bool:
        """Whether the session has neither ended nor expired."""
        return self.ended_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Principal:
    """The current state of a session, or of an API key, and its user, which authorises each request.

    `session_id` is the id of either; `scopes` are those of a key, whose `role` is the lesser of its own and its owner's.
    """

    session_id: UUID
    user_id: UUID
    role: Role
    status: Status
    expires_at: datetime
    ended_at: datetime | None
    end_reason: EndReason | None
    scopes: frozenset[ApiKeyScope] = frozenset()
    enrolling: bool = False

    def is_live(self, now: datetime) -> bool:
        """Whether the session has neither ended nor expired, and its user is active."""
        return self.ended_at is None and now < self.expires_at and self.status is Status.ACTIVE


def session_started(actor: Actor, user: User, session: Session) -> NewEvent:
    """A sign-in succeeded."""
    return new_event(
        EventType.SESSION_STARTED,
        actor,
        session.id,
        session.created_at,
        user_id=user.id,
        session_id=session.id,
        audience_after=Audience.OWNER,
        user_version=user.version,
    )


def session_ended(actor: Actor | None, user: User, session_id: UUID, reason: EndReason, now: datetime) -> NewEvent:
    """A session was ended before it expired, with the reason; a reused refresh token has its own event type."""
    return new_event(
        EventType.SESSION_REUSE_DETECTED if reason is EndReason.REUSED else EventType.SESSION_REVOKED,
        actor,
        session_id,
        now,
        user_id=user.id,
        session_id=session_id,
        changes=[Change("reason", None, str(reason))],
        audience_before=Audience.OWNER,
        user_version=user.version,
    )


class SessionReader(Protocol):
    """Reads of sessions."""

    async def find(self, session_id: UUID) -> Session | None: ...
    async def get_many(self, session_ids: Sequence[UUID]) -> dict[UUID, Session]: ...
    async def pages_for_users(
        self, user_ids: Sequence[UUID], window: Window, now: datetime
    ) -> dict[UUID, Page[Session]]:
        """The live sessions of each of these users, newest first, in one statement."""
        ...

    async def newest(self, user_id: UUID, limit: int) -> Sequence[Session]:
        """The user's sessions in any state, newest first."""
        ...

    async def principals(self, session_ids: Sequence[UUID]) -> dict[UUID, Principal]:
        """The current principals of these sessions, in one statement."""
        ...


class SessionRepository(SessionReader, Protocol):
    """Reads and writes of sessions within one transaction."""

    async def get_for_update(self, session_id: UUID) -> Session:
        """The session, locked until the transaction ends; raises NotFound."""
        ...

    async def add(self, session: Session) -> None: ...
    async def save(self, session: Session) -> None: ...
    async def end_all(
        self, user_id: UUID, reason: EndReason, now: datetime, keep: UUID | None = None
    ) -> Sequence[UUID]:
        """End the user's live sessions except `keep`; returns the ids of those that ended."""
        ...

    async def end_enrolling(self, user_id: UUID, now: datetime, keep: UUID | None) -> Sequence[UUID]:
        """End (REVOKED) the user's live sessions that wait for a second factor, except `keep`; returns their ids."""
        ...

    async def touch_seen(self, seen: Mapping[UUID, datetime]) -> None: ...
    async def prune(self, age: timedelta, limit: int) -> int:
        """Delete at most `limit` sessions that ended or expired at least this long ago, oldest first; returns their number.

        The age is by the database's clock. Sessions that another transaction has locked are left out.
        """
        ...
