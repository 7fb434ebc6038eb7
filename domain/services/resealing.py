"""Encrypting anew what is stored under an earlier SECRET_KEY, so that this one can be dropped."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from domain import policies
from domain.models.actor import Actor
from domain.models.second_factor import Totp
from domain.models.signing_key import SigningKey
from domain.services.unit import Store

BATCH = 500


class KeyResealer(Protocol):
    """Encrypts signing keys under the first secret key."""

    def resealed(self, key: SigningKey) -> bytes | None:
        """The private key under the first secret key; None if it is, or if none of the secret keys opens it."""
        ...


class TotpResealer(Protocol):
    """Encrypts TOTP secrets under the first secret key."""

    def resealed(self, totp: Totp) -> bytes | None:
        """The secret under the first secret key; None if it is, or if none of the secret keys opens it."""
        ...


class ResealingService:
    """Goes over everything that is encrypted. May be interrupted and repeated."""

    def __init__(self, store: Store, keys: KeyResealer, totps: TotpResealer) -> None:
        self._store, self._keys, self._totps = store, keys, totps

    async def reseal(self, actor: Actor) -> int:
        """Encrypt everything under the first secret key; returns how many secrets were not. Raises Forbidden."""
        policies.require_system(actor)
        count, after = await self._signing_keys(), UUID(int=0)
        while True:
            async with self._store.write() as unit:
                batch = await unit.second_factors.totps_after(after, BATCH)
                for totp in batch:
                    if (sealed := self._totps.resealed(totp)) is not None:
                        count += await unit.second_factors.reseal_totp(totp, sealed)
                await unit.commit()
            if not batch:
                return count
            after = batch[-1].user_id

    async def _signing_keys(self) -> int:
        async with self._store.write() as unit:
            await unit.signing_keys.lock()
            found = [(k, self._keys.resealed(k)) for k in await unit.signing_keys.list_all()]
            changed = [(key, sealed) for key, sealed in found if sealed is not None]
            for key, sealed in changed:
                await unit.signing_keys.reseal(key.id, sealed)
            await unit.commit()
        return len(changed)
