"""Builders of log entries: one function a fact, so that each says the same thing wherever it is raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.models.actor import Actor
from domain.models.event import Audience, Change, NewEvent, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.models.session import EndReason, Session
from domain.models.user import Status, User

STATUS_EVENTS = {
    (Status.ACTIVE, Status.DISABLED): EventType.USER_DISABLED,
    (Status.DISABLED, Status.ACTIVE): EventType.USER_ENABLED,
    (Status.ACTIVE, Status.DELETED): EventType.USER_DELETED,
    (Status.DISABLED, Status.DELETED): EventType.USER_DELETED,
    (Status.DELETED, Status.ACTIVE): EventType.USER_RESTORED,
}
"""Which steps between statuses there are, and what each is called in the log."""


def _about(
    type_: EventType,
    actor: Actor | None,
    user: User,
    now: datetime,
    changes: Sequence[Change] = (),
    *,
    session_id: UUID | None = None,
    before: Status | None = None,
) -> NewEvent:
    """An event about a user who is there before it and after it."""
    origin = actor.origin if actor else None
    return NewEvent(
        type=type_,
        subject=Subject(SubjectKind.USER, user.id),
        user_id=user.id,
        occurred_at=now,
        actor_id=actor.user_id if actor else None,
        session_id=session_id,
        changes=changes,
        audience_before=(before or user.status).audience,
        audience_after=user.status.audience,
        user_version=user.version,
        request_id=origin.request_id if origin else None,
        ip_address=origin.ip_address if origin else None,
    )


def user_created(actor: Actor, user: User) -> NewEvent:
    """A user came to be; every visible field goes from nothing to its first value."""
    fields = ("email", "display_name", "role", "status")
    changes = [Change(f, None, str(getattr(user, f))) for f in fields]
    return replace(_about(EventType.USER_CREATED, actor, user, user.created_at, changes), audience_before=None)


def user_changed(actor: Actor, before: User, after: User, changes: Sequence[Change]) -> list[NewEvent]:
    """One event for each kind of change: profile fields together, the role, the status."""
    now = after.updated_at
    profile = [c for c in changes if c.field not in ("role", "status")]
    role = [c for c in changes if c.field == "role"]
    status = [c for c in changes if c.field == "status"]
    events = []
    if profile:
        events.append(_about(EventType.USER_UPDATED, actor, after, now, profile, before=before.status))
    if role:
        events.append(_about(EventType.USER_ROLE_CHANGED, actor, after, now, role, before=before.status))
    if status:
        type_ = STATUS_EVENTS[before.status, after.status]
        events.append(_about(type_, actor, after, now, status, before=before.status))
    return events


def user_erased(actor: Actor, user: User, now: datetime) -> NewEvent:
    """A user's personal data is gone for good; only the id stays."""
    return replace(_about(EventType.USER_ERASED, actor, user, now), audience_after=None)


def password_changed(actor: Actor, user: User, now: datetime) -> NewEvent:
    """The fact alone: neither the old nor the new password, nor a hash."""
    return _about(EventType.PASSWORD_CHANGED, actor, user, now, session_id=actor.session_id)


def session_started(actor: Actor, user: User, session: Session) -> NewEvent:
    """A sign-in succeeded."""
    event = _about(EventType.SESSION_STARTED, actor, user, session.created_at, session_id=session.id)
    subject = Subject(SubjectKind.SESSION, session.id)
    return replace(event, subject=subject, audience_before=None, audience_after=Audience.OWNER)


def session_ended(actor: Actor | None, user: User, session_id: UUID, reason: EndReason, now: datetime) -> NewEvent:
    """A session ended before its time, with the reason; a reused refresh token has a type of its own."""
    type_ = EventType.SESSION_REUSE_DETECTED if reason is EndReason.REUSED else EventType.SESSION_REVOKED
    event = _about(type_, actor, user, now, [Change("reason", None, str(reason))], session_id=session_id)
    subject = Subject(SubjectKind.SESSION, session_id)
    return replace(event, subject=subject, audience_before=Audience.OWNER, audience_after=None)


def sign_in_failed(actor: Actor, user: User, now: datetime) -> NewEvent:
    """Somebody tried this user's account and did not get in."""
    return _about(EventType.SIGN_IN_FAILED, actor, user, now)
