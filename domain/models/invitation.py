"""An invitation: who may make an account of their own, with which role. Who was invited is nobody in the directory yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.models.actor import Actor, Role
from domain.models.event import Audience, Change, NewEvent, new_event
from domain.models.event_types import EventType
from domain.models.user import User
from domain.pagination import Page, Window

KEPT_AFTER_EXPIRY = timedelta(days=30)
"""How long an invitation that has expired is still listed, so that it can be sent again."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that was neither accepted nor withdrawn; there is one for each address. Times are UTC.

    `invited_by` is None if it was sent from the command line.
    """

    id: UUID
    email: str
    display_name: str | None
    role: Role
    created_at: datetime
    expires_at: datetime
    invited_by: UUID | None = None


def invitation_sent(actor: Actor, invitation: Invitation) -> NewEvent:
    """Says with which role, and not to whom: the address belongs to nobody in the directory, and the log is kept."""
    changes = [Change("role", None, str(invitation.role))]
    return _about(EventType.INVITATION_SENT, actor, invitation, invitation.created_at, changes)


def invitation_withdrawn(actor: Actor, invitation: Invitation, now: datetime) -> NewEvent:
    """An admin withdrew an invitation."""
    return _about(EventType.INVITATION_WITHDRAWN, actor, invitation, now)


def invitation_accepted(actor: Actor, invitation: Invitation, user: User, now: datetime) -> NewEvent:
    """The invitation made this user."""
    return _about(EventType.INVITATION_ACCEPTED, actor, invitation, now, user=user)


def _about(
    type_: EventType,
    actor: Actor,
    invitation: Invitation,
    now: datetime,
    changes: Sequence[Change] = (),
    user: User | None = None,
) -> NewEvent:
    sent = type_ is EventType.INVITATION_SENT
    return new_event(
        type_,
        actor,
        invitation.id,
        now,
        user_id=user.id if user else None,
        changes=changes,
        audience_before=None if sent else Audience.AUDITORS,
        audience_after=Audience.AUDITORS if sent else None,
        user_version=user.version if user else None,
    )


class InvitationReader(Protocol):
    """Reads of invitations."""

    async def find(self, invitation_id: UUID) -> Invitation | None: ...
    async def get_many(self, invitation_ids: Sequence[UUID]) -> dict[UUID, Invitation]: ...
    async def page(self, window: Window) -> Page[Invitation]:
        """All of them, newest first. Raises ValidationFailed for a cursor of another list."""
        ...


class InvitationRepository(InvitationReader, Protocol):
    """Reads and writes of invitations within one transaction."""

    async def get_for_update(self, invitation_id: UUID) -> Invitation:
        """The invitation, locked until the transaction ends; raises NotFound."""
        ...

    async def put(self, invitation: Invitation) -> Invitation:
        """Write an invitation over an earlier one to the same address, whose id it gets; returns it with its id."""
        ...

    async def remove(self, invitation_id: UUID) -> None: ...
    async def forget(self, email: str) -> None:
        """Delete the invitation to an address, if there is one."""
        ...

    async def prune(self, age: timedelta, limit: int) -> int:
        """Delete at most `limit` invitations that expired this long ago, by the database's clock; returns their number."""
        ...
