"""Changing one's own e-mail address: the new one waits until the link that was sent to it is used.

Nothing in a request depends on whether somebody has the new address: that is read when the mail is composed, which then
is written to the user who has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from domain import policies
from domain.cursors import LogCursor
from domain.errors import InvalidCredentials, ValidationFailed
from domain.models.actor import Actor, Origin
from domain.models.link import Link, LinkKind
from domain.models.text import canonical_email
from domain.models.user import User, email_change_requested, email_verified, user_changed
from domain.services.attempts import Attempts
from domain.services.credentials import PasswordHasher
from domain.services.link_use import link_of, user_of
from domain.services.passwords import is_current
from domain.services.unit import Clock, Store, WriteUnit, Written

FIELD = "new_email"


@dataclass(frozen=True, slots=True)
class ChangeEmail:
    """Ask for another address; the password shows that it is the user who asks."""

    new_email: str
    current_password: str = field(repr=False)


async def request_change(unit: WriteUnit, actor: Actor, user: User, email: str, now: datetime) -> int:
    """Have a link sent to the new address of a locked user, and a notice to the present one; returns the position."""
    await unit.links.request(Link(LinkKind.EMAIL_CHANGE, user.id, user.id, email, now, actor.origin.language))
    return await unit.events.append(email_change_requested(actor, user, now))


async def forget_address(unit: WriteUnit, email: str) -> None:
    """Delete what names an address without belonging to a user: sign-ups, invitations, and their links and mails."""
    await unit.mails.forget(email)
    await unit.links.forget(email)
    await unit.invitations.forget(email)


class EmailChangeService:
    """Asking for another address, confirming it, and reading the one that waits."""

    def __init__(self, store: Store, clock: Clock, hasher: PasswordHasher, attempts: Attempts) -> None:
        self._store, self._clock, self._hasher, self._attempts = store, clock, hasher, attempts

    async def request(self, actor: Actor, command: ChangeEmail) -> Written[None]:
        """Ask for another address. Raises Forbidden without a session, InvalidCredentials, RateLimited, ValidationFailed."""
        user_id = policies.require_session(actor, "Sign in to change your address")
        address = canonical_email(command.new_email, FIELD)
        await self._attempts.change_password(user_id)
        async with self._store.read() as reading:
            known = (await reading.users.password_hashes([user_id])).get(user_id)
        if not await is_current(self._hasher, command.current_password, known):
            raise InvalidCredentials("The current password is wrong")
        await self._attempts.requesting_mail(actor.origin, address)
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            if await unit.users.password_hash(user_id) != known:
                raise InvalidCredentials("The password has just been changed; try again with the new one")
            if address == user.email:
                raise ValidationFailed.one(FIELD, "This is your address already")
            position = await request_change(unit, actor, user, address, self._clock.now())
            await unit.commit()
        return Written(None, position)

    async def confirm(self, origin: Origin, token: str) -> Written[User]:
        """Set the address that the link was sent to, which is verified by that, and end the user's other links.

        Raises TokenInvalid for an unknown or used token, TokenExpired, AccountDisabled, Taken and RateLimited.
        """
        await self._attempts.using_link(origin)
        now = self._clock.now()
        async with self._store.read() as reading:
            link = await link_of(reading, LinkKind.EMAIL_CHANGE, token, now)
        async with self._store.write() as unit:
            before = await user_of(unit, link, token, now)
            changed, changes = before.changed(now, email=link.email)
            after = replace(changed, email_verified_at=now)
            await unit.users.save(after)
            await unit.links.end_all(after.id)
            actor = Actor(after.id, after.role, None, origin)
            entries = [*user_changed(actor, before, after, changes), email_verified(actor, after, now)]
            position = await unit.events.append_many(entries)
            await unit.commit()
        return Written(after, position)

    async def pending(
        self, actor: Actor, user_ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> Mapping[UUID, str | None]:
        """The address of each user that waits to be confirmed; None also where the actor may not see it."""
        allowed = [u for u in user_ids if policies.can_see_pending_email(actor, u)]
        found: Mapping[UUID, Link] = {}
        if allowed:
            async with self._store.read(at_least) as unit:
                found = await unit.links.of_owners(LinkKind.EMAIL_CHANGE, allowed)
        now = self._clock.now()
        waiting = {u: link.email for u, link in found.items() if link.is_waiting(now)}
        return {u: waiting.get(u) for u in user_ids}
