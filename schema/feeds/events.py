"""What subscriptions make of the log: the events themselves, and the two that are told, not replayed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import strawberry

from domain import policies
from domain.cursors import LogCursor, sequence_cursor
from domain.models.actor import Actor
from domain.models.event import Event as LogEvent
from domain.models.log import EventFilter
from domain.models.user import User
from schema.event import Event
from schema.feeds.messages import Heartbeat, PresenceChange, ResyncRequired
from schema.live.ports import Message, Move
from schema.live.rows import Rows
from schema.scalars import Cursor


@dataclass(frozen=True, slots=True)
class EventProjection:
    """`userEvents`: every entry that passes the filter and that the viewer may see, as they may see it."""

    epoch: UUID
    filter: EventFilter
    start: str | None
    private: bool = False
    follows_presence: bool = False
    is_quick: bool = True

    @property
    def key(self) -> Hashable:
        """The arguments without the position."""
        return self.filter

    async def prefetch(self, events: Sequence[LogEvent], actor: Actor, rows: Rows) -> None:
        """Nothing is needed."""

    async def project(self, event: LogEvent, actor: Actor, rows: Rows) -> Sequence[Message]:
        """The entry, or nothing."""
        wanted = self.filter
        if not wanted.matches(event):
            return ()
        if wanted.actor_id is not None and not policies.can_see_by_actor(actor, rows.get(wanted.actor_id)):
            return ()
        seen = Event.seen(event, actor, self.epoch, rows.concerned(event))
        return () if seen is None else (seen,)

    def moved(self, move: Move) -> Message | None:
        """Nothing: presence is not in the log."""
        return None

    def begins_anew(self, cursor: LogCursor) -> bool:
        """Never: there is no snapshot."""
        return False

    def cannot_resume(self, cursor: LogCursor, actor: Actor) -> str | None:
        """Nothing: each entry is judged by itself, whatever was read before it."""
        return None

    def snapshot(self, actor: Actor) -> AsyncIterator[Sequence[Message]] | None:
        """Nothing: without a cursor the stream begins now."""
        return None

    def ready(self, seq: int, actor: Actor) -> Message | None:
        """A first position, so that a client that saw nothing yet can resume."""
        return self.heartbeat(seq, actor)

    def heartbeat(self, seq: int, actor: Actor) -> Message | None:
        """The position on a quiet stream."""
        return Heartbeat(cursor=Cursor(sequence_cursor(self.epoch, seq)), at=datetime.now(UTC))

    async def came_or_went(self, user: User, seq: int, actor: Actor) -> Message | None:
        """Nothing: presence is not in the log."""
        return None

    def resync(self, reason: str, seq: int, actor: Actor) -> Message:
        """Read again, then subscribe from here."""
        return ResyncRequired(reason=reason, cursor=Cursor(sequence_cursor(self.epoch, seq)))

    def of_epoch(self, epoch: UUID) -> EventProjection:
        """The same, with the positions of another epoch."""
        return replace(self, epoch=epoch)


@dataclass(frozen=True, slots=True)
class SignalProjection:
    """Base of subscriptions that are not of the log: their messages are told, nothing is replayed."""

    private: bool = False
    start: str | None = None
    follows_presence: bool = False
    is_quick: bool = True

    @property
    def key(self) -> Hashable:
        """There are no arguments."""
        return type(self).__name__

    async def prefetch(self, events: Sequence[LogEvent], actor: Actor, rows: Rows) -> None:
        """Nothing is needed."""

    async def project(self, event: LogEvent, actor: Actor, rows: Rows) -> Sequence[Message]:
        """Nothing: the log is not the source."""
        return ()

    def moved(self, move: Move) -> Message | None:
        """Nothing: it is another subscription's."""
        return None

    def begins_anew(self, cursor: LogCursor) -> bool:
        """There is no position."""
        return False

    def cannot_resume(self, cursor: LogCursor, actor: Actor) -> str | None:
        """There is no position."""
        return None

    def snapshot(self, actor: Actor) -> AsyncIterator[Sequence[Message]] | None:
        """Nothing."""
        return None

    def ready(self, seq: int, actor: Actor) -> Message | None:
        """Nothing."""
        return None

    heartbeat = ready

    async def came_or_went(self, user: User, seq: int, actor: Actor) -> Message | None:
        """Nothing: who is in view does not depend on it."""
        return None

    def resync(self, reason: str, seq: int, actor: Actor) -> Message:
        """There is no position to lose."""
        raise NotImplementedError

    def of_epoch(self, epoch: UUID) -> SignalProjection:
        """Itself: it has no positions."""
        return self


@dataclass(frozen=True, slots=True)
class PresenceProjection(SignalProjection):
    """`presence`: users coming and going."""

    def moved(self, move: Move) -> Message | None:
        """The change itself."""
        return PresenceChange(user_id=strawberry.ID(str(move.user_id)), online=move.online, at=move.at)


@dataclass(frozen=True, slots=True)
class NoticeProjection(SignalProjection):
    """`sessionNotices`: what became of the viewer's own session, told by the socket's edge."""

    private: bool = True
