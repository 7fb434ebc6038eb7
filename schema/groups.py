"""Live subscriptions: one execution and one serialization an event for everybody who asked the same with the same rights.

A *group* is all sinks with the same document, operation, variables and scope. The pump takes each stretch of the log
from the hub, lets every group render it once, and hands the finished bytes to the group's sinks; whatever waits leaves
together. The shared rendering is done by a stand-in actor that has the role of the scope and nobody's id, so that
nobody can see through another's eyes. The two people for whom an entry may look different, the one it happened to and
the one who did it, get a rendering of their own (`Group.exceptions`).

Joining without a gap: a newcomer replays from its cursor until it has reached the group's cursor, and is added in the
same step of the event loop. The group moves its cursor before it writes, so a newcomer either is in the list that is
written to or has replayed what is being written.

No task and no generator lives as long as a subscriber does: after its replay a subscriber is two dictionary entries.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

import orjson
from graphql import ExecutionResult, GraphQLError
from graphql.execution import Executor, execute_subscription_event

from domain.cursors import LogCursor
from domain.errors import Unavailable
from domain.models.actor import Actor
from domain.models.event import Event
from domain.models.user import Role, User
from schema.compiled import CompiledMessage, compile_message

YIELD_SINKS = 500
"""Writes between two looks of the event loop at everybody else."""
CACHE = 1024
"""Rendered entries a group keeps for those who replay."""

K = TypeVar("K", bound=Hashable)

Message = object
Payloads = Sequence[bytes]


class Sink(Protocol):
    """Where a subscription's payloads go. Sinks of equal `shape` share encoded bytes."""

    @property
    def shape(self) -> Hashable: ...
    @property
    def write(self) -> Callable[[Any, int], None]:
        """Takes encoded messages and how many they are, without waiting; a sink that has no room ends itself."""
        ...

    def encode(self, payloads: Payloads) -> Any:
        """The bytes for every sink of this shape."""
        ...

    async def send(self, payloads: Payloads) -> None:
        """Take the messages, waiting for room. Raises ConnectionError when the sink has ended."""
        ...

    def complete(self) -> None:
        """There will be nothing more."""
        ...

    def fail(self, errors: Sequence[Mapping[str, Any]]) -> None:
        """The operation ended with these errors."""
        ...


class Projection(Protocol):
    """What one subscription field makes of the log, for one set of arguments."""

    @property
    def key(self) -> Hashable:
        """The arguments in canonical form, without the position to start from."""
        ...

    @property
    def private(self) -> bool:
        """Whether the messages are one viewer's own, to be shared with nobody."""
        ...

    @property
    def start(self) -> str | None:
        """The cursor to resume from, as the client gave it."""
        ...

    async def project(self, event: Event, actor: Actor, users: Mapping[UUID, User]) -> Sequence[Message]:
        """What an actor gets to see of an entry; `users` has its subject and its actor as they are now."""
        ...

    def begins_anew(self, cursor: LogCursor) -> bool:
        """Whether a cursor asks for a snapshot, as no cursor does."""
        ...

    def cannot_resume(self, cursor: LogCursor, actor: Actor) -> str | None:
        """Why this actor cannot go on from a cursor although the log has its position; None if they can."""
        ...

    def snapshot(self, actor: Actor) -> AsyncIterator[Sequence[Message]] | None:
        """What to send before anything of the log where no cursor was given; None for nothing."""
        ...

    def ready(self, seq: int, actor: Actor) -> Message | None:
        """Told once a subscriber is live at this position; None for nothing."""
        ...

    def heartbeat(self, seq: int, actor: Actor) -> Message | None:
        """Told on quiet streams; None for nothing."""
        ...

    def resync(self, reason: str, seq: int, actor: Actor) -> Message:
        """Told instead of anything else where the position asked for cannot be served."""
        ...

    def of_epoch(self, epoch: UUID) -> Projection:
        """The same, with the positions of another epoch."""
        ...


