"""Limits on attempts: sign-ins by account and by IP address, password changes, and claims of an e-mail address.

An attacker who guesses passwords must not lock the account's owner out: an IP address from which the account was
signed in to before has a limit of its own, and all other addresses share another.
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
"""Extra attempts that the claim of a taken address counts, because the error reveals that the address is known."""

Key = tuple[str, str]
"""A bucket of the limiter, and a key in it."""


class RateLimiter(Protocol):
    """Counts attempts by key across all instances; while Redis is unavailable, each instance counts on its own."""

    async def hit(self, bucket: str, key: str, limit: int, window: int) -> int | None:
        """Count one attempt of at most `limit` in `window` seconds; returns the seconds to wait, or None if it is allowed."""
        ...

    async def reset(self, bucket: str, key: str) -> None:
        """Forget the attempts counted for a key."""
        ...


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """Each limit is a number of attempts in a window of seconds."""

    per_account: tuple[int, int] = (10, 300)
    per_address: tuple[int, int] = (100, 300)
    email_changes: tuple[int, int] = (5, 3600)
    mails: tuple[int, int] = (10, 3600)
    """Mails to one address, from all clients together."""
    mails_from_network: tuple[int, int] = (3, 3600)
    """Mails to one address that are asked for from one IP address."""


class Attempts:
    """Counts attempts. Every counting method raises RateLimited when the limit is exceeded."""

    def __init__(self, limiter: RateLimiter, limits: AttemptLimits) -> None:
        self._limiter, self._limits = limiter, limits

    async def from_address(self, origin: Origin) -> None:
        """Count a sign-in attempt by its IP address, before any look-up."""
        await self._count(("sign_in_address", origin.network), self._limits.per_address)

    async def at_account(self, origin: Origin, email: str, addresses: Collection[str]) -> Key:
        """Count a sign-in attempt to an account; `addresses` are the IP addresses of its newest sessions.

        Returns the key to `reset` once the whole sign-in has succeeded.
        """
        known = origin.ip_address is not None and origin.network in {network_of(a) for a in addresses}
        key = ("sign_in_known", f"{email} {origin.network}") if known else ("sign_in_account", email)
        await self._count(key, self._limits.per_account)
        return key

    async def reset(self, key: Key) -> None:
        """Forget the attempts of a client that has passed every factor."""
        await self._limiter.reset(*key)

    async def change_password(self, user_id: UUID) -> None:
        """Count an attempt to change a password, because each one checks the current password."""
        await self._count(("change_password", str(user_id)), self._limits.per_account)

    async def second_factor(self, user_id: UUID) -> None:
        """Count an attempt to confirm a second factor with a code."""
        await self._count(("second_factor", str(user_id)), self._limits.per_account)

    async def passkey_options(self, origin: Origin) -> None:
        """Count a request for a challenge by its IP address: a page for signing in asks for one whenever it is shown."""
        await self._count(("passkey_options", origin.network), self._limits.per_address)

    async def requesting_mail(self, origin: Origin, email: str) -> None:
        """Count a request for a mail to an address, by IP address and by the address, whether or not it is known."""
        await self._count(("mail_request", origin.network), self._limits.per_address)
        await self._count(("mail_to_from", f"{email} {origin.network}"), self._limits.mails_from_network)
        await self._count(("mail_to", email), self._limits.mails)

    async def inviting(self, email: str) -> None:
        """Count an invitation to an address, from any sender."""
        await self._count(("mail_to", email), self._limits.mails)

    async def using_link(self, origin: Origin) -> None:
        """Count the use of a link by its IP address, before it is looked up."""
        await self._count(("link", origin.network), self._limits.per_address)

    @asynccontextmanager
    async def claiming_email(self, origin: Origin, user_id: UUID | None = None) -> AsyncIterator[None]:
        """Count an attempt to claim an e-mail address, by IP address and (with `user_id`) by user.

        The block makes the claim. If it raises Taken, the attempt counts TAKEN_EXTRA times more.
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
