"""A person or a service in the directory, as a frozen entity: changing it returns the new user and the changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.models.actor import Actor, Role
from domain.models.event import Audience, Change, NewEvent, new_event
from domain.models.event_types import EventType


class Status(StrEnum):
    """Whether a user may sign in (active), may not (disabled), or is only kept so that it can be restored (deleted)."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"

    @property
    def audience(self) -> Audience:
        """Who sees users of this status, apart from themselves."""
        return Audience.EVERYONE if self is Status.ACTIVE else Audience.AUDITORS


@dataclass(frozen=True, slots=True)
class User:
    """One row of the directory. Times are UTC; `version` grows by one with every change."""

    id: UUID
    email: str
    display_name: str
    role: Role
    status: Status
    version: int
    created_at: datetime
    updated_at: datetime
    email_verified_at: datetime | None = None
    last_seen_at: datetime | None = None
    can_sign_in: bool = False
    """Whether there is any way to sign in as this user: a password or a passkey."""

    def changed(
        self,
        now: datetime,
        *,
        email: str | None = None,
        display_name: str | None = None,
        role: Role | None = None,
        status: Status | None = None,
    ) -> tuple[User, list[Change]]:
        """The user with these fields set (None leaves a field as it is), and the actual changes.

        Returns the same object if nothing changes. A new e-mail address is unverified.
        """
        wanted = {"email": email, "display_name": display_name, "role": role, "status": status}
        fresh = {k: v for k, v in wanted.items() if v is not None and v != getattr(self, k)}
        if not fresh:
            return self, []
        changes = [Change(k, str(getattr(self, k)), str(v)) for k, v in fresh.items()]
        verified = None if "email" in fresh else self.email_verified_at
        user = replace(
            self,
            email=email or self.email,
            display_name=display_name or self.display_name,
            role=role or self.role,
            status=status or self.status,
            email_verified_at=verified,
            version=self.version + 1,
            updated_at=now,
        )
        return user, changes

    def touched(self, now: datetime) -> User:
        """The user with the next version, for a change outside these fields (a password, for example)."""
        return replace(self, version=self.version + 1, updated_at=now)

    def with_password(self, now: datetime) -> User:
        """The user with the next version, who can sign in."""
        return replace(self.touched(now), can_sign_in=True)

    def verified(self, now: datetime) -> User:
        """The user with the next version, whose address was proved just now."""
        return replace(self.touched(now), email_verified_at=now)

    @property
    def is_active_admin(self) -> bool:
        """Whether this user can administer the directory."""
        return self.role is Role.ADMIN and self.status is Status.ACTIVE


STATUS_EVENTS = {
    (Status.ACTIVE, Status.DISABLED): EventType.USER_DISABLED,
    (Status.DISABLED, Status.ACTIVE): EventType.USER_ENABLED,
    (Status.ACTIVE, Status.DELETED): EventType.USER_DELETED,
    (Status.DISABLED, Status.DELETED): EventType.USER_DELETED,
    (Status.DELETED, Status.ACTIVE): EventType.USER_RESTORED,
}
"""The allowed changes of status, each with its event type."""


def _about(
    type_: EventType,
    actor: Actor,
    user: User,
    now: datetime,
    changes: Sequence[Change] = (),
    *,
    session_id: UUID | None = None,
    before: Status | None = None,
) -> NewEvent:
    """An event about a user who exists before and after it."""
    return new_event(
        type_,
        actor,
        user.id,
        now,
        user_id=user.id,
        session_id=session_id,
        changes=changes,
        audience_before=(before or user.status).audience,
        audience_after=user.status.audience,
        user_version=user.version,
    )


def user_created(actor: Actor, user: User) -> NewEvent:
    """A user was created; every visible field changes from None to its first value."""
    return new_event(
        EventType.USER_CREATED,
        actor,
        user.id,
        user.created_at,
        user_id=user.id,
        changes=[
            Change("email", None, user.email),
            Change("display_name", None, user.display_name),
            Change("role", None, user.role._value_),
            Change("status", None, user.status._value_),
        ],
        audience_after=user.status.audience,
        user_version=user.version,
    )


def user_changed(actor: Actor, before: User, after: User, changes: Sequence[Change]) -> list[NewEvent]:
    """At most three events: one for all profile fields, one for the role, one for the status."""
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


def email_verified(actor: Actor, user: User, now: datetime) -> NewEvent:
    """The user's address was confirmed: by the user, or by an import that says so."""
    return _about(EventType.EMAIL_VERIFIED, actor, user, now)


def user_erased(actor: Actor, user: User, now: datetime) -> NewEvent:
    """A user's personal data was permanently removed; only the id remains."""
    return replace(_about(EventType.USER_ERASED, actor, user, now), audience_after=None)


def password_changed(actor: Actor, user: User, now: datetime) -> NewEvent:
    """Records only that it changed: no password and no hash."""
    return _about(EventType.PASSWORD_CHANGED, actor, user, now, session_id=actor.session_id)


def second_factor_added(actor: Actor, user: User, factor: str, now: datetime) -> NewEvent:
    """Records which factor, and nothing of its secret."""
    return _about(EventType.SECOND_FACTOR_ADDED, actor, user, now, [Change("second_factor", None, factor)])


def second_factor_removed(actor: Actor, user: User, factor: str, now: datetime) -> NewEvent:
    """Records which factor was removed."""
    return _about(EventType.SECOND_FACTOR_REMOVED, actor, user, now, [Change("second_factor", factor, None)])


def sign_in_failed(actor: Actor, user: User, now: datetime, reason: str | None = None) -> NewEvent:
    """A sign-in to this user's account failed; `reason` where that is more than a wrong password or code."""
    changes = [] if reason is None else [Change("reason", None, reason)]
    return _about(EventType.SIGN_IN_FAILED, actor, user, now, changes)


def password_reset_requested(actor: Actor, user: User, now: datetime) -> NewEvent:
    """Somebody asked for a link to the user's address; the link itself is in the mail only."""
    return _about(EventType.PASSWORD_RESET_REQUESTED, actor, user, now)


def email_change_requested(actor: Actor, user: User, now: datetime) -> NewEvent:
    """The user asked for another address; the new one is in the mail and with the user only, until it is confirmed."""
    return _about(EventType.EMAIL_CHANGE_REQUESTED, actor, user, now)