class Renderer(Protocol):
    """What executing a document for one message needs of the process."""

    def context(self, actor: Actor, users: Mapping[UUID, User] | None) -> object:
        """A fresh context, whose loaders know these users already."""
        ...

    def format_error(self, error: GraphQLError) -> Mapping[str, Any]:
        """The error as a client may see it."""
        ...

    def drop_if_idle(self, group: Group) -> None:
        """Forget a group that nobody needs."""
        ...


@dataclass(slots=True, eq=False)
class Subscriber:
    """One operation of one connection. `close` may be called at any time, more than once."""

    sink: Sink
    actor: Actor
    seq: int = 0
    group: Group | None = None
    closed: bool = False

    def close(self) -> None:
        """Leave; nothing is sent afterwards."""
        self.closed = True
        if self.group is not None:
            self.group.leave(self)
            self.group = None


@dataclass(slots=True, eq=False)
class Group:
    """All subscribers of one key: see the module's docstring."""

    renderer: Renderer
    key: Hashable
    executor: Executor[Any]
    projection: Projection
    actor: Actor
    cursor: int
    settled: dict[Hashable, dict[Subscriber, None]] = field(default_factory=dict)
    """By shape, in the order of their coming: their memory then lies in the order in which it is walked."""
    fresh: set[Subscriber] = field(default_factory=set)
    viewers: dict[UUID, set[Subscriber]] = field(default_factory=dict)
    rendered: OrderedDict[int, tuple[bytes, ...]] = field(default_factory=OrderedDict)
    replaying: int = 0
    told_at: float = 0.0
    lost: bool = False
    """Whether what it was told of has no place in the log any more: nobody may join it, and its members are sent away."""
    compiled: CompiledMessage | None = field(init=False)

    def __post_init__(self) -> None:
        self.compiled = compile_message(self.executor)

    def join(self, subscriber: Subscriber) -> bool:
        """Take a subscriber in, if it has seen everything this group has sent."""
        if subscriber.seq < self.cursor:
            return False
        subscriber.group = self
        self.fresh.add(subscriber)
        if subscriber.actor.user_id is not None and self.actor.role is not Role.ADMIN:
            self.viewers.setdefault(subscriber.actor.user_id, set()).add(subscriber)
        if subscriber.seq == self.cursor:
            self._settle(subscriber)
        return True

    def _settle(self, subscriber: Subscriber) -> None:
        self.fresh.discard(subscriber)
        self.settled.setdefault(subscriber.sink.shape, {})[subscriber] = None

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a subscriber; a group that nobody needs any more is dropped."""
        self.fresh.discard(subscriber)
        members = self.settled.get(subscriber.sink.shape, {})
        members.pop(subscriber, None)
        if not members:
            self.settled.pop(subscriber.sink.shape, None)
        if subscriber.actor.user_id is not None:
            _discard(self.viewers, subscriber.actor.user_id, subscriber)
        self.renderer.drop_if_idle(self)

    def move(self, cursor: int) -> None:
        """Begin again from the head of another history; for what is not of the log, to which nothing is lost."""
        self.cursor = cursor
        self.rendered.clear()
        for subscriber in list(self.fresh):
            subscriber.seq = cursor
            self._settle(subscriber)

    @property
    def members(self) -> list[Subscriber]:
        """Everybody who listens, as of now."""
        return [*self.fresh, *(s for members in self.settled.values() for s in members)]

    @property
    def idle(self) -> bool:
        """Whether nobody listens or is about to."""
        return not (self.settled or self.fresh or self.replaying)

    def exceptions(self, event: Event) -> set[Subscriber]:
        """Those for whom the entry may look different from what the group's stand-in sees."""
        if not self.viewers:
            return set()
        found = set(self.viewers.get(event.user_id, ()))
        if event.actor_id is not None:
            found |= self.viewers.get(event.actor_id, set())
        return found

    async def shared(self, event: Event, users: Mapping[UUID, User]) -> tuple[bytes, ...]:
        """The entry as the scope sees it, rendered at most once."""
        known = self.rendered.get(event.seq)
        if known is None:
            known = await self.render(event, self.actor, users)
            self.rendered[event.seq] = known
            if len(self.rendered) > CACHE:
                self.rendered.popitem(last=False)
        return known

    async def render(self, event: Event, actor: Actor, users: Mapping[UUID, User]) -> tuple[bytes, ...]:
        """The entry as one actor sees it: no payload, one, or several."""
        messages = await self.projection.project(event, actor, users)
        return tuple([await self.payload(m, actor, users) for m in messages])

    async def payload(self, message: Message, actor: Actor, users: Mapping[UUID, User] | None = None) -> bytes:
        """Answer the document for one message, with loaders of its own, and serialize the result.

        Raises Unavailable where a field could not be read: a message without its data would count as told.
        """
        context = self.renderer.context(actor, users)
        if self.compiled is not None and (data := self.compiled(message, context)) is not None:
            return orjson.dumps({"data": data})
        executor = self.executor.build_per_event_executor(message)
        executor.context_value = context
        outcome = execute_subscription_event(executor)
        result = outcome if isinstance(outcome, ExecutionResult) else await outcome
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            if any(is_away(e) for e in result.errors):
                raise Unavailable
            body["errors"] = [self.renderer.format_error(e) for e in result.errors]
        return orjson.dumps(body)

    async def advance(self, events: Sequence[Event], users: Mapping[UUID, User]) -> None:
        """Render a stretch and write it to everybody, in order."""
        stretch = [(e, await self.shared(e, users)) for e in events]
        special = await self._special(stretch, users)
        cursor, self.cursor = self.cursor, events[-1].seq
        shared = [p for e, payloads in stretch if e.seq > cursor for p in payloads]
        for subscriber in list(self.fresh):
            own = special.pop(subscriber, None) or stretch
            write(subscriber, [p for e, payloads in own if e.seq > subscriber.seq for p in payloads])
            if subscriber.seq <= self.cursor:
                self._settle(subscriber)
                special[subscriber] = []
        for subscriber, own in special.items():
            write(subscriber, [p for _, payloads in own for p in payloads])
        if shared:
            await self.fan_out(shared, special)

    async def _special(
        self, stretch: Sequence[tuple[Event, tuple[bytes, ...]]], users: Mapping[UUID, User]
    ) -> dict[Subscriber, list[tuple[Event, tuple[bytes, ...]]]]:
        """For each subscriber to whom any of the entries looks different: the whole stretch as they see it."""
        special: dict[Subscriber, list[tuple[Event, tuple[bytes, ...]]]] = {}
        while odd := {s for e, _ in stretch for s in self.exceptions(e)} - special.keys():
            for s in odd:  # somebody may join while these are rendered, hence the loop
                special[s] = [
                    (e, await self.render(e, s.actor, users) if s in self.exceptions(e) else p) for e, p in stretch
                ]
        return special

    async def fan_out(self, payloads: Payloads, without: Iterable[Subscriber] = ()) -> None:
        """Write finished payloads to the settled subscribers, encoding them once a shape."""
        skip = set(without)
        self.told_at = asyncio.get_running_loop().time()
        written = 0
        for members in list(self.settled.values()):
            snapshot = list(members)
            if not snapshot:
                continue
            encoded = snapshot[0].sink.encode(payloads)
            for subscriber in snapshot:
                if subscriber.closed or subscriber in skip:
                    continue
                subscriber.sink.write(encoded, len(payloads))
                written += 1
                if written % YIELD_SINKS == 0:
                    await asyncio.sleep(0)


def is_away(error: BaseException | None) -> bool:
    """Whether Unavailable is behind an error."""
    while isinstance(error, GraphQLError):
        error = error.original_error
    return isinstance(error, Unavailable)


def _discard(index: dict[K, set[Subscriber]], key: K, subscriber: Subscriber) -> None:
    members = index.get(key)
    if members is not None:
        members.discard(subscriber)
        if not members:
            del index[key]


def write(subscriber: Subscriber, payloads: Payloads) -> None:
    """Write to one subscriber."""
    if payloads and not subscriber.closed:
        subscriber.sink.write(subscriber.sink.encode(payloads), len(payloads))
