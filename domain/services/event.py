"""Reads of the audit trail, limited to what the actor may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Protocol
from uuid import UUID

from domain import policies
from domain.cursors import LogCursor
from domain.errors import ValidationFailed
from domain.models.actor import Actor
from domain.models.event import Event, EventCount
from domain.models.event_types import EventType
from domain.models.log import COUNTED_STEP, EventFilter, LogState
from domain.pagination import Page, Window
from domain.services.results import Codec, Results, by_role, cache_result
from domain.services.unit import Clock, Store

HOUR = timedelta(hours=1)
RECENT_HOURS = 24
COUNTS_SECONDS = 15
"""How long counts are kept, if no event comes: the hours of the last 24 move on meanwhile, and old events are pruned."""
EVERY_TYPE = frozenset(EventType)
COUNTED_MAX = 200_000
"""On a busier day only the newest events are counted, so that a dashboard query stays cheap."""
PERIODS_MAX = 31
COUNTED_DAYS = 93
"""Counts by period are kept by quarter of an hour: so far back, their sum is read in milliseconds."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """The log has a new epoch. Without `kept`, entries that this process has already sent are not part of it."""

    epoch: UUID
    kept: bool


class LogHub(Protocol):
    """This process's view of the log: ordered, without gaps or duplicates. See persistence/log/hub.py."""

    @property
    def epoch(self) -> UUID: ...
    @property
    def position(self) -> LogCursor:
        """The newest position that listeners have received."""
        ...

    @property
    def head(self) -> int:
        """The newest sequence number that listeners have received."""
        ...

    def listen(self, listener: Callable[[Sequence[Event]], None]) -> None:
        """Call the listener with every new batch of the log; it must not block."""
        ...

    def on_renewal(self, listener: Callable[[Renewal], None]) -> None:
        """Call the listener when the epoch has changed, before any entry of the new epoch is passed on; it must not block."""
        ...

    async def known_position(self, requested: LogCursor | None) -> LogCursor:
        """Translate a position to the current epoch; returns `position` if the log does not have it.

        Raises Unavailable.
        """
        ...

    async def after(self, seq: int, limit: int = 500) -> Sequence[Event]:
        """The entries after a sequence number, starting with the next one.

        Raises Unavailable, and PositionPruned if the next one is no longer in the log.
        """
        ...

    async def resolve(self, ord_: int) -> int | None:
        """The sequence number of a write with this insertion number, waiting a bounded time for the relay."""
        ...

    async def state(self) -> LogState:
        """Read from the table; when it returns, this process uses the same epoch. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Recent:
    """Event counts since `since`; not `complete` if only the newest events were counted."""

    since: datetime
    complete: bool
    counts: Sequence[EventCount]


def _written(recent: Recent) -> Any:
    counts = [[c.type.value, c.at.isoformat(), c.count] for c in recent.counts]
    return [recent.since.isoformat(), recent.complete, counts]


def _read(value: Any) -> Recent:
    since, complete, counts = value
    at = datetime.fromisoformat
    return Recent(at(since), complete, [EventCount(EventType.named(type_), at(when), n) for type_, when, n in counts])


COUNTS = Codec(_written, _read)


def _fault(starts: Sequence[datetime], now: datetime) -> str | None:
    """Why periods that start then cannot be counted."""
    if not 1 <= len(starts) <= PERIODS_MAX:
        return f"Give between 1 and {PERIODS_MAX} periods"
    if any(one >= next_ for one, next_ in pairwise(starts)):
        return "Give the periods in ascending order"
    if any(start.timestamp() % COUNTED_STEP.total_seconds() for start in starts):
        return "A period starts at a quarter of an hour"
    if starts[0] < now - timedelta(days=COUNTED_DAYS):
        return f"Events are counted for the last {COUNTED_DAYS} days"
    return None


class EventService:
    """Reads of the log."""

    def __init__(self, store: Store, clock: Clock, results: Results | None = None) -> None:
        self._store, self._clock, self.results = store, clock, results

    async def page(
        self, actor: Actor, window: Window, filter_: EventFilter, at_least: LogCursor | None = None
    ) -> Page[Event]:
        """The audit trail, newest first; raises Forbidden for members and ValidationFailed for an invalid cursor."""
        policies.require_auditor(actor)
        async with self._store.read(at_least) as unit:
            return await unit.events.page(window, filter_, await unit.events.state())

    async def of_users(
        self, actor: Actor, user_ids: Sequence[UUID], window: Window, at_least: LogCursor | None = None
    ) -> dict[UUID, Page[Event]]:
        """The history of each of these users, newest first; empty for users whose history the actor may not read."""
        allowed = [u for u in user_ids if policies.can_see_history(actor, u)]
        empty: Page[Event] = Page((), (), has_next=False, has_previous=False)
        found: dict[UUID, Page[Event]] = {}
        if allowed:
            async with self._store.read(at_least) as unit:
                found = await unit.events.pages_for_users(allowed, window, await unit.events.state())
        return {u: found.get(u, empty) for u in user_ids}

    @cache_result("recent_events", seconds=COUNTS_SECONDS, changed_by=EVERY_TYPE, codec=COUNTS, scope=by_role)
    async def recent(self, actor: Actor, at_least: LogCursor | None = None) -> Recent:
        """How many events of each type there were in each of the last 24 hours. Raises Forbidden for members."""
        policies.require_auditor(actor)
        since = self._clock.now() - RECENT_HOURS * HOUR
        async with self._store.read(at_least) as unit:
            counts = await unit.events.counts(since, HOUR, COUNTED_MAX)
        return Recent(since, sum(c.count for c in counts) < COUNTED_MAX, counts)

    @cache_result("event_counts", seconds=COUNTS_SECONDS, changed_by=EVERY_TYPE, codec=COUNTS, scope=by_role)
    async def counts(self, actor: Actor, starts: Sequence[datetime], at_least: LogCursor | None = None) -> Recent:
        """How many events of each type there were in each of these periods; the last one ends now.

        Raises Forbidden for members, and ValidationFailed for starts that are not 1 to PERIODS_MAX quarters of an hour
        in ascending order within the last COUNTED_DAYS.
        """
        policies.require_auditor(actor)
        if fault := _fault(starts, self._clock.now()):
            raise ValidationFailed.one("starts", fault, [s.isoformat() for s in starts])
        async with self._store.read(at_least) as unit:
            return Recent(starts[0], complete=True, counts=await unit.events.counts_by_period(starts))

    async def get_many(
        self, actor: Actor, event_ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> dict[UUID, Event]:
        """Those of these entries that the actor may see, reduced to what they may see of each."""
        async with self._store.read(at_least) as unit:
            found = await unit.events.get_many(event_ids)
            concerned = {e.user_id for e in found.values() if e.user_id is not None}
            users = await unit.users.get_many(list(concerned))
        return {
            i: policies.event_as_seen(actor, e, user)
            for i, e in found.items()
            if policies.can_see_event(actor, e, user := None if e.user_id is None else users.get(e.user_id))
        }

    async def state(self) -> LogState:
        """The log's epoch, head and horizon."""
        async with self._store.read() as unit:
            return await unit.events.state()
