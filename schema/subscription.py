"""The Subscription root: each field gives a projection, which the live layer serves and shares."""

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
    """Live queries over the log. Each takes up where a cursor left off."""

    @strawberry.subscription
    async def user_events(
        self, info: Info, after: Cursor | None = strawberry.UNSET, filter: EventFilterInput | None = strawberry.UNSET
    ) -> AsyncGenerator[EventMessage, None]:
        """Every event after the position, then each new one, in the log's order, once each.

        Without `after`: from now on. Auditors and admins see all; a member, what happens to visible users.
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
        """The users that match, then FeedReady, then how that set changes."""
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
