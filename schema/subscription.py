"""The Subscription root: each field gives a projection, which the live layer serves and shares."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import strawberry

from domain import policies
from domain.cursors import sequence_cursor
from domain.models.actor import Actor
from domain.models.event import Event as LogEvent
from domain.models.user import User
from domain.pagination import EventFilter
from schema.event import Event, EventFilterInput, event_filter_of
from schema.feed import FeedProjection
from schema.groups import Message
from schema.live import LiveStream
from schema.live_types import EventMessage, FeedMessage, Heartbeat, PresenceChange, ResyncRequired, SessionNotice
from schema.node import given
from schema.scalars import Cursor
from schema.user import Info, UserFilterInput, filter_of


@dataclass(frozen=True, slots=True)
class EventProjection:
    """`userEvents`: every entry that passes the filter and that the viewer may see, as they may see it."""

    epoch: UUID
    filter: EventFilter
    start: str | None
    private: bool = False

    @property
    def key(self) -> Hashable:
        """The arguments without the position."""
        return self.filter

    async def project(self, event: LogEvent, actor: Actor, users: Mapping[UUID, User]) -> Sequence[Message]:
        """The entry, or nothing."""
        if not self.filter.matches(event.type, event.user_id, event.actor_id):
            return ()
        seen = Event.seen(event, actor, self.epoch)
        return () if seen is None else (seen,)

    def snapshot(self, actor: Actor) -> AsyncIterator[Sequence[Message]] | None:
        """Nothing: without a cursor the stream begins now."""
        return None

    def ready(self, seq: int, actor: Actor) -> Message | None:
        """A first position, so that a client that saw nothing yet can resume."""
        return self.heartbeat(seq, actor)

    def heartbeat(self, seq: int, actor: Actor) -> Message | None:
        """The position on a quiet stream."""
        return Heartbeat(cursor=Cursor(sequence_cursor(self.epoch, seq)), at=datetime.now(UTC))

    def resync(self, reason: str, seq: int) -> Message:
        """Read again, then subscribe from here."""
        return ResyncRequired(reason=reason, cursor=Cursor(sequence_cursor(self.epoch, seq)))


@dataclass(frozen=True, slots=True)
class SignalProjection:
    """Base of subscriptions that are not of the log: their messages are told, nothing is replayed."""

    private: bool = False
    start: str | None = None

    @property
    def key(self) -> Hashable:
        """There are no arguments."""
        return type(self).__name__

    async def project(self, event: LogEvent, actor: Actor, users: Mapping[UUID, User]) -> Sequence[Message]:
        """Nothing: the log is not the source."""
        return ()

    def snapshot(self, actor: Actor) -> AsyncIterator[Sequence[Message]] | None:
        """Nothing."""
        return None

    def ready(self, seq: int, actor: Actor) -> Message | None:
        """Nothing."""
        return None

    heartbeat = ready

    def resync(self, reason: str, seq: int) -> Message:
        """There is no position to lose."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class PresenceProjection(SignalProjection):
    """`presence`: users coming and going."""


@dataclass(frozen=True, slots=True)
class NoticeProjection(SignalProjection):
    """`sessionNotices`: what became of the viewer's own session, told by the socket's edge."""

    private: bool = True


@strawberry.type
class Subscription:
    """Live queries over the log. Each takes up where a cursor left off."""

    @strawberry.subscription(
        description="Every event after the position, then each new one, in the log's order, once each.\n"
        "Without `after`: from now on. Auditors and admins see all; a member, what happens to visible users."
    )
    async def user_events(
        self, info: Info, after: Cursor | None = strawberry.UNSET, filter: EventFilterInput | None = strawberry.UNSET
    ) -> AsyncGenerator[EventMessage, None]:
        """See the description."""
        context = info.context
        context.viewer  # noqa: B018 - raises without a session
        projection = EventProjection(context.services.epoch, event_filter_of(filter), given(after))
        return LiveStream(projection)  # type: ignore[return-value]

    @strawberry.subscription(description="The users that match, then FeedReady, then how that set changes.")
    async def user_feed(
        self,
        info: Info,
        search: str | None = strawberry.UNSET,
        filter: UserFilterInput | None = strawberry.UNSET,
        after: Cursor | None = strawberry.UNSET,
    ) -> AsyncGenerator[FeedMessage, None]:
        """See the description."""
        services, wanted = info.context.services, filter_of(filter)
        services.users.query(info.context.viewer, search=given(search), filter_=wanted)
        projection = FeedProjection(services.users, services.epoch, given(search), wanted, given(after))
        return LiveStream(projection)  # type: ignore[return-value]

    @strawberry.subscription
    async def presence(self, info: Info) -> AsyncGenerator[PresenceChange, None]:
        """Users coming and going, on any client."""
        info.context.viewer  # noqa: B018 - raises without a session
        return LiveStream(PresenceProjection())  # type: ignore[return-value]

    @strawberry.subscription
    async def session_notices(self, info: Info) -> AsyncGenerator[SessionNotice, None]:
        """What becomes of the viewer's own session."""
        info.context.viewer  # noqa: B018 - raises without a session
        return LiveStream(NoticeProjection())  # type: ignore[return-value]
