"""Invitations: sending, withdrawing, listing and accepting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from domain import policies
from domain.cursors import LogCursor
from domain.errors import Forbidden, NotFound, Taken, TokenInvalid, ValidationFailed
from domain.models.actor import Actor, Origin, Role
from domain.models.invitation import Invitation, invitation_accepted, invitation_sent, invitation_withdrawn
from domain.models.link import Link, LinkKind
from domain.models.sign_up import SignUpMode
from domain.models.user import Status, User, email_verified, user_created
from domain.pagination import Page, Window
from domain.services.attempts import Attempts
from domain.services.credentials import PasswordHasher
from domain.services.link_use import USED, link_of
from domain.services.sign_in import SignedIn
from domain.services.sign_up import SignUpService
from domain.services.unit import Clock, ReadUnit, Store, WriteUnit, Written
from domain.services.user import HELD_BY_DELETED, new_user
from domain.services.user_fields import checked

OFF = "Invitations are turned off here"


@dataclass(frozen=True, slots=True)
class InviteUser:
    """Invite somebody to make an account of their own."""

    email: str
    display_name: str | None = None
    role: Role = Role.MEMBER


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """Make the account; without a name, it gets that of the invitation."""

    token: str = field(repr=False)
    password: str = field(repr=False)
    display_name: str | None = None


class InvitationService:
    """The use cases of invitations. An invitation counts only as long as who sent it may send one."""

    def __init__(
        self, store: Store, clock: Clock, hasher: PasswordHasher, attempts: Attempts, sessions: SignUpService
    ) -> None:
        self._store, self._clock, self._hasher = store, clock, hasher
        self._attempts, self._sessions = attempts, sessions

    async def invite(self, actor: Actor, command: InviteUser) -> Written[Invitation]:
        """Have an invitation sent; one to the same address before is replaced, and its link ends.

        Raises Forbidden, ValidationFailed, Taken if a user has the address, and RateLimited.
        """
        policies.require_admin(actor)
        if self._sessions.sign_up_mode is SignUpMode.CLOSED:
            raise Forbidden(OFF)
        clean = checked(email=command.email, display_name=command.display_name or None)
        email = clean["email"]
        await self._attempts.inviting(email)
        now = self._clock.now()
        expires_at = now + LinkKind.INVITATION.lifetime
        wanted = Invitation(uuid4(), email, clean.get("display_name"), command.role, now, expires_at, actor.user_id)
        async with self._store.write() as unit:
            await _refuse_known(unit, email)
            invitation = await unit.invitations.put(wanted)
            await unit.links.request(Link(LinkKind.INVITATION, invitation.id, None, email, now, actor.origin.language))
            position = await unit.events.append(invitation_sent(actor, invitation))
            await unit.commit()
        return Written(invitation, position)

    async def withdraw(self, actor: Actor, invitation_id: UUID) -> Written[None]:
        """Delete an invitation, and end its link. Raises Forbidden and NotFound."""
        policies.require_admin(actor)
        async with self._store.write() as unit:
            invitation = await unit.invitations.get_for_update(invitation_id)
            await self._remove(unit, invitation)
            position = await unit.events.append(invitation_withdrawn(actor, invitation, self._clock.now()))
            await unit.commit()
        return Written(None, position)

    async def accept(self, origin: Origin, command: AcceptInvitation) -> SignedIn:
        """Make the account that somebody was invited to, and sign in to it; the link has proved the address.

        Raises TokenInvalid for an unknown or used token and for an invitation that no longer counts, TokenExpired,
        ValidationFailed, Taken and RateLimited.
        """
        if self._sessions.sign_up_mode is SignUpMode.CLOSED:
            raise TokenInvalid(OFF)
        await self._attempts.using_link(origin)
        now = self._clock.now()
        async with self._store.read() as reading:
            link = await link_of(reading, LinkKind.INVITATION, command.token, now)
            invitation = await self._counting(reading, link)
        clean = _fields(invitation, command)
        hashed = await self._hasher.hash(clean["password"])
        async with self._store.write() as unit:
            invitation = await self._locked(unit, link, command.token)
            user = new_user(invitation.email, clean["display_name"], invitation.role, now, can_sign_in=True)
            signed_in = await self._enter(unit, origin, invitation, replace(user, email_verified_at=now), hashed)
            await unit.commit()
        return signed_in

    async def _counting(self, unit: ReadUnit | WriteUnit, link: Link) -> Invitation:
        invitation = await unit.invitations.find(link.owner_id)
        if invitation is None or invitation.email != link.email:
            raise TokenInvalid(USED)
        inviter = None if invitation.invited_by is None else await unit.users.find(invitation.invited_by)
        if invitation.invited_by is not None and (inviter is None or not inviter.is_active_admin):
            raise TokenInvalid("This invitation is not valid any more; ask for a new one")
        return invitation

    async def _locked(self, unit: WriteUnit, link: Link, token: str) -> Invitation:
        """The invitation, locked and checked again: it may have been accepted or withdrawn meanwhile."""
        try:
            await unit.invitations.get_for_update(link.owner_id)
        except NotFound:
            raise TokenInvalid(USED) from None
        return await self._counting(unit, await link_of(unit, link.kind, token, self._clock.now()))

    async def _enter(
        self, unit: WriteUnit, origin: Origin, invitation: Invitation, user: User, hashed: str
    ) -> SignedIn:
        await unit.users.add(user, hashed)
        await self._remove(unit, invitation)
        actor = Actor(user.id, user.role, None, origin)
        now: datetime = user.created_at
        await unit.events.append_many(
            [
                user_created(actor, user),
                email_verified(actor, user, now),
                invitation_accepted(actor, invitation, user, now),
            ]
        )
        return await self._sessions.start(unit, origin, user, now)

    async def _remove(self, unit: WriteUnit, invitation: Invitation) -> None:
        link = await unit.links.find_requested(LinkKind.INVITATION, invitation.id)
        if link is not None:
            await unit.links.end(link)
        await unit.invitations.remove(invitation.id)

    async def page(self, actor: Actor, window: Window, at_least: LogCursor | None = None) -> Page[Invitation]:
        """The invitations, newest first. Raises Forbidden, and ValidationFailed for a cursor of another list."""
        policies.require_admin(actor)
        async with self._store.read(at_least) as unit:
            return await unit.invitations.page(window)

    async def get_many(
        self, actor: Actor, invitation_ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> dict[UUID, Invitation]:
        """Those of these invitations that are there; none for others than admins."""
        if not actor.is_admin:
            return {}
        async with self._store.read(at_least) as unit:
            return await unit.invitations.get_many(invitation_ids)


def _fields(invitation: Invitation, command: AcceptInvitation) -> dict[str, str]:
    """The name and the password of the account, in canonical form."""
    name = command.display_name or invitation.display_name
    if not name:
        raise ValidationFailed.one("display_name", "The display name is missing")
    return checked(email=invitation.email, display_name=name, password=command.password)


async def _refuse_known(unit: WriteUnit, email: str) -> None:
    """Raise Taken if a user of any status has the address: admins may know who."""
    if (holder := await unit.users.find_by_email(email)) is not None:
        raise Taken("email", holder, HELD_BY_DELETED if holder.status is Status.DELETED else None)
