"""The projections of `userEvents`, and of `presence` and `sessionNotices`, which are not replayed from the log."""

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
from schema.live.ports import Message, PresenceUpdate
from schema.live.rows import Rows
from schema.scalars import Cursor


@dataclass(frozen=True, slots=True)
class EventProjection:
    """`userEvents`: every entry that matches the filter and is visible to the viewer, reduced to what they may see."""

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

    def presence_message(self, update: PresenceUpdate) -> Message | None:
        """Nothing: presence is not in the log."""
        return None

    def wants_snapshot(self, cursor: LogCursor) -> bool:
        """Never: there is no snapshot."""
        return False

    def cannot_resume(self, cursor: LogCursor, actor: Actor) -> str | None:
        """Never a reason: each entry is filtered on its own, whatever was read before it."""
        return None

    def snapshot(self, actor: Actor) -> AsyncIterator[Sequence[Message]] | None:
        """None: without a cursor the stream starts now."""
        return None

    def ready(self, seq: int, actor: Actor) -> Message | None:
        """A first position, so that a client that has received nothing yet can resume."""
        return self.heartbeat(seq, actor)

    def heartbeat(self, seq: int, actor: Actor) -> Message | None:
        """The position on a quiet stream."""
        return Heartbeat(cursor=Cursor(sequence_cursor(self.epoch, seq)), at=datetime.now(UTC))

    async def presence_changed(self, user: User, seq: int, actor: Actor) -> Message | None:
        """Nothing: presence is not in the log."""
        return None

    def resync(self, reason: str, seq: int, actor: Actor) -> Message:
        """Read again, then subscribe from here."""
        return ResyncRequired(reason=reason, cursor=Cursor(sequence_cursor(self.epoch, seq)))

    def of_epoch(self, epoch: UUID) -> EventProjection:
        """The same projection with positions of another epoch."""
        return replace(self, epoch=epoch)


@dataclass(frozen=True, slots=True)
class SignalProjection:
    """Base of subscriptions that do not read the log: their messages are sent live and never replayed."""

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

    def presence_message(self, update: PresenceUpdate) -> Message | None:
        """Nothing: it is another subscription's."""
        return None

    def wants_snapshot(self, cursor: LogCursor) -> bool:
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

    async def presence_changed(self, user: User, seq: int, actor: Actor) -> Message | None:
        """Nothing: who is in view does not depend on it."""
        return None

    def resync(self, reason: str, seq: int, actor: Actor) -> Message:
        """Never called: there is no position."""
        raise NotImplementedError

    def of_epoch(self, epoch: UUID) -> SignalProjection:
        """The same object: it has no positions."""
        return self


@dataclass(frozen=True, slots=True)
class PresenceProjection(SignalProjection):
    """`presence`: users who come online or go offline."""

    def presence_message(self, update: PresenceUpdate) -> Message | None:
        """The change itself."""
        return PresenceChange(user_id=strawberry.ID(str(update.user_id)), online=update.online, at=update.at)


@dataclass(frozen=True, slots=True)
class NoticeProjection(SignalProjection):
    """`sessionNotices`: what happened to the viewer's own session; sent by the WebSocket layer."""

    private: bool = True
