"""Resetting a forgotten password by a link in a mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from domain.models.actor import Actor, Origin
from domain.models.link import LinkKind
from domain.models.mail import MailKind, MailRequest
from domain.models.passwords import clean_password, refuse_own_words
from domain.models.text import canonical_email
from domain.models.user import User
from domain.services.attempts import Attempts
from domain.services.credentials import PasswordHasher
from domain.services.link_use import link_of, user_of
from domain.services.live import LiveSessions
from domain.services.passwords import replace_password
from domain.services.unit import Clock, Store, Written


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Set a password with the token of a link."""

    token: str = field(repr=False)
    password: str = field(repr=False)


class ResetService:
    """Requesting a link and using it. `requested` is called after a request was stored; it must not block."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hasher: PasswordHasher,
        attempts: Attempts,
        live: LiveSessions,
        requested: Callable[[], None],
    ) -> None:
        self._store, self._clock, self._hasher = store, clock, hasher
        self._attempts, self._live, self._requested = attempts, live, requested

    async def request(self, origin: Origin, email: str) -> None:
        """Ask for a link. The steps are the same for known and unknown addresses: one row is written.

        Raises ValidationFailed on `email` for text that is not an address, RateLimited and Unavailable.
        """
        address = canonical_email(email)
        await self._attempts.requesting_mail(origin, address)
        request = MailRequest(uuid4(), MailKind.PASSWORD_RESET, address, origin.language, self._clock.now(), origin)
        async with self._store.write() as unit:
            await unit.mails.request(request)
            await unit.commit()
        self._requested()

    async def reset(self, origin: Origin, command: ResetPassword) -> Written[User]:
        """Set the password, end all sessions of the user and all their links, and return the user.

        Raises TokenInvalid for an unknown or used token, TokenExpired, AccountDisabled, ValidationFailed on
        `new_password`, and RateLimited.
        """
        await self._attempts.using_link(origin)
        async with self._store.read() as reading:
            link = await link_of(reading, LinkKind.PASSWORD_RESET, command.token, self._clock.now())
        password = clean_password(command.password, "new_password")
        hashed = await self._hasher.hash(password)
        async with self._store.write() as unit:
            before = await user_of(unit, link, command.token, self._clock.now())
            refuse_own_words(password, before.email, before.display_name, "new_password")
            actor = Actor(before.id, before.role, None, origin)
            user = before.with_password(self._clock.now())
            written = await replace_password(unit, actor, user, hashed, keep=None)
            await unit.commit()
        await self._live.settle(user.id)
        return Written(user, written.position)
