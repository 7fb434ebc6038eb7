"""The second factor: enrolling an authenticator app (TOTP, RFC 6238), recovery codes, and the check at sign-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain import policies
from domain.cursors import LogCursor
from domain.errors import Forbidden, InvalidCredentials, SecondFactorRequired, ValidationFailed
from domain.models.actor import Actor
from domain.models.second_factor import RECOVERY_CODES, SecondFactor, Totp
from domain.models.session import EndReason, session_ended
from domain.models.user import User, second_factor_added, second_factor_removed
from domain.services.attempts import Attempts
from domain.services.credentials import PasswordHasher
from domain.services.live import LiveSessions
from domain.services.passwords import is_current
from domain.services.unit import Clock, Store, WriteUnit, Written

CODE_MAX = 64
"""Characters of a code as typed."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs: the secret in base32, the same as an `otpauth` URI, and its QR code as SVG."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    qr_svg: str = field(repr=False)


class Authenticator(Protocol):
    """TOTP secrets, encrypted for storage, and the codes that belong to them."""

    def enrol(self, user: User, now: datetime) -> tuple[Totp, Enrolment]:
        """A new secret for the user, not yet confirmed, and how it is shown to them."""
        ...

    def step_of(self, totp: Totp, code: str, now: datetime) -> int | None:
        """The time step whose code this is, if it is the current one or next to it, and later than `last_step`."""
        ...

    def recovery_codes(self, count: int) -> Sequence[str]: ...
    def recovery_hash(self, user_id: UUID, code: str) -> bytes:
        """The hash of a recovery code, in whatever case and with or without its hyphens it was typed."""
        ...


