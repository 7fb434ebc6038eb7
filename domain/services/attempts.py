"""How often something may be attempted: by account, by address, and by claims of an e-mail address.

Whoever guesses passwords from elsewhere must not keep an account's owner out: an address from which somebody signed in
to an account before has a budget of its own there, and strangers to the account share another.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.errors import RateLimited, Taken
from domain.models.actor import Origin, network_of

TAKEN_EXTRA = 2
"""How many attempts more the claim of a taken address counts: it has told that the address is known here."""

Key = tuple[str, str]
"""A bucket of the limiter, and a key in it."""


class RateLimiter(Protocol):
    """Counts tries by key over all instances; with Redis away each instance counts for itself."""

    async def hit(self, bucket: str, key: str, limit: int, window: int) -> int | None:
        """Count one try of at most `limit` in `window` seconds; the seconds to wait, or None while it is allowed."""
        ...

    async def forgive(self, bucket: str, key: str) -> None:
        """Forget the tries of a key that has proved itself."""
        ...


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """Each limit is a number of attempts in a window of seconds."""

    per_account: tuple[int, int] = (10, 300)
    per_address: tuple[int, int] = (100, 300)
    email_changes: tuple[int, int] = (5, 3600)


class Attempts:
    """Counts attempts. Every method that counts raises RateLimited where it was one too many."""

    def __init__(self, limiter: RateLimiter, limits: AttemptLimits) -> None:
        self._limiter, self._limits = limiter, limits

    async def from_address(self, origin: Origin) -> None:
        """Count an attempt to sign in by where it comes from, before anything is looked up."""
        await self._count(("sign_in_address", origin.network), self._limits.per_address)

    async def at_account(self, origin: Origin, email: str, addresses: Collection[str]) -> Key:
        """Count an attempt to sign in to an account; `addresses` are those that signed in to it before.

        Returns what is to be forgiven once the whole sign-in has succeeded.
        """
        known = origin.ip_address is not None and origin.network in {network_of(a) for a in addresses}
        key = ("sign_in_known", f"{email} {origin.network}") if known else ("sign_in_account", email)
        await self._count(key, self._limits.per_account)
        return key

    async def forgive(self, key: Key) -> None:
        """Forget the attempts of whoever has proved every factor."""
        await self._limiter.forgive(*key)

    async def change_password(self, user_id: UUID) -> None:
        """Count an attempt to change a password, which confirms the current one."""
        await self._count(("change_password", str(user_id)), self._limits.per_account)

    @asynccontextmanager
    async def claiming_email(self, origin: Origin, user_id: UUID | None = None) -> AsyncIterator[None]:
        """Count an attempt to take an e-mail address for oneself, by address and (with `user_id`) by user.

        The block does it. Where it raises Taken, the attempt counts TAKEN_EXTRA times more.
        """
        claims = [(("new_email", origin.network), self._limits.per_address)]
        if user_id is not None:
            claims.insert(0, (("email_change", str(user_id)), self._limits.email_changes))
        for key, limit in claims:
            await self._count(key, limit)
        try:
            yield
        except Taken:
            for key, limit in claims * TAKEN_EXTRA:
                await self._limiter.hit(*key, *limit)
            raise

    async def _count(self, key: Key, limit: tuple[int, int]) -> None:
        if (wait := await self._limiter.hit(*key, *limit)) is not None:
            raise RateLimited(wait)
