"""How long the log is kept: what is older goes from its old end, batch by batch, and can be kept elsewhere first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta

from domain import policies
from domain.errors import ValidationFailed
from domain.models.actor import Actor
from domain.models.event import Event
from domain.models.log import Stretch
from domain.services.unit import Store

BATCH = 5000
"""Entries in one transaction."""
LOOK = 50_000
"""Entries looked at in one statement where nothing is deleted."""

DAYS_MAX = 36_500

Keep = Callable[[Sequence[Event]], Awaitable[None]]
"""Returns once the entries are safe elsewhere; what it raises leaves them in the log."""


def age_of(days: int) -> timedelta:
    """So many days. Raises ValidationFailed for less than one, and for more than DAYS_MAX."""
    if not 1 <= days <= DAYS_MAX:
        raise ValidationFailed.one("days", "Events are kept for a day at least, and for a number of days", days)
    return timedelta(days=days)


class RetentionService:
    """The use cases of pruning. Entries younger than a day are never pruned, so that no live reader is overtaken."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def old(self, actor: Actor, days: int) -> AsyncIterator[Stretch]:
        """What `prune` would take, without taking it. Raises Forbidden, ValidationFailed, Unavailable."""
        policies.require_admin(actor)
        age, after = age_of(days), 0
        while True:
            async with self._store.write() as unit:
                stretch = await unit.log.old(age, LOOK, after)
            if stretch is None:
                return
            yield stretch
            after = stretch.last

    async def prune(
        self, actor: Actor, days: int, keep: Keep | None = None, batch: int = BATCH
    ) -> AsyncIterator[Stretch]:
        """Delete what is older than so many days, oldest first; each stretch is told once it is gone.

        With `keep` each stretch is handed over before it is deleted. It may be left at any time, and be run again: it
        goes on where the log begins. How old an entry is, the database's clock says, which also dated its insertion.
        Raises Forbidden, ValidationFailed and Unavailable.
        """
        policies.require_admin(actor)
        age = age_of(days)
        while True:
            async with self._store.write() as unit:
                stretch = await unit.log.old(age, batch)
                entries = await unit.log.read(stretch) if stretch and keep else ()
            if stretch is None:
                return
            if keep is not None:  # with no transaction open, because a disk may be slow
                await keep(entries)
            async with self._store.write() as unit:
                if not await unit.log.prune(stretch):
                    continue
                await unit.commit()
            yield stretch
