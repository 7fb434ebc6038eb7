"""Signing keys: the first one, rotation and revocation, over keys that every instance reads from the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from domain import policies
from domain.errors import NotFound, ValidationFailed
from domain.models.actor import Actor, system
from domain.models.signing_key import PUBLISHED_BEFORE, KeyState, SigningKey, signer, signing_key_rotated, state_of
from domain.services.unit import Clock, Store, WriteUnit, Written

EDDSA = "EdDSA"


class KeyMaker(Protocol):
    """Makes key pairs, and encrypts private keys under SECRET_KEY."""

    def make(self, now: datetime, signs_from: datetime, algorithm: str = EDDSA) -> SigningKey:
        """A key of this algorithm (RFC 7518 section 3.1, RFC 8037)."""
        ...

    def can_open(self, key: SigningKey) -> bool:
        """Whether the key was encrypted under a SECRET_KEY of this deployment; others are not its keys."""
        ...


class SigningKeyService:
    """The use cases of signing keys. `lifetime` is that of access tokens, `algorithm` that of new keys."""

    def __init__(
        self, store: Store, clock: Clock, maker: KeyMaker, lifetime: timedelta, algorithm: str = EDDSA
    ) -> None:
        self._store, self._clock, self._maker = store, clock, maker
        self._lifetime, self._algorithm = lifetime, algorithm

    async def usable(self) -> Sequence[SigningKey]:
        """The keys that this deployment can use, in any state. Raises Unavailable."""
        async with self._store.read() as unit:
            return self._usable(await unit.signing_keys.list_all())

    async def states(self, actor: Actor) -> Sequence[tuple[SigningKey, KeyState]]:
        """The usable keys with their states, the first that signed first. Raises Forbidden."""
        policies.require_admin(actor)
        keys, now = await self.usable(), self._clock.now()
        return [(k, state_of(keys, k, now, self._lifetime)) for k in keys]

    async def ensure(self) -> Sequence[SigningKey]:
        """The usable keys, after making the first one, or one of another algorithm if the setting has changed."""
        keys = await self.usable()
        if not self._lacks(keys):
            return keys
        async with self._store.write() as unit:
            await unit.signing_keys.lock()
            keys, now = self._usable(await unit.signing_keys.list_all()), self._clock.now()
            if not self._lacks(keys):  # another instance was first
                return keys
            if signer(keys, now) is None:
                await unit.signing_keys.add(self._maker.make(now, now, self._algorithm))
            else:
                await self._add(unit, system(), now, now + PUBLISHED_BEFORE)
            await unit.commit()
        return await self.usable()

    def _lacks(self, keys: Sequence[SigningKey]) -> bool:
        """Whether the key that signs last is missing, or has another algorithm than new keys."""
        live = [k for k in keys if k.revoked_at is None]
        return not live or max(live, key=lambda k: k.signs_from).algorithm != self._algorithm

    async def rotate(self, actor: Actor, delay: timedelta = PUBLISHED_BEFORE) -> Written[SigningKey]:
        """Publish a new key, which signs after `delay`; the present one verifies until its last token has ended.

        Raises Forbidden, and ValidationFailed for a negative delay or while another key waits to sign.
        """
        policies.require_admin(actor)
        if delay < timedelta():
            raise ValidationFailed.one("delay", "The delay may not be negative")
        async with self._store.write() as unit:
            keys, now = await self._locked(unit)
            if any(k.signs_from > now and k.revoked_at is None for k in keys):
                raise ValidationFailed.one("delay", "Another key is published already and waits to sign")
            added = await self._add(unit, actor, now, now + delay)
            await unit.commit()
        return added

    async def revoke(self, actor: Actor, kid: str) -> Written[SigningKey]:
        """Refuse a key's tokens from now on; if it signs, the next or a new one signs at once.

        Raises Forbidden, and NotFound for a key that is unknown or revoked.
        """
        policies.require_admin(actor)
        async with self._store.write() as unit:
            keys, now = await self._locked(unit)
            key = next((k for k in keys if k.kid == kid and k.revoked_at is None), None)
            if key is None:
                raise NotFound("There is no such key, or it was revoked before")
            before = state_of(keys, key, now, self._lifetime)
            revoked = replace(key, revoked_at=now)
            await unit.signing_keys.save(revoked)
            event = signing_key_rotated(actor, revoked, now, before, KeyState.REVOKED)
            position: int | None = await unit.events.append(event)
            if before is KeyState.CURRENT:
                position = await self._replace(unit, actor, [k for k in keys if k != key], now)
            await unit.commit()
        return Written(revoked, position)

    async def _replace(self, unit: WriteUnit, actor: Actor, others: Sequence[SigningKey], now: datetime) -> int | None:
        """Have the next key sign from now on, or a new one; an older key never signs again."""
        waiting = [k for k in others if k.signs_from > now and k.revoked_at is None]
        if not waiting:
            return (await self._add(unit, actor, now, now)).position
        successor = replace(min(waiting, key=lambda k: k.signs_from), signs_from=now)
        await unit.signing_keys.save(successor)
        event = signing_key_rotated(actor, successor, now, KeyState.NEXT, KeyState.CURRENT)
        return await unit.events.append(event)

    async def _locked(self, unit: WriteUnit) -> tuple[Sequence[SigningKey], datetime]:
        await unit.signing_keys.lock()
        return self._usable(await unit.signing_keys.list_all()), self._clock.now()

    async def _add(self, unit: WriteUnit, actor: Actor, now: datetime, signs_from: datetime) -> Written[SigningKey]:
        key = self._maker.make(now, signs_from, self._algorithm)
        await unit.signing_keys.add(key)
        state = KeyState.NEXT if signs_from > now else KeyState.CURRENT
        return Written(key, await unit.events.append(signing_key_rotated(actor, key, now, None, state)))

    def _usable(self, keys: Sequence[SigningKey]) -> Sequence[SigningKey]:
        return [k for k in keys if self._maker.can_open(k)]
