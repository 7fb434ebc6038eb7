"""Passkeys: registering, listing and removing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from domain import policies
from domain.cursors import LogCursor
from domain.errors import Forbidden, NotFound, ValidationFailed
from domain.models.actor import Actor, Origin
from domain.models.passkey import PASSKEYS_MAX, Passkey, passkey_added, passkey_removed
from domain.models.second_factor import FactorRequirement
from domain.models.text import clean_name
from domain.services.attempts import Attempts
from domain.services.enrolment import end_enrolment, settle_removed
from domain.services.passkey_check import RelyingParty
from domain.services.reauthentication import Reauthentication
from domain.services.unit import Clock, Store, Written


class PasskeyService:
    """The use cases of passkeys; signing in with one is in sign_in_passkey.py. `required` says who has to have a factor."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        party: RelyingParty,
        attempts: Attempts,
        proof: Reauthentication,
        required: FactorRequirement | None = None,
    ) -> None:
        self._store, self._clock, self._party, self._required = store, clock, party, required
        self._attempts, self._proof = attempts, proof

    async def begin_registration(self, actor: Actor, current_password: str | None) -> Mapping[str, Any]:
        """Options for the browser, with a challenge for this user. Nothing is written.

        Raises Forbidden without a session or with PASSKEYS_MAX passkeys, InvalidCredentials and RateLimited.
        """
        user_id = await self._proof.by_password_if_any(actor, current_password)
        async with self._store.read() as unit:
            user = await unit.users.get(user_id)
            known = (await unit.passkeys.of_users([user_id])).get(user_id, ())
        if len(known) >= PASSKEYS_MAX:
            raise Forbidden(f"You have {PASSKEYS_MAX} passkeys already; remove one first")
        return self._party.registration_options(user, [p.credential_id for p in known], self._clock.now())

    async def finish_registration(self, actor: Actor, name: str, response: object) -> Written[Passkey]:
        """Store the passkey that the browser made, after which a session that had to set one up may do everything.

        Raises SessionRevoked, Forbidden without a session, and ValidationFailed on `name`, and on `credential` for a response that is
        refused, that came before or that is of a registered passkey.
        """
        user_id = policies.require_session(actor)
        called, now = clean_name(name, "name"), self._clock.now()
        made = self._party.registered(user_id, response, now)
        if made is None:
            raise _refused()
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            passkey = Passkey(uuid4(), user_id, called, made.credential_id, made.public_key, made.sign_count, now)
            if not await unit.passkeys.use_challenge(made.challenge):
                raise _refused()
            if len((await unit.passkeys.of_users([user_id])).get(user_id, ())) >= PASSKEYS_MAX:
                raise Forbidden(f"You have {PASSKEYS_MAX} passkeys already; remove one first")
            if not await unit.passkeys.add(passkey):
                raise ValidationFailed.one("credential", "This passkey is registered already")
            entries = [passkey_added(actor, passkey), *await end_enrolment(unit, actor, user, now)]
            position = await unit.events.append_many(entries)
            await unit.commit()
        return Written(passkey, position)

    async def remove(self, actor: Actor, passkey_id: UUID, current_password: str | None = None) -> Written[None]:
        """Remove one of the actor's own passkeys, which needs a new session or the current password.

        Raises NotFound, InvalidCredentials, RateLimited, and Forbidden without a session, for another user's passkey,
        for the only way to sign in and for the last factor where one is required.
        """
        passkey = (await self.get_many(actor, [passkey_id])).get(passkey_id)
        if passkey is None:
            raise NotFound
        if passkey.user_id != actor.user_id:
            raise Forbidden("Only its owner can remove a passkey; an admin can reset the second factor")
        user_id = await self._proof.by_new_session(actor, current_password)
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            known = (await unit.passkeys.of_users([user_id])).get(user_id, ())
            if passkey_id not in {p.id for p in known}:
                raise NotFound
            if len(known) == 1 and await unit.users.password_hash(user_id) is None:
                raise Forbidden("This is your only way to sign in; add another passkey or set a password first")
            await unit.passkeys.remove(user_id, [passkey_id])
            await settle_removed(unit, user, self._required)
            position = await unit.events.append(passkey_removed(actor, passkey, self._clock.now()))
            await unit.commit()
        return Written(None, position)

    async def sign_in_options(self, origin: Origin) -> Mapping[str, Any]:
        """Options for the browser that signs in. Nothing is written. Raises RateLimited."""
        await self._attempts.passkey_options(origin)
        return self._party.sign_in_options(self._clock.now())

    async def of_users(
        self, actor: Actor, user_ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> Mapping[UUID, Sequence[Passkey] | None]:
        """The passkeys of each user; None where the actor may not see them."""
        allowed = [u for u in user_ids if policies.can_see_second_factors(actor, u)]
        found: Mapping[UUID, Sequence[Passkey]] = {}
        if allowed:
            async with self._store.read(at_least) as unit:
                found = await unit.passkeys.of_users(allowed)
        return {u: found.get(u, ()) if u in allowed else None for u in user_ids}

    async def get_many(
        self, actor: Actor, passkey_ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> dict[UUID, Passkey]:
        """Those of these passkeys that the actor may see."""
        async with self._store.read(at_least) as unit:
            found = await unit.passkeys.get_many(passkey_ids)
        return {i: p for i, p in found.items() if policies.can_see_second_factors(actor, p.user_id)}


def _refused() -> ValidationFailed:
    return ValidationFailed.one("credential", "The browser's answer was not accepted; begin again")
