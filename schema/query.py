"""The Query root."""

from __future__ import annotations

import strawberry

from domain.errors import ValidationFailed
from domain.models import event as domain_event
from domain.models import session as domain_session
from domain.models import user as domain_user
from domain.pagination import UserSort, Window
from schema.event import Event, EventConnection, EventCounts, EventFilterInput, event_filter_of
from schema.node import Node, given, uuid_of
from schema.session import Session
from schema.stats import DirectoryStats
from schema.user import Info, SortDirection, User, UserConnection, UserFilterInput, UserOrder, filter_of

NODES_MAX = 100


@strawberry.type
class Query:
    """Reads. All but `me` need a session."""

    @strawberry.field(description="Null without a session.")
    async def me(self, info: Info) -> User | None:
        """The viewer."""
        actor = info.context.actor
        if actor is None or actor.user_id is None:
            return None
        found = await info.context.loaders.user_by_id.load(actor.user_id)
        return None if found is None else User(entity=found)

    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        """Whatever has this id, where the viewer may see it."""
        info.context.viewer  # noqa: B018 - raises without a session
        return await _node(info, id)

    @strawberry.field
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        """Whatever has these ids, in their order; at most 100."""
        info.context.viewer  # noqa: B018 - raises without a session
        if len(ids) > NODES_MAX:
            raise ValidationFailed.one("ids", f"At most {NODES_MAX} ids at once", len(ids))
        uuids = [uuid_of(i) for i in ids]
        found = await info.context.loaders.node_by_id.load_many([u for u in uuids if u is not None])
        rest = iter(found)
        return [None if u is None else _shown(info, next(rest)) for u in uuids]

    @strawberry.field
    async def user(self, info: Info, id: strawberry.ID) -> User | None:
        """One user, where the viewer may see them."""
        info.context.viewer  # noqa: B018 - raises without a session
        key = uuid_of(id)
        found = None if key is None else await info.context.loaders.user_by_id.load(key)
        return None if found is None else User(entity=found)

    @strawberry.field(
        description="first and last: 1 to 100. search: prefix and substring over name and e-mail, forgiving of typing "
        "slips. Who may not see e-mails searches and sorts by what they see."
    )
    async def users(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
        search: str | None = strawberry.UNSET,
        filter: UserFilterInput | None = strawberry.UNSET,
        order_by: UserOrder | None = strawberry.UNSET,
    ) -> UserConnection:
        """A page of the directory."""
        context, order = info.context, given(order_by)
        window = Window.of(given(first), given(after), given(last), given(before))
        query = context.services.users.query(
            context.viewer,
            window,
            given(search),
            filter_of(filter),
            order.field if order else UserSort.CREATED_AT,
            descending=order is not None and order.direction is SortDirection.DESC,
        )
        return UserConnection(page=await context.services.users.page(query, context.at_least), query=query)

    @strawberry.field(description="The audit trail, newest first; auditors and admins.")
    async def events(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
        filter: EventFilterInput | None = strawberry.UNSET,
    ) -> EventConnection:
        """A page of the log."""
        window = Window.of(given(first), given(after), given(last), given(before))
        service, context = info.context.services.events, info.context
        return await service.page(  # type: ignore[return-value]
            context.viewer, window, event_filter_of(filter), context.at_least
        )

    @strawberry.field(description="What happened in the last 24 hours, counted; auditors and admins.")
    async def event_counts(self, info: Info) -> EventCounts:
        """See the description."""
        context = info.context
        return EventCounts.of(await context.services.events.recent(context.viewer, context.at_least))

    @strawberry.field
    async def stats(self, info: Info) -> DirectoryStats:
        """Counts of the users the viewer sees."""
        context, services = info.context, info.context.services
        return DirectoryStats.of(await services.users.counts(context.viewer, context.at_least), services.epoch)


async def _node(info: Info, text: str) -> Node | None:
    key = uuid_of(text)
    return None if key is None else _shown(info, await info.context.loaders.node_by_id.load(key))


def _shown(info: Info, found: domain_user.User | domain_session.Session | domain_event.Event | None) -> Node | None:
    if isinstance(found, domain_user.User):
        return User(entity=found)
    if isinstance(found, domain_session.Session):
        return Session(entity=found)
    return None if found is None else Event(entry=found, epoch=info.context.services.epoch)