class SecondFactorService:
    """The use cases of second factors."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hasher: PasswordHasher,
        authenticator: Authenticator,
        attempts: Attempts,
        live: LiveSessions,
    ) -> None:
        self._store, self._clock, self._hasher = store, clock, hasher
        self._authenticator, self._attempts, self._live = authenticator, attempts, live

    async def begin(self, actor: Actor, current_password: str) -> Enrolment:
        """A new TOTP secret, which counts once `confirm` has had a code of it; replaces one that waits for its code.

        Raises Forbidden without a session or if TOTP is on, InvalidCredentials and RateLimited.
        """
        user_id = await self._proved(actor, current_password)
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            known = await unit.second_factors.totp(user_id)
            if known is not None and known.confirmed_at is not None:
                raise Forbidden("The authenticator app is set up already; turn it off first")
            totp, enrolment = self._authenticator.enrol(user, self._clock.now())
            await unit.second_factors.save_totp(totp)
            await unit.commit()
        return enrolment

    async def confirm(self, actor: Actor, code: str) -> Written[Sequence[str]]:
        """Turn TOTP on with a first code; returns the recovery codes, which are shown only now.

        Raises Forbidden, RateLimited, and ValidationFailed on `code`, also if no secret waits for its code.
        """
        user_id = policies.require_session(actor)
        await self._attempts.second_factor(user_id)
        now = self._clock.now()
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            totp = await unit.second_factors.totp(user_id)
            if totp is None or not totp.awaits_code(now):
                raise ValidationFailed.one("code", "There is nothing to confirm; begin again")
            step = self._step_of(totp, code, now)
            if step is None:
                raise ValidationFailed.one("code", "The code is wrong or has expired; enter the one that is shown now")
            await unit.second_factors.save_totp(replace(totp, confirmed_at=now, last_step=step))
            codes = await self._new_recovery_codes(unit, user_id)
            position = await unit.events.append(second_factor_added(actor, user, SecondFactor.TOTP, now))
            await unit.commit()
        return Written(codes, position)

    async def disable(self, actor: Actor, current_password: str, code: str) -> Written[None]:
        """Turn TOTP off, with the password and a code of the app or a recovery code.

        Raises Forbidden, InvalidCredentials (the code included) and RateLimited.
        """
        user_id = await self._proved(actor, current_password)
        now = self._clock.now()
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            await self.check(unit, user, code)
            removed = await unit.second_factors.remove(user_id)
            entries = [second_factor_removed(actor, user, factor, now) for factor in removed]
            position = await unit.events.append_many(entries) if entries else None
            await unit.commit()
        return Written(None, position)

    async def renew_recovery_codes(self, actor: Actor, current_password: str) -> Sequence[str]:
        """Replace the recovery codes. Raises Forbidden (also if there is no second factor), InvalidCredentials, RateLimited."""
        user_id = await self._proved(actor, current_password)
        async with self._store.write() as unit:
            await unit.users.get_for_update(user_id)
            if not (await unit.second_factors.kinds([user_id])).get(user_id):
                raise Forbidden("Set up a second factor first")
            codes = await self._new_recovery_codes(unit, user_id)
            await unit.commit()
        return codes

    async def reset(self, actor: Actor, user_id: UUID) -> Written[None]:
        """Remove another user's second factors and end all their sessions; admins only.

        One's own are turned off with password and code. Raises Forbidden and NotFound.
        """
        policies.require_reset_second_factor(actor, user_id)
        now = self._clock.now()
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            removed = await unit.second_factors.remove(user_id)
            ended = await unit.sessions.end_all(user_id, EndReason.REVOKED, now) if removed else ()
            entries = [second_factor_removed(actor, user, factor, now) for factor in removed]
            entries += [session_ended(actor, user, s, EndReason.REVOKED, now) for s in ended]
            position = await unit.events.append_many(entries) if entries else None
            await unit.commit()
        if ended:
            await self._live.settle(user_id)
        return Written(None, position)

    async def kinds(
        self, actor: Actor, user_ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> Mapping[UUID, Sequence[SecondFactor] | None]:
        """The factors of each user; None where the actor may not know them."""
        allowed = [u for u in user_ids if policies.can_see_second_factors(actor, u)]
        found: Mapping[UUID, Sequence[SecondFactor]] = {}
        if allowed:
            async with self._store.read(at_least) as unit:
                found = await unit.second_factors.kinds(allowed)
        return {u: found.get(u, ()) if u in allowed else None for u in user_ids}

    async def check(self, unit: WriteUnit, user: User, code: str | None) -> None:
        """Check a code of a locked user's second factor, if they have one, and take note that it was used.

        Raises SecondFactorRequired without a code, and InvalidCredentials for one that is wrong or was used before.
        """
        totp = await unit.second_factors.totp(user.id)
        if totp is None or totp.confirmed_at is None:
            return
        if code is None:
            raise SecondFactorRequired
        step = self._step_of(totp, code, self._clock.now())
        if step is not None:
            await unit.second_factors.save_totp(totp.used(step))
        elif len(code) > CODE_MAX or not await unit.second_factors.use_recovery_code(
            user.id, self._authenticator.recovery_hash(user.id, code)
        ):
            raise InvalidCredentials("The code is wrong, has expired or was used before")

    def _step_of(self, totp: Totp, code: str, now: datetime) -> int | None:
        return None if len(code) > CODE_MAX else self._authenticator.step_of(totp, code, now)

    async def _new_recovery_codes(self, unit: WriteUnit, user_id: UUID) -> Sequence[str]:
        codes = self._authenticator.recovery_codes(RECOVERY_CODES)
        hashes = [self._authenticator.recovery_hash(user_id, code) for code in codes]
        await unit.second_factors.replace_recovery_codes(user_id, hashes)
        return codes

    async def _proved(self, actor: Actor, current_password: str) -> UUID:
        """The actor's id, after their current password was checked. Raises Forbidden, InvalidCredentials, RateLimited."""
        user_id = policies.require_session(actor)
        await self._attempts.change_password(user_id)
        async with self._store.read() as unit:
            known = (await unit.users.password_hashes([user_id])).get(user_id)
        if not await is_current(self._hasher, current_password, known):
            raise InvalidCredentials("The current password is wrong")
        return user_id
