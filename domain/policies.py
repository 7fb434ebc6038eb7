"""Who may see and do what: pure functions of actor and subject, used by every edge, the live layer and the tests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from domain.errors import Forbidden
from domain.models.actor import Actor
from domain.models.event import Audience, Change, Event
from domain.models.event_types import PERSONAL_FIELDS, SubjectKind
from domain.models.user import Status, User

HIDDEN_FIELDS = frozenset({"status"})
"""The fields whose changes members see of somebody who has gone out of view."""

EVERY_AUDIENCE = frozenset(Audience)
EVERYONE_ONLY = frozenset({Audience.EVERYONE})
STATUSES = {
    audiences: frozenset(s for s in Status if s.audience in audiences) for audiences in (EVERY_AUDIENCE, EVERYONE_ONLY)
}


def require_admin(actor: Actor) -> None:
    """Raise Forbidden unless the actor administers the directory."""
    if not actor.is_admin:
        raise Forbidden("Only an admin may do this")


def require_auditor(actor: Actor) -> None:
    """Raise Forbidden unless the actor may read the audit trail."""
    if not actor.sees_all:
        raise Forbidden("Only auditors and admins may do this")


def audiences(actor: Actor) -> frozenset[Audience]:
    """The audiences this actor belongs to, whoever's the subject is."""
    return EVERY_AUDIENCE if actor.sees_all else EVERYONE_ONLY


def visible_statuses(actor: Actor) -> frozenset[Status]:
    """The statuses of users this actor sees: members see active users, others all."""
    return STATUSES[audiences(actor)]


def can_see(actor: Actor, user: User) -> bool:
    """Whether the actor may know of this user at all; everyone sees themselves."""
    return actor.user_id == user.id or user.status in visible_statuses(actor)


def can_see_email(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may see this user's e-mail: their own, or anyone's for auditors and admins."""
    return actor.sees_all or actor.user_id == user_id


def can_see_sessions(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may see this user's sessions: their own; for others, admins only."""
    return actor.is_admin or actor.user_id == user_id


def can_see_history(actor: Actor, user_id: UUID | None) -> bool:
    """Whether the actor may read what happened to this user, or to nobody (None).

    Their own; anyone's, and what concerns no user, for auditors and admins.
    """
    return actor.sees_all or (user_id is not None and actor.user_id == user_id)


def can_edit(actor: Actor, user_id: UUID, fields: Sequence[str]) -> bool:
    """Whether the actor may set these fields: admins all, users their own e-mail and display name."""
    return actor.is_admin or (actor.user_id == user_id and set(fields) <= {"email", "display_name"})


def leaves_view(actor: Actor, event: Event) -> bool:
    """Whether the event took its subject out of the actor's sight: seen before, not seen (or removed) after."""
    visible = audiences(actor)
    return event.audience_before in visible and event.audience_after not in visible


def can_see_event(actor: Actor, event: Event, user: User | None) -> bool:
    """Whether the actor may see that this happened. `user` is the user concerned, as they are now; None once erased.

    Auditors and admins see everything, and everyone what happens to themselves. A member sees the public events of
    people whom they may see now, unless they happened while those were hidden. Of somebody who is hidden now, a member
    sees only that they left: an event by which they went out of view. That holds for live events and for a replay from
    any position alike, so that an old cursor tells no more than the directory does. Of anything but users a member sees
    the public events that happened while everyone could see it.
    """
    if can_see_history(actor, event.user_id):
        return True
    if not event.type.traits.is_public:
        return False
    if _is_in_view(actor, event, user):
        return Audience.EVERYONE in (event.audience_before, event.audience_after)
    return leaves_view(actor, event)


def event_as_seen(actor: Actor, event: Event, user: User | None) -> Event:
    """The event with only what the actor may see of it; the same object where that is everything.

    Of an erased user nobody sees personal data, also not in what was read before the log was scrubbed. Of a hidden one a
    member sees the change of status alone.
    """
    event = event if user is not None or event.user_id is None else without_personal_data(event)
    if can_see_history(actor, event.user_id):
        return event
    fields = event.type.traits.public_fields if _is_in_view(actor, event, user) else HIDDEN_FIELDS
    changes: list[Change] = [c for c in event.changes if c.field in fields]
    return replace(event, changes=changes, request_id=None, ip_address=None, session_id=None)


def _is_in_view(actor: Actor, event: Event, user: User | None) -> bool:
    """Whether nothing is known that hides the subject from the actor now."""
    return event.subject.kind is not SubjectKind.USER or (user is not None and can_see(actor, user))


def without_personal_data(event: Event) -> Event:
    """The event as erasing the user concerned leaves it: the ids and the facts."""
    changes = [Change(c.field, None, None) if c.field in PERSONAL_FIELDS else c for c in event.changes]
    return replace(event, changes=changes, ip_address=None, request_id=None)


def without_erased(event: Event, erased: Collection[UUID]) -> Event:
    """The event as the log keeps it once these users were erased; the same object where it names none of them.

    Of what they did to others only the address goes that they did it from.
    """
    if event.user_id in erased:
        return without_personal_data(event)
    return replace(event, ip_address=None) if event.actor_id in erased else event


def can_see_by_actor(actor: Actor, doer: User | None) -> bool:
    """Whether the actor may single out what somebody did; for members only of people whom they may see."""
    return actor.sees_all or (doer is not None and can_see(actor, doer))
