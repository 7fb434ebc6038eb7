"""Who may see and do what: pure functions of actor and subject, used by every edge, the live layer and the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.errors import Forbidden
from domain.models.actor import Actor
from domain.models.event import Change, Event, EventType
from domain.models.user import Status, User

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

HIDDEN_FIELDS = frozenset({"status"})
"""The fields whose changes members see of somebody who has gone out of view."""

PERSONAL_FIELDS = frozenset({"email", "display_name"})
"""The fields whose values erasing a person takes out of the log."""

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


def leaves_view(actor: Actor, event: Event) -> bool:
    """Whether the event took its subject out of the actor's sight: seen before, not seen (or erased) after."""
    visible = visible_statuses(actor)
    return event.status_before in visible and event.status_after not in visible


def can_see_event(actor: Actor, event: Event, subject: User | None) -> bool:
    """Whether the actor may see that this happened. `subject` is who it happened to, as they are now; None once erased.

    Auditors and admins see everything, and everyone what happens to themselves. A member sees the public events of
    people whom they may see now, unless they happened while those were hidden. Of somebody who is hidden now, a member
    sees only that they left: an event by which they went out of view. That holds for live events and for a replay from
    any position alike, so that an old cursor tells no more than the directory does.
    """
    if actor.sees_all or actor.user_id == event.user_id:
        return True
    if event.type not in PUBLIC_EVENTS:
        return False
    if subject is not None and can_see(actor, subject):
        return Status.ACTIVE in (event.status_before, event.status_after)
    return leaves_view(actor, event)


def event_as_seen(actor: Actor, event: Event, subject: User | None) -> Event:
    """The event with only what the actor may see of it; the same object where that is everything.

    Of an erased subject nobody sees personal data, also not in what was read before the log was scrubbed. Of a hidden
    one a member sees the change of status alone.
    """
    event = event if subject is not None else without_personal_data(event)
    if actor.sees_all or actor.user_id == event.user_id:
        return event
    fields = PUBLIC_FIELDS if subject is not None and can_see(actor, subject) else HIDDEN_FIELDS
    changes: list[Change] = [c for c in event.changes if c.field in fields]
    return replace(event, changes=changes, request_id=None, ip_address=None, session_id=None)


def without_personal_data(event: Event) -> Event:
    """The event as erasing its subject leaves it: the ids and the facts."""
    changes = [Change(c.field, None, None) if c.field in PERSONAL_FIELDS else c for c in event.changes]
    return replace(event, changes=changes, ip_address=None, request_id=None)


def can_see_by_actor(actor: Actor, doer: User | None) -> bool:
    """Whether the actor may single out what somebody did; for members only of people whom they may see."""
    return actor.sees_all or (doer is not None and can_see(actor, doer))
