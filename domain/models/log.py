"""The state of the ordered log, filters over its events, and the ports that read, append and trim it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.models.event import Event, EventCount, NewEvent
from domain.models.event_types import EventType
from domain.pagination import Page, Window

COUNTED_STEP = timedelta(minutes=15)
"""Events are counted by quarter of an hour (of UTC), at which the hours and days of every time zone begin."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; None means any value. `since` is the first moment that matches, `until` the first that no longer does."""

    types: frozenset[EventType] | None = None
    user_id: UUID | None = None
    actor_id: UUID | None = None
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def matches(self, event: Event) -> bool:
        """Whether an event matches."""
        return (
            (self.types is None or event.type in self.types)
            and (self.user_id is None or self.user_id == event.user_id)
            and (self.actor_id is None or self.actor_id == event.actor_id)
            and (self.subject_id is None or self.subject_id == event.subject.id)
            and (self.since is None or self.since <= event.occurred_at)
            and (self.until is None or self.until > event.occurred_at)
        )


@dataclass(frozen=True, slots=True)
class Ancestor:
    """An earlier epoch of a log: both epochs have the same entries up to and including `head`, and differ after it."""

    epoch: str
    """Its first 8 hexadecimal digits, as cursors have them."""
    head: int


@dataclass(frozen=True, slots=True)
class LogState:
    """The log as a whole: `head` is its newest sequence number, `horizon` the newest pruned one.

    `epoch` identifies one history of the log. A database that was restored or promoted gets a new epoch and keeps the
    earlier ones, oldest first, in `ancestors`.
    """

    epoch: UUID
    head: int
    horizon: int
    ancestors: tuple[Ancestor, ...] = ()

    def shared_head(self, epoch: str) -> int | None:
        """The newest sequence number with the same entry here and in `epoch`; None if that epoch is unknown."""
        if epoch == self.epoch.hex[:8]:
            return self.head
        known = [a.epoch for a in self.ancestors]
        if epoch not in known:
            return None
        return min(a.head for a in self.ancestors[known.index(epoch) :])


@dataclass(frozen=True, slots=True)
class Unreceived:
    """What is committed and has not arrived in this process: the users whom such events change, None for any of them.

    `server` names the run of the database that was asked.
    """

    server: Hashable
    users: frozenset[UUID | None]


@dataclass(frozen=True, slots=True)
class LogRange:
    """A range of the oldest entries, to be pruned: those after `horizon`, up to and including the sequence number `last`."""

    horizon: int
    last: int

    @property
    def count(self) -> int:
        """How many entries it has."""
        return self.last - self.horizon


class EventReader(Protocol):
    """Reads of the log; only events with a sequence number are returned."""

    async def get_many(self, event_ids: Sequence[UUID]) -> dict[UUID, Event]: ...
    async def after(self, seq: int, limit: int) -> Sequence[Event]:
        """The events after a sequence number, in order."""
        ...

    async def page(self, window: Window, filter_: EventFilter, log: LogState) -> Page[Event]:
        """Newest first, with cursors of the log."""
        ...

    async def pages_for_users(self, user_ids: Sequence[UUID], window: Window, log: LogState) -> dict[UUID, Page[Event]]:
        """The newest events of several users in one statement."""
        ...

    async def counts(self, since: datetime, step: timedelta, at_most: int) -> Sequence[EventCount]:
        """How many events of each type there are in each step since then, among the newest `at_most` events."""
        ...

    async def counts_by_period(self, starts: Sequence[datetime]) -> Sequence[EventCount]:
        """How many events of each type there are in each period; a period ends where the next one starts.

        The starts are in ascending order, each at a multiple of COUNTED_STEP; the last period has no end.
        """
        ...

    async def state(self) -> LogState: ...
    async def seq_of(self, ord_: int) -> int | None:
        """The sequence number of the event with an insertion number; None until the relay has assigned one."""
        ...

    async def is_written(self, ord_: int) -> bool:
        """Whether there is an event with this insertion number, with or without a sequence number."""
        ...

    async def last_shared(self, events: Sequence[Event]) -> int:
        """The newest sequence number at which the log still has the same entry as given here; 0 if it has none of them."""
        ...


class EventAppender(Protocol):
    """Appends to the log, in the same transaction as the row that changed."""

    async def append(self, event: NewEvent) -> int:
        """Append after writing the row; returns the insertion number, which names the event until it has a sequence number."""
        ...

    async def append_many(self, events: Sequence[NewEvent]) -> int:
        """Append in order; returns the insertion number of the last."""
        ...

    async def scrub(self, user_id: UUID) -> None:
        """Remove the personal data of an erased user from every entry, keeping the ids and the facts."""
        ...


class LogTrimmer(Protocol):
    """Prunes the oldest entries, in one transaction on the primary. It never touches events without a sequence number."""

    async def expired(self, age: timedelta, limit: int, after: int = 0) -> LogRange | None:
        """The first entries of at least this age, at most `limit` of them, after both the horizon and `after`.

        The age is the time since insertion, by the database's clock. The range ends before the first younger entry,
        even if older ones follow it. Returns None if there is nothing to prune.
        """
        ...

    async def read(self, range_: LogRange) -> Sequence[Event]:
        """The entries of a range, in order."""
        ...

    async def prune(self, range_: LogRange) -> bool:
        """Delete a range and move the horizon to its end; False if another process has moved the horizon.

        Raises Unavailable if another transaction holds one of its rows for long; try again later.
        """
        ...

    async def renew(self, epoch: UUID, shared_head: int) -> bool:
        """Begin a new epoch that shares the entries up to `shared_head` with `epoch`.

        False if `epoch` is no longer the current one, because another process has begun a new one.
        """
        ...


class LogRestorer(Protocol):
    """Writes exported entries into an empty log, in one transaction on the primary that keeps all other writers out."""

    async def begin(self) -> int | None:
        """Keep other writers out; returns the newest number that was ever given, or None if the log has entries.

        Raises Unavailable if other transactions do not let go of the log for some seconds.
        """
        ...

    async def add(self, entries: Sequence[Event]) -> None:
        """Write entries with their own ids and numbers. Raises ValueError if two entries have the same."""
        ...

    async def finish(self, horizon: int, head: int) -> None:
        """Set where the log begins and ends, and begin a new epoch that shares no entry with an earlier one."""
        ...
