"""Log entries in the schema."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

import strawberry

from domain import policies
from domain.cursors import sequence_cursor
from domain.errors import ValidationFailed
from domain.models import event as domain
from domain.models.actor import Actor
from domain.models.event_types import SubjectKind
from domain.models.log import EventFilter
from domain.models.user import User as Entity
from domain.pagination import PAGE_DEFAULT, Window
from domain.services.event import COUNTED_DAYS, PERIODS_MAX, Recent
from schema.connection import Connection, window_of
from schema.context import Info
from schema.loaders import PageKey
from schema.marks import LOADED_ROW_COST, SHORT_LIST, price
from schema.node import EventType, Node, as_node, camel, given, shows
from schema.scalars import JSON, Cursor, uuid_of
from schema.user import User


@strawberry.type
class FieldChange:
    """One field before and after."""

    field: str
    before: JSON | None
    after: JSON | None


def changes_as_seen(event: domain.Event) -> list[FieldChange]:
    """The changes of an entry that is already reduced to what its viewer may see."""
    return [
        FieldChange(field=camel(c.field), before=_written(c.field, c.before), after=_written(c.field, c.after))
        for c in event.changes
    ]


def _written(field: str, value: Any) -> Any:
    """A value as the schema writes it: enum values in upper case."""
    return value.upper() if field in ("role", "status", "reason") and isinstance(value, str) else value


@strawberry.type(
    description="One entry of the ordered log. "
    "The audit trail, the subscriptions and the webhooks are all read from it."
)
class Event(Node):
    """An entry reduced to what its viewer may see, by `seen` or by the service that returned it."""

    entity: strawberry.Private[domain.Event]
    epoch: strawberry.Private[UUID]

    @classmethod
    def seen(cls, entry: domain.Event, actor: Actor, epoch: UUID, user: Entity | None) -> Event | None:
        """The entry as an actor sees it, or None if they may not see it; `user` as in `can_see_event`."""
        if not policies.can_see_event(actor, entry, user):
            return None
        return cls(entity=policies.event_as_seen(actor, entry, user), epoch=epoch)

    @strawberry.field
    def cursor(self) -> Cursor:
        """Its position in the log."""
        return Cursor(sequence_cursor(self.epoch, self.entity.seq))

    @strawberry.field
    def type(self) -> EventType:
        """What happened."""
        return self.entity.type

    @strawberry.field
    def occurred_at(self) -> datetime:
        """When it happened."""
        return self.entity.occurred_at

    @strawberry.field
    def actor(self, info: Info) -> User | None:
        """The user who caused it; null for the system itself."""
        return None if self.entity.actor_id is None else _person(info, self.entity.actor_id)

    @strawberry.field
    def actor_id(self, info: Info) -> strawberry.ID | None:
        """The id of the user who caused it, erased or not; null for the system itself, and for members."""
        actor_id = self.entity.actor_id
        return strawberry.ID(str(actor_id)) if actor_id is not None and info.context.viewer.sees_all else None

    @strawberry.field(metadata=price(LOADED_ROW_COST))
    def subject(self, info: Info) -> Node | None:
        """What it happened to: a user, a session, an API key, ...; null if that no longer exists or the viewer may not see it."""
        kind, id_ = self.entity.subject  # users were read beforehand, as for `_person`
        return _person(info, id_) if kind is SubjectKind.USER else _subject(info, id_)  # type: ignore[return-value]

    @strawberry.field
    def subject_id(self) -> strawberry.ID:
        """The id of what it happened to; it remains even if that no longer exists."""
        return strawberry.ID(str(self.entity.subject.id))

    @strawberry.field
    def user(self, info: Info) -> User | None:
        """The user concerned, as they are now: the subject or its owner; null if erased or hidden, or if no user is concerned."""
        return None if self.entity.user_id is None else _person(info, self.entity.user_id)

    @strawberry.field
    def user_id(self) -> strawberry.ID | None:
        """The id of the user concerned; null if no user is concerned."""
        return None if self.entity.user_id is None else strawberry.ID(str(self.entity.user_id))

    @strawberry.field(metadata=price(items=SHORT_LIST))
    def changes(self) -> list[FieldChange]:
        """What changed: each field with its value before and after, never a secret."""
        return changes_as_seen(self.entity)

    @strawberry.field
    def request_id(self) -> str | None:
        """The id of the request that caused it."""
        return self.entity.request_id

    @strawberry.field
    def ip_address(self) -> str | None:
        """The IP address from which that request came."""
        return self.entity.ip_address


@shows(domain.Event)
def _node(info: Info, entry: domain.Event) -> Event:
    """The services have already reduced the entry to what its viewer may see."""
    return Event(entity=entry, epoch=info.context.services.epoch)


def _person(info: Info, user_id: UUID) -> User | None:
    """A user as the viewer sees them, or an awaitable of that.

    Users that were prefetched, as for every live event, are returned directly: awaiting would cost 50 % more.
    """
    known = info.context.loaders.known
    return _shown(info, known[user_id]) if user_id in known else _load(info, user_id)  # type: ignore[return-value]


async def _load(info: Info, user_id: UUID) -> User | None:
    return _shown(info, await info.context.loaders.user_by_id.load(user_id))


async def _subject(info: Info, id_: UUID) -> Node | None:
    found = await info.context.loaders.node_by_id.load(id_)
    return None if found is None else cast("Node", as_node(info, found))


def _shown(info: Info, found: Entity | None) -> User | None:
    return User(entity=found) if found is not None and policies.can_see(info.context.viewer, found) else None


@strawberry.type
class EventCount:
    """How many events of a type there were in the period that begins at `at`."""

    type: EventType
    at: datetime
    count: int


@strawberry.type
class EventCounts:
    """How many events of each type there were, period by period; zero counts are omitted."""

    since: datetime
    complete: bool = strawberry.field(
        description="False if there were too many events to count; then only the newest were counted."
    )
    counts: list[EventCount] = strawberry.field(metadata=price(items=500))

    @classmethod
    def of(cls, recent: Recent) -> EventCounts:
        """Build it from the domain's counts."""
        counts = [EventCount(type=c.type, at=c.at, count=c.count) for c in recent.counts if c.type.is_known]
        return cls(since=recent.since, complete=recent.complete, counts=counts)


