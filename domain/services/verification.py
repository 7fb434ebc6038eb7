"""Verifying an e-mail address by a link in a mail: one's own, or one that somebody signs up with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from domain import policies
from domain.errors import Forbidden, NotFound
from domain.models.actor import Actor, Origin, Role
from domain.models.link import Link, LinkKind
from domain.models.mail import MailKind, MailRequest
from domain.models.sign_up import CLOSED, SignUpMode
from domain.models.user import User, email_verified, user_created
from domain.services.attempts import Attempts
from domain.services.link_use import link_of, user_of
from domain.services.unit import Clock, Store, WriteUnit, Written
from domain.services.user import new_user


class VerificationService:
    """Requesting a link and using it. `requested` is called after a request was stored; it must not block."""

    def __init__(
        self, store: Store, clock: Clock, attempts: Attempts, sign_up: SignUpMode, requested: Callable[[], None]
    ) -> None:
        self._store, self._clock, self._attempts = store, clock, attempts
        self._sign_up, self._requested = sign_up, requested

    async def request(self, actor: Actor) -> None:
        """Ask for a link to one's own address; nothing happens if it is verified.

        Raises Forbidden without a session, NotFound and RateLimited.
        """
        user_id = policies.require_session(actor, "Sign in to verify your address")
        async with self._store.read() as reading:
            user = await reading.users.find(user_id)
        if user is None:
            raise NotFound
        if user.email_verified_at is not None:
            return
        origin, now = actor.origin, self._clock.now()
        await self._attempts.requesting_mail(origin, user.email)
        async with self._store.write() as unit:
            await unit.mails.request(
                MailRequest(uuid4(), MailKind.EMAIL_VERIFICATION, user.email, origin.language, now, origin)
            )
            await unit.commit()
        self._requested()

    async def verify(self, origin: Origin, token: str) -> Written[User]:
        """Verify the address that the link was sent to, and return its user, whom a link of a sign-up makes.

        Raises TokenInvalid for an unknown or used token, TokenExpired, AccountDisabled and RateLimited; for a sign-up
        also Taken, and Forbidden if it is closed meanwhile.
        """
        await self._attempts.using_link(origin)
        now = self._clock.now()
        async with self._store.read() as reading:
            link = await link_of(reading, LinkKind.EMAIL_VERIFICATION, token, now)
        async with self._store.write() as unit:
            use = self._make if link.user_id is None else self._verify
            written = await use(unit, origin, link, token)
            await unit.commit()
        return written

    async def _verify(self, unit: WriteUnit, origin: Origin, link: Link, token: str) -> Written[User]:
        now = self._clock.now()
        user = await user_of(unit, link, token, now)
        await unit.links.end(link)
        if user.email_verified_at is not None:
            return Written(user, None)
        user = user.verified(now)
        await unit.users.save(user)
        actor = Actor(user.id, user.role, None, origin)
        return Written(user, await unit.events.append(email_verified(actor, user, now)))

    async def _make(self, unit: WriteUnit, origin: Origin, link: Link, token: str) -> Written[User]:
        """Make the account of a sign-up; two uses of the link at once make it once."""
        if not self._sign_up.is_public:
            raise Forbidden(CLOSED)
        now = self._clock.now()
        await unit.links.find_requested(link.kind, link.owner_id)  # locks it
        link = await link_of(unit, link.kind, token, now)
        await unit.links.end(link)
        user = new_user(link.email, link.display_name or "", Role.MEMBER, now, can_sign_in=True)
        user = replace(user, email_verified_at=now)
        await unit.users.add(user, link.password_hash)
        actor = Actor(user.id, user.role, None, origin)
        return Written(
            user, await unit.events.append_many([user_created(actor, user), email_verified(actor, user, now)])
        )
