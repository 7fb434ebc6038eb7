"""Signing up: an account at once, or once its address is proved by the link in a mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from domain.errors import Forbidden
from domain.models.actor import Actor, Origin, Role
from domain.models.mail import MailKind, MailRequest
from domain.models.sign_up import CLOSED, SignUpMode
from domain.models.user import user_created
from domain.services.sign_in import SignedIn, SignInService
from domain.services.user import new_user
from domain.services.user_fields import checked


@dataclass(frozen=True, slots=True)
class SignUp:
    """Create an account for oneself and sign in to it."""

    email: str
    password: str = field(repr=False)
    display_name: str = ""


class SignUpService(SignInService):
    """The sign-ins, with signing up."""

    @property
    def sign_up_mode(self) -> SignUpMode:
        """Who may make an account for themselves."""
        return self._rules.sign_up

    async def sign_up(self, origin: Origin, command: SignUp) -> SignedIn:
        """Create an active member and sign in; where mails are sent, the address gets a link that verifies it.

        Raises Forbidden unless sign-up is open to everyone at once, ValidationFailed, Taken and RateLimited.
        """
        if self._rules.sign_up is not SignUpMode.OPEN:
            raise Forbidden(CLOSED)
        clean = checked(email=command.email, display_name=command.display_name, password=command.password)
        async with self._attempts.claiming_email(origin):
            hashed = await self._hasher.hash(clean["password"])
            now = self._clock.now()
            user = new_user(clean["email"], clean["display_name"], Role.MEMBER, now, can_sign_in=True)
            async with self._store.write() as unit:
                await unit.users.add(user, hashed)
                await unit.events.append(user_created(Actor(user.id, user.role, None, origin), user))
                if self._rules.sends_mails:
                    await unit.mails.request(_verification(origin, user.email, now))
                signed_in = await self.start(unit, origin, user, now)
                await unit.commit()
        if self._rules.sends_mails:
            self._requested()
        return signed_in

    async def request_sign_up(self, origin: Origin, command: SignUp) -> None:
        """Have a link sent that makes the account, where addresses are proved first.

        The steps are the same for known and unknown addresses: the password is hashed, and one row is written. Raises
        Forbidden in another mode, ValidationFailed and RateLimited.
        """
        if self._rules.sign_up is not SignUpMode.VERIFIED:
            raise Forbidden(CLOSED)
        clean = checked(email=command.email, display_name=command.display_name, password=command.password)
        await self._attempts.requesting_mail(origin, clean["email"])
        request = MailRequest(
            uuid4(),
            MailKind.SIGN_UP,
            clean["email"],
            origin.language,
            self._clock.now(),
            origin,
            clean["display_name"],
            await self._hasher.hash(clean["password"]),
        )
        async with self._store.write() as unit:
            await unit.mails.request(request)
            await unit.commit()
        self._requested()


def _verification(origin: Origin, email: str, now: datetime) -> MailRequest:
    """A mail to a new account; the limit of sign-ups is its limit, because each address can be taken once."""
    return MailRequest(uuid4(), MailKind.EMAIL_VERIFICATION, email, origin.language, now, origin)
