"""Who may see and do what: pure functions of actor and subject, used by every edge, the live layer and the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.errors import Forbidden
from domain.models.actor import Actor
from domain.models.event import Change, Event, EventType
from domain.models.user import Role, Status, User

PUBLIC_EVENTS = frozenset(
    {
        EventType.USER_CREATED,
        EventType.USER_UPDATED,
        EventType.USER_ROLE_CHANGED,
        EventType.USER_DISABLED,
        EventType.USER_ENABLED,
        EventType.USER_DELETED,
        EventType.USER_RESTORED,
        EventType.USER_ERASED,
    }
)
"""What members learn of one another; sign-ins, sessions, passwords and keys stay with the user concerned."""

PUBLIC_FIELDS = frozenset({"display_name", "role", "status"})
"""The fields whose changes members see of one another."""

ENDING_EVENTS = frozenset(
    {
        EventType.USER_ROLE_CHANGED,
        EventType.USER_DISABLED,
        EventType.USER_DELETED,
        EventType.USER_ERASED,
        EventType.PASSWORD_CHANGED,
        EventType.SESSION_REVOKED,
        EventType.SESSION_REUSE_DETECTED,
    }
)
"""Events after which sessions and live sockets of their subject must be looked at again."""


EVERY_STATUS = frozenset(Status)
ACTIVE_ONLY = frozenset({Status.ACTIVE})


def require_admin(actor: Actor) -> None:
    """Raise Forbidden unless the actor administers the directory."""
    if not actor.is_admin:
        raise Forbidden("Only an admin may do this")


def require_auditor(actor: Actor) -> None:
    """Raise Forbidden unless the actor may read the audit trail."""
    if not actor.sees_all:
        raise Forbidden("Only auditors and admins may do this")


def visible_statuses(actor: Actor) -> frozenset[Status]:
    """The statuses of users this actor sees: members see active users, others all."""
    return EVERY_STATUS if actor.sees_all else ACTIVE_ONLY


def can_see(actor: Actor, user: User) -> bool:
    """Whether the actor may know of this user at all; everyone sees themselves."""
    return actor.user_id == user.id or user.status in visible_statuses(actor)


def can_see_email(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may see this user's e-mail: their own, or anyone's for auditors and admins."""
    return actor.sees_all or actor.user_id == user_id


def can_see_sessions(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may see this user's sessions: their own; for others, admins only."""
    return actor.is_admin or actor.user_id == user_id


def can_see_history(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may read what happened to this user: their own; anyone's for auditors and admins."""
    return actor.sees_all or actor.user_id == user_id


def can_edit(actor: Actor, user_id: UUID, fields: Sequence[str]) -> bool:
    """Whether the actor may set these fields: admins all, users their own e-mail and display name."""
    return actor.is_admin or (actor.user_id == user_id and set(fields) <= {"email", "display_name"})


def can_see_event(actor: Actor, event: Event) -> bool:
    """Whether the actor may see that this happened.

    A member sees what happens to themselves, and the public events of users that were or are active.
    """
    if actor.sees_all or actor.user_id == event.user_id:
        return True
    return event.type in PUBLIC_EVENTS and Status.ACTIVE in (event.status_before, event.status_after)


def event_as_seen(actor: Actor, event: Event) -> Event:
    """The event with only what the actor may see of it; the same object where that is everything."""
    if actor.sees_all or actor.user_id == event.user_id:
        return event
    changes: list[Change] = [c for c in event.changes if c.field in PUBLIC_FIELDS]
    return replace(event, changes=changes, request_id=None, ip_address=None, session_id=None)


def is_escalation(actor: Actor, role: Role) -> bool:
    """Whether giving this role needs an admin."""
    return not actor.is_admin and role is not Role.MEMBER
