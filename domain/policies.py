"""Who may see and do what: pure functions of actor and subject, used by GraphQL, REST, subscriptions and the tests."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace
from uuid import UUID

from domain.errors import Forbidden
from domain.models.actor import Actor
from domain.models.event import Audience, Change, Event
from domain.models.event_types import PERSONAL_FIELDS, SubjectKind
from domain.models.user import Status, User

HIDDEN_FIELDS = frozenset({"status"})
"""The fields whose changes members see of a user who is now hidden from them."""

EVERY_AUDIENCE = frozenset(Audience)
EVERYONE_ONLY = frozenset({Audience.EVERYONE})
STATUSES = {
    audiences: frozenset(s for s in Status if s.audience in audiences) for audiences in (EVERY_AUDIENCE, EVERYONE_ONLY)
}


def view_of(actor: Actor) -> Hashable:
    """Equal for actors who see the same of all users: the role of auditors and admins, and each member by themselves."""
    return (actor.role,) if actor.sees_all else (actor.role, actor.user_id)


def require_admin(actor: Actor) -> None:
    """Raise Forbidden unless the actor administers the directory."""
    if not actor.is_admin:
        raise Forbidden("Only an admin may do this")


def require_auditor(actor: Actor) -> None:
    """Raise Forbidden unless the actor may read the audit trail."""
    if not actor.sees_all:
        raise Forbidden("Only auditors and admins may do this")


def require_system(actor: Actor) -> None:
    """Raise Forbidden unless this is the machine itself: no role allows acting for another user."""
    if not (actor.is_system and actor.is_admin):
        raise Forbidden("Only the command line may do this")


def audiences(actor: Actor) -> frozenset[Audience]:
    """The audiences this actor belongs to, not counting subjects that the actor owns."""
    return EVERY_AUDIENCE if actor.sees_all else EVERYONE_ONLY


def visible_statuses(actor: Actor) -> frozenset[Status]:
    """The statuses of users this actor sees: members see active users, others all."""
    return STATUSES[audiences(actor)]


def can_see(actor: Actor, user: User) -> bool:
    """Whether the actor may know that this user exists; everyone sees themselves."""
    return actor.user_id == user.id or user.status in visible_statuses(actor)


def can_see_email(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may see this user's e-mail: their own, or anyone's for auditors and admins."""
    return actor.sees_all or actor.user_id == user_id


