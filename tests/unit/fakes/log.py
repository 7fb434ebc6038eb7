"""Fakes of the log: entries in memory, numbered when they are appended, and the retention of old entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.models.event import Change, Event, EventCount, NewEvent
from domain.models.log import Ancestor, EventFilter, LogRange, LogState
from domain.pagination import Page, Window
from tests.unit.fakes.pages import page_of

FIRST_EPOCH = UUID(int=1 << 96)


@dataclass
class StoredLog:
    """The stored log; the entry at index n has the sequence number n + 1."""

    entries: list[NewEvent] = field(default_factory=list)
    horizon: int = 0
    epoch: UUID = FIRST_EPOCH
    ancestors: tuple[Ancestor, ...] = ()

    def events(self) -> list[Event]:
        """The entries in order, without the pruned ones."""
        values = [{f: getattr(e, f) for f in NewEvent.__slots__} for e in self.entries]
        numbered = [Event(**v, id=UUID(int=n), seq=n, ord=n) for n, v in enumerate(values, 1)]
        return numbered[self.horizon :]

    def state(self) -> LogState:
        """The state of the whole log."""
        return LogState(self.epoch, len(self.entries), self.horizon, self.ancestors)


def _scrubbed(event: NewEvent) -> NewEvent:
    changes = [Change(c.field, None, None) if c.field in ("email", "display_name") else c for c in event.changes]
    return replace(event, changes=changes, ip_address=None, request_id=None)


class FakeEvents:
    """The log in memory: an entry gets its sequence number when it is appended."""

    def __init__(self, kept: StoredLog) -> None:
        self._kept = kept

    async def append(self, event: NewEvent) -> int:
        return await self.append_many([event])

    async def append_many(self, events: Sequence[NewEvent]) -> int:
        self._kept.entries += events
        return len(self._kept.entries)

    async def scrub(self, user_id: UUID) -> None:
        """Remove the user's personal data."""
        self._kept.entries = [_scrubbed(e) if e.user_id == user_id else e for e in self._kept.entries]

    async def get_many(self, event_ids: Sequence[UUID]) -> dict[UUID, Event]:
        """Events by id, without those that do not exist."""
        return {e.id: e for e in self._kept.events() if e.id in event_ids}

    async def after(self, seq: int, limit: int) -> Sequence[Event]:
        return [e for e in self._kept.events() if e.seq > seq][:limit]

    async def page(self, window: Window, filter_: EventFilter, log: LogState) -> Page[Event]:
        found = [e for e in self._kept.events()[::-1] if filter_.matches(e)]
        return page_of(found, window)

    async def pages_for_users(self, user_ids: Sequence[UUID], window: Window, log: LogState) -> dict[UUID, Page[Event]]:
        """A page of each user's events, newest first."""
        return {i: await self.page(window, EventFilter(user_id=i), log) for i in user_ids}

    async def counts(self, since: datetime, step: timedelta, at_most: int) -> Sequence[EventCount]:
        """Counts by type and step, over the newest events."""
        recent = [e for e in self._kept.events() if e.occurred_at >= since][-at_most:]
        counted = Counter((e.type, since + (e.occurred_at - since) // step * step) for e in recent)
        return [EventCount(type_, at, count) for (type_, at), count in counted.items()]

    async def counts_by_period(self, starts: Sequence[datetime]) -> Sequence[EventCount]:
        """Counts by type and period."""
        counted = Counter(
            (e.type, max(s for s in starts if s <= e.occurred_at))
            for e in self._kept.events()
            if e.occurred_at >= starts[0]
        )
        return [EventCount(type_, at, count) for (type_, at), count in counted.items()]

    async def state(self) -> LogState:
        return self._kept.state()

    async def seq_of(self, ord_: int) -> int | None:
        """The sequence number, which equals the insertion number here."""
        return ord_ if await self.is_written(ord_) else None

    async def is_written(self, ord_: int) -> bool:
        return any(e.ord == ord_ for e in self._kept.events())

    async def last_shared(self, events: Sequence[Event]) -> int:
        """The sequence number of the newest event that the log also has."""
        known = {e.seq: e for e in self._kept.events()}
        return max((e.seq for e in events if known.get(e.seq) == e), default=0)


class FakeLog:
    """Retention over a log whose entries were inserted when they occurred; `now` is the database's clock."""

    def __init__(self, kept: StoredLog, now: datetime) -> None:
        self._kept, self._now = kept, now

    async def expired(self, age: timedelta, limit: int, after: int = 0) -> LogRange | None:
        """The range up to the first entry that is younger."""
        horizon = last = max(after, self._kept.horizon)
        for event in self._kept.events():
            if event.seq <= horizon:
                continue
            if event.occurred_at > self._now - age or last - horizon == limit:
                break
            last = event.seq
        return LogRange(horizon, last) if last > horizon else None

    async def read(self, range_: LogRange) -> Sequence[Event]:
        return [e for e in self._kept.events() if range_.horizon < e.seq <= range_.last]

    async def prune(self, range_: LogRange) -> bool:
        """Move the horizon, unless another caller has moved it."""
        if self._kept.horizon != range_.horizon:
            return False
        self._kept.horizon = range_.last
        return True

    async def renew(self, epoch: UUID, shared_head: int) -> bool:
        """Begin an epoch: append it with its shared head."""
        if self._kept.epoch != epoch:
            return False
        self._kept.ancestors += (Ancestor(epoch.hex[:8], shared_head),)
        self._kept.epoch = UUID(int=epoch.int + (1 << 96))
        return True


class FakeRestorer:
    """Reading back into an empty log; entries before the first one are filled with copies of it, and are pruned."""

    def __init__(self, kept: StoredLog) -> None:
        self._kept = kept
        self._added: list[Event] = []

    async def begin(self) -> int | None:
        """The newest number, if no entry is left."""
        return None if self._kept.events() else len(self._kept.entries)

    async def add(self, entries: Sequence[Event]) -> None:
        """Append them; two with one id are refused."""
        self._added += entries
        if len({e.id for e in self._added}) < len(self._added):
            raise ValueError("two events have the same id or number")

    async def finish(self, horizon: int, head: int) -> None:
        """Set the bounds, and begin an epoch that shares nothing."""
        self._kept.entries = [self._added[0]] * horizon + list[NewEvent](self._added)
        self._kept.horizon = horizon
        assert len(self._kept.entries) == head
        await FakeLog(self._kept, datetime.min.replace(tzinfo=UTC)).renew(self._kept.epoch, 0)