@strawberry.input(name="EventFilter")
class EventFilterInput:
    """Which entries are included; omitted fields do not filter."""

    types: list[EventType] | None = strawberry.UNSET
    user_id: strawberry.ID | None = strawberry.UNSET
    actor_id: strawberry.ID | None = strawberry.UNSET
    subject_id: strawberry.ID | None = strawberry.UNSET
    occurred_after: datetime | None = strawberry.UNSET
    occurred_before: datetime | None = strawberry.UNSET


def event_filter_of(input_: EventFilterInput | None) -> EventFilter:
    """The domain's filter. Raises ValidationFailed for an id that is not a UUID."""
    input_ = given(input_)
    if input_ is None:
        return EventFilter()
    types = given(input_.types)
    return EventFilter(
        types=None if types is None else frozenset(types),
        user_id=_id(input_.user_id, "user_id"),
        actor_id=_id(input_.actor_id, "actor_id"),
        subject_id=_id(input_.subject_id, "subject_id"),
        since=given(input_.occurred_after),
        until=given(input_.occurred_before),
    )


def _id(text: str | None, field: str) -> UUID | None:
    value = given(text)
    if value is None:
        return None
    found = uuid_of(value)
    if found is None:
        raise ValidationFailed.one(field, "This is not a valid id", value)
    return found


async def events_of_user(
    root: strawberry.Parent[User],
    info: Info,
    first: int | None = PAGE_DEFAULT,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Connection[Event]:
    """What happened to this user. Auditors and admins see it for everyone, members only for themselves."""
    info.context.viewer  # noqa: B018 - raises before a required enrolment
    key = PageKey(root.entity.id, window_of(first, after, last, before))
    return Connection(page=await info.context.loaders.pages_by_user(info.context.services.events.of_users).load(key))


STARTS = (
    f"When each period begins, oldest first, at quarters of an hour of the last {COUNTED_DAYS} days; "
    f"the last of at most {PERIODS_MAX} ends now. Without it, the hours of the last 24."
)


@strawberry.type
class EventQueries:
    """Reads of the log."""

    @strawberry.field(description="The audit trail, newest first; for auditors and admins only.")
    async def events(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
        filter: EventFilterInput | None = strawberry.UNSET,
    ) -> Connection[Event]:
        """A page of the log."""
        window = Window.of(given(first), given(after), given(last), given(before))
        service, context = info.context.services.events, info.context
        page = await service.page(context.viewer, window, event_filter_of(filter), context.at_least)
        return Connection(page=page)

    @strawberry.field
    async def event_counts(
        self,
        info: Info,
        starts: Annotated[list[datetime] | None, strawberry.argument(description=STARTS)] = strawberry.UNSET,
    ) -> EventCounts:
        """Event counts of the last 24 hours, or of the given periods; for auditors and admins only."""
        context, service, periods = info.context, info.context.services.events, given(starts)
        if periods is None:
            return EventCounts.of(await service.recent(context.viewer, context.at_least))
        return EventCounts.of(await service.counts(context.viewer, periods, context.at_least))