def can_see_access(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may know if this user can sign in: their own, or anyone's for auditors and admins."""
    return actor.sees_all or actor.user_id == user_id


def can_see_sessions(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may see this user's sessions: their own; for others, admins only."""
    return actor.is_admin or actor.user_id == user_id


def can_see_second_factors(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may know how this user signs in (password, passkeys, second factors): their own; for others, admins only."""
    return actor.is_admin or actor.user_id == user_id


def can_see_pending_email(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may see the address that this user wants: their own; for others, admins only."""
    return actor.is_admin or actor.user_id == user_id


def can_see_api_keys(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may see and revoke this user's API keys: their own; for others, admins only."""
    return actor.is_admin or actor.user_id == user_id


def require_user(actor: Actor) -> UUID:
    """The actor's user. Raise Forbidden for the system, which is nobody."""
    if actor.user_id is None:
        raise Forbidden
    return actor.user_id


def can_see_webhooks(actor: Actor) -> bool:
    """Whether the actor may see webhook endpoints and their deliveries: admins only."""
    return actor.is_admin


def require_session(actor: Actor, refusal: str = Forbidden.default) -> UUID:
    """The actor's user. Raise Forbidden unless they act by a session: an API key does not change how its owner signs in."""
    if actor.user_id is None or actor.session_id is None:
        raise Forbidden(refusal)
    return actor.user_id


def can_see_settings(actor: Actor) -> bool:
    """Whether the actor may see the settings of the service: admins only."""
    return actor.is_admin


def can_see_history(actor: Actor, user_id: UUID | None) -> bool:
    """Whether the actor may read the history of this user, or (None) of events that concern no user.

    Everyone may read their own; auditors and admins may read all of it.
    """
    return actor.sees_all or (user_id is not None and actor.user_id == user_id)


def can_edit(actor: Actor, user_id: UUID, fields: Sequence[str]) -> bool:
    """Whether the actor may set these fields: admins all, users their own e-mail and display name."""
    return actor.is_admin or (actor.user_id == user_id and set(fields) <= {"email", "display_name"})


def require_set_password(actor: Actor, user_id: UUID) -> None:
    """Raise Forbidden unless the actor may set this user's password without knowing it: admins, that of other users.

    One's own needs the current password, so that an unattended session is not enough to take an account over.
    """
    require_admin(actor)
    if actor.user_id == user_id:
        raise Forbidden("Change your own password with your current one")


def require_reset_second_factor(actor: Actor, user_id: UUID) -> None:
    """Raise Forbidden unless the actor may remove this user's second factors: admins, those of other users."""
    require_admin(actor)
    if actor.user_id == user_id:
        raise Forbidden("Turn your own second factor off with your password and a code")


def leaves_view(actor: Actor, event: Event) -> bool:
    """Whether the event hid its subject from the actor: visible before, hidden or removed after."""
    visible = audiences(actor)
    return event.audience_before in visible and event.audience_after not in visible


def can_see_event(actor: Actor, event: Event, user: User | None) -> bool:
    """Whether the actor may see this event. `user` is the user concerned, as they are now; None once erased.

    Auditors and admins see every event, and users see the events that concern themselves. A member sees the public
    events of users who are visible to them now, except those that happened while the user was hidden. Of a user who is
    hidden now, a member sees only the event that hid them. The same holds for live events and for a replay from any
    position, so that an old cursor reveals no more than the directory does. If the subject is not a user, a member sees
    the public events that happened while everyone could see the subject. No one sees an event of an unknown type.
    """
    if not event.type.is_known:
        return False
    if can_see_history(actor, event.user_id):
        return True
    if not event.type.traits.is_public:
        return False
    if _is_in_view(actor, event, user):
        return Audience.EVERYONE in (event.audience_before, event.audience_after)
    return leaves_view(actor, event)


def event_as_seen(actor: Actor, event: Event, user: User | None) -> Event:
    """The event, reduced to what the actor may see; the same object if nothing was removed.

    Nobody sees personal data of an erased user, even in an event that was read before the log was scrubbed. Of a hidden
    user, a member sees only the change of status.
    """
    event = event if user is not None or event.user_id is None else without_personal_data(event)
    if can_see_history(actor, event.user_id):
        return event
    fields = event.type.traits.public_fields if _is_in_view(actor, event, user) else HIDDEN_FIELDS
    changes: list[Change] = [c for c in event.changes if c.field in fields]
    return replace(event, changes=changes, request_id=None, ip_address=None, session_id=None)


def _is_in_view(actor: Actor, event: Event, user: User | None) -> bool:
    """Whether the subject is visible to the actor now; a subject that is not a user always is."""
    return event.subject.kind is not SubjectKind.USER or (user is not None and can_see(actor, user))


def without_personal_data(event: Event) -> Event:
    """The event as it is after the user concerned is erased: ids and facts, without personal values."""
    changes = [Change(c.field, None, None) if c.field in PERSONAL_FIELDS else c for c in event.changes]
    return replace(event, changes=changes, ip_address=None, request_id=None)


def without_erased(event: Event, erased: Collection[UUID]) -> Event:
    """The event as the log keeps it after these users were erased; the same object if it names none of them.

    From events in which an erased user is only the actor, only the IP address is removed.
    """
    if event.user_id in erased:
        return without_personal_data(event)
    return replace(event, ip_address=None) if event.actor_id in erased else event


def can_see_by_actor(actor: Actor, acting_user: User | None) -> bool:
    """Whether the actor may filter events by who caused them; members only by users whom they may see."""
    return actor.sees_all or (acting_user is not None and can_see(actor, acting_user))
