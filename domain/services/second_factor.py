"""The second factor: enrolling an authenticator app (TOTP, RFC 6238), recovery codes, and the check at sign-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain import policies
from domain.cursors import LogCursor
from domain.errors import Forbidden, InvalidCredentials, LastAdmin, SecondFactorRequired, ValidationFailed
from domain.models.actor import Actor
from domain.models.event import NewEvent
from domain.models.passkey import passkey_removed
from domain.models.second_factor import RECOVERY_CODES, FactorRequirement, SecondFactor, Totp
from domain.models.session import EndReason, session_ended
from domain.models.user import User, second_factor_added, second_factor_removed
from domain.services.attempts import Attempts
from domain.services.enrolment import end_enrolment, settle_removed
from domain.services.live import LiveSessions
from domain.services.passkey_check import PasskeyCheck
from domain.services.reauthentication import Reauthentication
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


@dataclass(frozen=True, slots=True)
class FactorProof:
    """What a client sends for the second factor: a code of the app or a recovery code, or what a passkey has signed."""

    code: str | None = field(default=None, repr=False)
    passkey: object = field(default=None, repr=False)


class SecondFactorService:
    """The use cases of second factors. `passkeys` checks those that sign in, with a password or alone; `required` says
    who has to have a factor.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        authenticator: Authenticator,
        attempts: Attempts,
        live: LiveSessions,
        proof: Reauthentication,
        passkeys: PasskeyCheck,
        required: FactorRequirement | None = None,
    ) -> None:
        self._store, self._clock, self.passkeys, self._required = store, clock, passkeys, required
        self._authenticator, self._attempts, self._live, self._proof = authenticator, attempts, live, proof

    async def begin(self, actor: Actor, current_password: str) -> Enrolment:
        """A new TOTP secret, which counts once `confirm` has had a code of it; replaces one that waits for its code.

        Raises Forbidden without a session or if TOTP is on, InvalidCredentials and RateLimited.
        """
        user_id = await self._proof.by_password(actor, current_password)
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

        A session in which a factor had to be set up may do everything from now on. Raises Forbidden, SessionRevoked, RateLimited, and ValidationFailed on `code`, also if no secret waits for its code.
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
            added = second_factor_added(actor, user, SecondFactor.TOTP, now)
            position = await unit.events.append_many([added, *await end_enrolment(unit, actor, user, now)])
            await unit.commit()
        return Written(codes, position)

    async def disable(self, actor: Actor, current_password: str, code: str) -> Written[None]:
        """Turn TOTP off, with the password and a code of the app or a recovery code.

        Raises Forbidden (also for the last factor where one is required), InvalidCredentials (the code included) and
        RateLimited.
        """
        user_id = await self._proof.by_password(actor, current_password)
        now = self._clock.now()
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            await self.check(unit, user, FactorProof(code))
            entries = await self._without_totp(unit, actor, user, now)
            await settle_removed(unit, user, self._required)
            position = await unit.events.append_many(entries) if entries else None
            await unit.commit()
        return Written(None, position)

    async def renew_recovery_codes(self, actor: Actor, current_password: str) -> Sequence[str]:
        """Replace the recovery codes. Raises Forbidden (also if there is no second factor), InvalidCredentials, RateLimited."""
        user_id = await self._proof.by_password(actor, current_password)
        async with self._store.write() as unit:
            await unit.users.get_for_update(user_id)
            if not (await unit.second_factors.kinds([user_id])).get(user_id):
                raise Forbidden("Set up a second factor first")
            codes = await self._new_recovery_codes(unit, user_id)
            await unit.commit()
        return codes

    async def reset(self, actor: Actor, user_id: UUID) -> Written[None]:
        """Remove another user's second factors and passkeys, and end all their sessions; admins only.

        One's own are turned off with password and code. Raises Forbidden, NotFound, and LastAdmin if no admin could sign
        in any more.
        """
        policies.require_reset_second_factor(actor, user_id)
        now = self._clock.now()
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            entries = await self._without_totp(unit, actor, user, now)
            entries += await self._without_passkeys(unit, actor, user, now)
            await settle_removed(unit, user, None)
            ended = await unit.sessions.end_all(user_id, EndReason.REVOKED, now) if entries else ()
            entries += [session_ended(actor, user, s, EndReason.REVOKED, now) for s in ended]
            position = await unit.events.append_many(entries) if entries else None
            await unit.commit()
        if ended:
            await self._live.settle(user_id)
        return Written(None, position)

    async def _without_totp(self, unit: WriteUnit, actor: Actor, user: User, now: datetime) -> list[NewEvent]:
        removed = await unit.second_factors.remove_totp(user.id)
        return [second_factor_removed(actor, user, SecondFactor.TOTP, now)] if removed else []

    async def _without_passkeys(self, unit: WriteUnit, actor: Actor, user: User, now: datetime) -> list[NewEvent]:
        """Remove the passkeys, also if they are the only way to sign in, but not if no other admin could."""
        known = (await unit.passkeys.of_users([user.id])).get(user.id, ())
        is_only_way = bool(known) and await unit.users.password_hash(user.id) is None
        if is_only_way and user.is_active_admin and not await unit.users.count_other_active_admins(user.id):
            raise LastAdmin
        await unit.passkeys.remove(user.id, [p.id for p in known])
        return [passkey_removed(actor, passkey, now) for passkey in known]

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

    async def check(self, unit: WriteUnit, user: User, proof: FactorProof) -> None:
        """Check the second factor of a locked user, if they have one, and take note that it was used.

        Raises SecondFactorRequired without a proof, and InvalidCredentials for one that is wrong or was used before.
        """
        if not (await unit.second_factors.kinds([user.id])).get(user.id):
            return
        if proof.passkey is not None:
            await self.passkeys.accept(unit, user.id, proof.passkey)
        elif proof.code is not None:
            await self._use_code(unit, user.id, proof.code)
        else:
            raise SecondFactorRequired

    async def _use_code(self, unit: WriteUnit, user_id: UUID, code: str) -> None:
        """Use a code of the app, or a recovery code."""
        totp = await unit.second_factors.totp(user_id)
        confirmed = totp if totp is not None and totp.confirmed_at is not None else None
        step = None if confirmed is None else self._step_of(confirmed, code, self._clock.now())
        if confirmed is not None and step is not None:
            await unit.second_factors.save_totp(confirmed.used(step))
        elif len(code) > CODE_MAX or not await unit.second_factors.use_recovery_code(
            user_id, self._authenticator.recovery_hash(user_id, code)
        ):
            raise InvalidCredentials("The code is wrong, has expired or was used before")

    def _step_of(self, totp: Totp, code: str, now: datetime) -> int | None:
        return None if len(code) > CODE_MAX else self._authenticator.step_of(totp, code, now)

    async def _new_recovery_codes(self, unit: WriteUnit, user_id: UUID) -> Sequence[str]:
        codes = self._authenticator.recovery_codes(RECOVERY_CODES)
        hashes = [self._authenticator.recovery_hash(user_id, code) for code in codes]
        await unit.second_factors.replace_recovery_codes(user_id, hashes)
        return codes
