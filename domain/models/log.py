"""The events as a whole: the state of the ordered log, what may be asked of it, and its ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.models.event import Event, EventCount, NewEvent
from domain.models.event_types import EventType
from domain.pagination import Page, Window


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; None leaves a member out of the question."""

    types: frozenset[EventType] | None = None
    user_id: UUID | None = None
    actor_id: UUID | None = None
    subject_id: UUID | None = None

    def matches(self, event: Event) -> bool:
        """Whether an event passes."""
        return (
            (self.types is None or event.type in self.types)
            and (self.user_id is None or self.user_id == event.user_id)
            and (self.actor_id is None or self.actor_id == event.actor_id)
            and (self.subject_id is None or self.subject_id == event.subject.id)
        )


@dataclass(frozen=True, slots=True)
class Ancestor:
    """An earlier epoch of a log: both have the same entries up to and with the sequence `head`, and differ behind it."""

    epoch: str
    """Its first 8 hexadecimal digits, as cursors have them."""
    head: int


@dataclass(frozen=True, slots=True)
class LogState:
    """The log as a whole: `head` is its newest sequence, `horizon` the newest pruned one.

    `epoch` names one history of it. A database that was restored or promoted has another, and remembers those before,
    oldest first, in `ancestors`.
    """

    epoch: UUID
    head: int
    horizon: int
    ancestors: tuple[Ancestor, ...] = ()

    def shared_head(self, epoch: str) -> int | None:
        """The newest sequence that means the same here as in the log of an epoch; None where nothing is known of it."""
        if epoch == self.epoch.hex[:8]:
            return self.head
        known = [a.epoch for a in self.ancestors]
        if epoch not in known:
            return None
        return min(a.head for a in self.ancestors[known.index(epoch) :])


@dataclass(frozen=True, slots=True)
class Stretch:
    """The oldest part of the log that may go: the entries behind `horizon`, up to and with the sequence `last`."""

    horizon: int
    last: int

    @property
    def count(self) -> int:
        """How many entries it has."""
        return self.last - self.horizon


class EventReader(Protocol):
    """Reads of the log; only events that have their place in the order are seen."""

    async def get_many(self, event_ids: Sequence[UUID]) -> dict[UUID, Event]: ...
    async def after(self, seq: int, limit: int) -> Sequence[Event]:
        """The events that follow a sequence, in order."""
        ...

    async def page(self, window: Window, filter_: EventFilter, log: LogState) -> Page[Event]:
        """Newest first; the cursors are those of the log."""
        ...

    async def pages_for_users(self, user_ids: Sequence[UUID], window: Window, log: LogState) -> dict[UUID, Page[Event]]:
        """The newest events of several users in one statement."""
        ...

    async def counts(self, since: datetime, step: timedelta, at_most: int) -> Sequence[EventCount]:
        """How often each thing happened in each step since then, of the newest `at_most` events."""
        ...

    async def state(self) -> LogState: ...
    async def seq_of(self, ord_: int) -> int | None:
        """The sequence of an event named by its insertion number; None while the relay has not been there."""
        ...

    async def is_written(self, ord_: int) -> bool:
        """Whether there is an event with this insertion number, in its place or not."""
        ...

    async def last_shared(self, events: Sequence[Event]) -> int:
        """The newest sequence under which the log still has the same entry as these; 0 where it has none of them."""
        ...


class EventAppender(Protocol):
    """Appends to the log, in the transaction of the row it tells of."""

    async def append(self, event: NewEvent) -> int:
        """Append after the row was written; returns the insertion number that names the event until it has a sequence."""
        ...

    async def append_many(self, events: Sequence[NewEvent]) -> int:
        """Append in order; returns the insertion number of the last."""
        ...

    async def scrub(self, user_id: UUID) -> None:
        """Take the personal data of an erased user out of every entry, keeping the ids and the facts."""
        ...


class LogTrimmer(Protocol):
    """The log's old end, within one transaction on the primary. What has no place in the order yet is never touched."""

    async def old(self, age: timedelta, limit: int, after: int = 0) -> Stretch | None:
        """The first entries of at least this age, at most `limit` of them, behind the horizon and behind `after`.

        The age is counted from the entry's insertion, by the database's clock. It ends where an entry is younger,
        whatever comes behind that; None where there is nothing to take.
        """
        ...

    async def read(self, stretch: Stretch) -> Sequence[Event]:
        """The entries of a stretch, in order."""
        ...

    async def prune(self, stretch: Stretch) -> bool:
        """Delete a stretch and move the horizon behind it; False where another process has moved it meanwhile.

        Raises Unavailable where somebody holds one of its rows for long: to be tried again.
        """
        ...

    async def renew(self, epoch: UUID, shared_head: int) -> bool:
        """Begin another epoch that has the entries up to `shared_head` in common with `epoch`.

        False where `epoch` is no longer the present one: then somebody else was first.
        """
        ...
