"""The Subscription root: each field returns a projection, which the live layer serves and shares."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import strawberry

from schema.context import Info
from schema.event import EventFilterInput, event_filter_of
from schema.feeds.events import EventProjection, NoticeProjection, PresenceProjection
from schema.feeds.messages import EventMessage, FeedMessage, PresenceChange, SessionNotice
from schema.feeds.users import FeedProjection
from schema.live.stream import LiveStream
from schema.node import given
from schema.scalars import Cursor
from schema.user import UserFilterInput, filter_of


@strawberry.type
class Subscription:
    """Live queries over the log, which can be resumed from a cursor."""

    @strawberry.subscription
    async def user_events(
        self, info: Info, after: Cursor | None = strawberry.UNSET, filter: EventFilterInput | None = strawberry.UNSET
    ) -> AsyncGenerator[EventMessage, None]:
        """Every event after the position, then each new one, in the log's order, exactly once.

        Without `after`, it starts now. Auditors and admins see all events, members those about visible users.
        """
        context = info.context
        context.viewer  # noqa: B018 - raises without a session
        projection = EventProjection(context.services.epoch, event_filter_of(filter), given(after))
        return LiveStream(projection)  # type: ignore[return-value]

    @strawberry.subscription
    async def user_feed(
        self,
        info: Info,
        search: str | None = strawberry.UNSET,
        filter: UserFilterInput | None = strawberry.UNSET,
        after: Cursor | None = strawberry.UNSET,
    ) -> AsyncGenerator[FeedMessage, None]:
        """The users that match, then FeedReady, then every change of that set."""
        services, wanted = info.context.services, filter_of(filter)
        viewer = info.context.viewer
        services.users.query(viewer, search=given(search), filter_=wanted)
        own = wanted.is_private and not viewer.sees_all
        projection = FeedProjection(services.users, services.epoch, given(search), wanted, given(after), own)
        return LiveStream(projection)  # type: ignore[return-value]

    @strawberry.subscription
    async def presence(self, info: Info) -> AsyncGenerator[PresenceChange, None]:
        """Users who come online or go offline, on any client."""
        info.context.viewer  # noqa: B018 - raises without a session
        return LiveStream(PresenceProjection())  # type: ignore[return-value]

    @strawberry.subscription
    async def session_notices(self, info: Info) -> AsyncGenerator[SessionNotice, None]:
        """What happens to the viewer's own session."""
        info.context.viewer  # noqa: B018 - raises without a session
        return LiveStream(NoticeProjection())  # type: ignore[return-value]
