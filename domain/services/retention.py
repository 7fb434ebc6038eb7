"""Retention: what is old is deleted batch by batch, oldest first. Log entries can be exported before that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta

from domain import policies
from domain.errors import ValidationFailed
from domain.models.actor import Actor
from domain.models.event import Event
from domain.models.invitation import KEPT_AFTER_EXPIRY
from domain.models.log import LogRange
from domain.models.webhook_delivery import KEPT_DELIVERED, KEPT_FAILED
from domain.services.unit import Store, WriteUnit

BATCH = 5000
"""Entries, sessions or idempotency keys in one transaction."""
SCAN_BATCH = 50_000
"""Entries counted in one statement when nothing is deleted."""

DAYS_MAX = 36_500

Keep = Callable[[Sequence[Event]], Awaitable[None]]
"""Returns once the entries are stored elsewhere; if it raises, they stay in the log."""


def age_of(days: int) -> timedelta:
    """This many days. Raises ValidationFailed for less than 1 or more than DAYS_MAX."""
    if not 1 <= days <= DAYS_MAX:
        raise ValidationFailed.one("days", f"This is kept for 1 to {DAYS_MAX} days", days)
    return timedelta(days=days)


class RetentionService:
    """The use cases of pruning.

    Entries younger than a day are never pruned, so that pruning never overtakes a live reader. Nor are sessions that were
    over for less than a day: an access token that names one ends long before it is deleted.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def expired(self, actor: Actor, days: int) -> AsyncIterator[LogRange]:
        """What `prune` would delete. Raises Forbidden, ValidationFailed and Unavailable."""
        policies.require_admin(actor)
        age, after = age_of(days), 0
        while True:
            async with self._store.write() as unit:
                range_ = await unit.log.expired(age, SCAN_BATCH, after)
            if range_ is None:
                return
            yield range_
            after = range_.last

    async def prune(
        self, actor: Actor, days: int, keep: Keep | None = None, batch: int = BATCH
    ) -> AsyncIterator[LogRange]:
        """Delete entries older than this many days, oldest first; yields each range once it is deleted.

        With `keep`, each range is passed to it before it is deleted. The iteration can be stopped at any time; the next
        run continues where the log begins. Age is measured by the database's clock, which also dated the insertion.
        Raises Forbidden, ValidationFailed and Unavailable.
        """
        policies.require_admin(actor)
        age = age_of(days)
        while True:
            async with self._store.write() as unit:
                range_ = await unit.log.expired(age, batch)
                entries = await unit.log.read(range_) if range_ and keep else ()
            if range_ is None:
                return
            if keep is not None:  # outside a transaction, because a disk may be slow
                await keep(entries)
            async with self._store.write() as unit:
                if not await unit.log.prune(range_):
                    continue
                await unit.commit()
            yield range_

    async def prune_sessions(self, actor: Actor, days: int, batch: int = BATCH) -> AsyncIterator[int]:
        """Delete sessions that ended or expired this many days ago; yields the size of each batch once it is deleted.

        Several processes may do this at once. A token of a deleted session is refused like one of a session that never
        was. Raises Forbidden, ValidationFailed and Unavailable.
        """
        policies.require_admin(actor)
        age = age_of(days)
        async for count in self._in_batches(lambda unit: unit.sessions.prune(age, batch), batch):
            yield count

    async def prune_keys(self, actor: Actor, batch: int = BATCH) -> AsyncIterator[int]:
        """Delete idempotency keys that have expired, in the same way. Raises Forbidden and Unavailable."""
        policies.require_admin(actor)
        async for count in self._in_batches(lambda unit: unit.keys.prune(batch), batch):
            yield count

    async def prune_links(self, actor: Actor, batch: int = BATCH) -> AsyncIterator[int]:
        """Delete links of mails that have expired, in the same way. Raises Forbidden and Unavailable."""
        policies.require_admin(actor)
        async for count in self._in_batches(lambda unit: unit.links.prune(batch), batch):
            yield count

    async def prune_challenges(self, actor: Actor, batch: int = BATCH) -> AsyncIterator[int]:
        """Delete used challenges of passkeys that have expired, in the same way. Raises Forbidden and Unavailable."""
        policies.require_admin(actor)
        async for count in self._in_batches(lambda unit: unit.passkeys.prune_challenges(batch), batch):
            yield count

    async def prune_invitations(self, actor: Actor, batch: int = BATCH) -> AsyncIterator[int]:
        """Delete invitations that have expired KEPT_AFTER_EXPIRY ago, in the same way. Raises Forbidden and Unavailable."""
        policies.require_admin(actor)
        async for count in self._in_batches(lambda unit: unit.invitations.prune(KEPT_AFTER_EXPIRY, batch), batch):
            yield count

    async def prune_webhooks(self, actor: Actor, batch: int = BATCH) -> AsyncIterator[int]:
        """Delete webhook deliveries that ended long ago, in the same way. Raises Forbidden and Unavailable."""
        policies.require_admin(actor)
        ages = KEPT_DELIVERED, KEPT_FAILED
        async for count in self._in_batches(lambda unit: unit.webhook_queue.prune(*ages, batch), batch):
            yield count

    async def _in_batches(self, delete: Callable[[WriteUnit], Awaitable[int]], batch: int) -> AsyncIterator[int]:
        count = batch
        while count == batch:
            async with self._store.write() as unit:
                count = await delete(unit)
                await unit.commit()
            if count:
                yield count
