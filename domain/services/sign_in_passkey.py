"""Signing in with a passkey, which names its user and has verified them: it is both factors at once."""

from __future__ import annotations

from uuid import UUID

from domain.errors import AccountDisabled, InvalidCredentials, NotFound
from domain.models.actor import Origin
from domain.models.user import Status
from domain.services.passkey_check import REFUSED
from domain.services.sign_in import SignedIn, SignInService
from domain.services.sign_in_failure import FailedSignIn
from domain.services.unit import WriteUnit


class PasskeySignInService(SignInService):
    """The sign-ins, with those by passkeys."""

    async def sign_in_with_passkey(self, origin: Origin, response: object) -> SignedIn:
        """Start a session of the user whose passkey has signed this.

        Raises InvalidCredentials, RateLimited, and AccountDisabled only after a valid signature. A refused response that
        names a known passkey is logged as a failed sign-in of its user.
        """
        await self._attempts.from_address(origin)
        self._failures.check_room()
        async with self._store.read() as reading:
            user_id = (await self._factors.passkeys.named(reading, response)).user_id
        try:
            async with self._store.write() as unit:
                signed_in = await self._start_by_passkey(unit, origin, user_id, response)
                await unit.commit()
        except (AccountDisabled, InvalidCredentials) as error:
            self._failures.report(FailedSignIn(user_id, origin, self._clock.now(), error.reason))
            raise
        return signed_in

    async def _start_by_passkey(self, unit: WriteUnit, origin: Origin, user_id: UUID, response: object) -> SignedIn:
        try:
            user = await unit.users.get_for_update(user_id)
        except NotFound:
            raise InvalidCredentials(REFUSED) from None
        await self._factors.passkeys.accept(unit, user_id, response)
        if user.status is not Status.ACTIVE:
            raise AccountDisabled if user.status is Status.DISABLED else InvalidCredentials(REFUSED)
        return await self.start(unit, origin, user, self._clock.now())
