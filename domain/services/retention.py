"""How long the log is kept: what is older goes from its old end, batch by batch, and can be kept elsewhere first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from domain import policies
from domain.errors import ValidationFailed
from domain.models.actor import Actor
from domain.models.event import Event
from domain.ports import Clock, Store, Stretch

BATCH = 5000
"""Entries in one transaction."""
LOOK = 50_000
"""Entries looked at in one statement where nothing is deleted."""

Keep = Callable[[Sequence[Event]], Awaitable[None]]
"""Returns once the entries are safe elsewhere; what it raises leaves them in the log."""


class RetentionService:
    """The use cases of pruning. Entries younger than a day are never pruned, so that no live reader is overtaken."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def moment(self, days: int) -> datetime:
        """So many days ago. Raises ValidationFailed for less than one, and for more than the calendar has."""
        try:
            if days >= 1:
                return self._clock.now() - timedelta(days=days)
        except OverflowError:
            pass
        raise ValidationFailed.one("days", "Events are kept for a day at least, and for a number of days", days)

    async def old(self, actor: Actor, days: int) -> AsyncIterator[Stretch]:
        """What `prune` would take, without taking it. Raises Forbidden, ValidationFailed, Unavailable."""
        policies.require_admin(actor)
        before, after = self.moment(days), 0
        while True:
            async with self._store.write() as unit:
                stretch = await unit.log.old(before, LOOK, after)
            if stretch is None:
                return
            yield stretch
            after = stretch.last

    async def prune(
        self, actor: Actor, days: int, keep: Keep | None = None, batch: int = BATCH
    ) -> AsyncIterator[Stretch]:
        """Delete what is older than so many days, oldest first; each stretch is told once it is gone.

        With `keep` each stretch is handed over before it is deleted. It may be left at any time, and be run again: it
        goes on where the log begins. An entry written with a clock that was ahead holds up those behind it until it
        is old itself, because the log has no holes. Raises Forbidden, ValidationFailed and Unavailable.
        """
        policies.require_admin(actor)
        before = self.moment(days)
        while True:
            async with self._store.write() as unit:
                stretch = await unit.log.old(before, batch)
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
