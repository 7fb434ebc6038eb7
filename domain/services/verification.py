"""Verifying one's own e-mail address by a link in a mail."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from domain import policies
from domain.errors import NotFound
from domain.models.actor import Actor, Origin
from domain.models.link import LinkKind
from domain.models.mail import MailKind, MailRequest
from domain.models.user import User, email_verified
from domain.services.attempts import Attempts
from domain.services.link_use import link_of, user_of
from domain.services.unit import Clock, Store, Written


class VerificationService:
    """Requesting a link and using it. `requested` is called after a request was stored; it must not block."""

    def __init__(self, store: Store, clock: Clock, attempts: Attempts, requested: Callable[[], None]) -> None:
        self._store, self._clock, self._attempts, self._requested = store, clock, attempts, requested

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
        """Verify the address that the link was sent to, and return its user.

        Raises TokenInvalid for an unknown or used token, TokenExpired, AccountDisabled and RateLimited.
        """
        await self._attempts.using_link(origin)
        now = self._clock.now()
        async with self._store.read() as reading:
            link = await link_of(reading, LinkKind.EMAIL_VERIFICATION, token, now)
        async with self._store.write() as unit:
            user = await user_of(unit, link, token, now)
            await unit.links.end(link)
            position = None
            if user.email_verified_at is None:
                user = user.verified(now)
                await unit.users.save(user)
                actor = Actor(user.id, user.role, None, origin)
                position = await unit.events.append(email_verified(actor, user, now))
            await unit.commit()
        return Written(user, position)
