"""The audit trail, read with the eyes of who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain import policies
from domain.cursors import LogCursor
from domain.models.actor import Actor
from domain.models.event import Event, EventCount
from domain.pagination import EventFilter, Page, Window
from domain.ports import Clock, LogState, Store

HOUR = timedelta(hours=1)
RECENT_HOURS = 24
COUNTED_MAX = 200_000
"""Of a busier day only the newest are counted: a dashboard must not cost more than what it watches."""


@dataclass(frozen=True, slots=True)
class Recent:
    """What happened in the hours since `since`; not `complete` where only the newest of it were counted."""

    since: datetime
    complete: bool
    counts: Sequence[EventCount]


class EventService:
    """Reads of the log."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def page(
        self, actor: Actor, window: Window, filter_: EventFilter, at_least: LogCursor | None = None
    ) -> Page[Event]:
        """The trail, newest first; raises Forbidden for members and ValidationFailed for a cursor that is none."""
        policies.require_auditor(actor)
        async with self._store.read(at_least) as unit:
            return await unit.events.page(window, filter_, await unit.events.state())

    async def of_users(
        self, actor: Actor, user_ids: Sequence[UUID], window: Window, at_least: LogCursor | None = None
    ) -> dict[UUID, Page[Event]]:
        """What happened to each of these users, newest first; nothing for those whose history the actor may not read."""
        allowed = [u for u in user_ids if policies.can_see_history(actor, u)]
        empty: Page[Event] = Page((), (), has_next=False, has_previous=False)
        found: dict[UUID, Page[Event]] = {}
        if allowed:
            async with self._store.read(at_least) as unit:
                found = await unit.events.pages_for_users(allowed, window, await unit.events.state())
        return {u: found.get(u, empty) for u in user_ids}

    async def recent(self, actor: Actor, at_least: LogCursor | None = None) -> Recent:
        """How often each thing happened in each of the last hours. Raises Forbidden for members."""
        policies.require_auditor(actor)
        since = self._clock.now() - RECENT_HOURS * HOUR
        async with self._store.read(at_least) as unit:
            counts = await unit.events.counts(since, HOUR, COUNTED_MAX)
        return Recent(since, sum(c.count for c in counts) < COUNTED_MAX, counts)

    async def get_many(
        self, actor: Actor, event_ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> dict[UUID, Event]:
        """Those of these entries that the actor may see, as they may be seen."""
        async with self._store.read(at_least) as unit:
            found = await unit.events.get_many(event_ids)
            subjects = await unit.users.get_many(list({e.user_id for e in found.values()})) if found else {}
        return {
            i: policies.event_as_seen(actor, e, subjects.get(e.user_id))
            for i, e in found.items()
            if policies.can_see_event(actor, e, subjects.get(e.user_id))
        }

    async def state(self) -> LogState:
        """The log's epoch, head and horizon."""
        async with self._store.read() as unit:
            return await unit.events.state()

    async def position(self, cursor: LogCursor) -> int | None:
        """The sequence a cursor stands for; None where the write it names has no place yet."""
        if cursor.seq is not None:
            return cursor.seq
        async with self._store.read() as unit:
            return await unit.events.seq_of(cursor.ord or 0)
