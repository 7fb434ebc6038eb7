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
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import orjson
from graphql import ExecutionResult, GraphQLError
from graphql.execution import Executor, execute_subscription_event

from domain.errors import Unavailable
from domain.models.actor import Actor, Role
from domain.models.event import Event
from domain.models.user import User
from schema.execution.compiled import CompiledMessage, compile_message
from schema.live.lane import QUICK_SECONDS, Account, Stopwatch
from schema.live.ports import Message, Payloads, Projection, Renderer, Sink
from schema.live.rows import Rows

YIELD_SINKS = 500
"""Writes between two looks of the event loop at everybody else."""
CACHE = 1024
"""Rendered entries a group keeps for those who replay."""

K = TypeVar("K", bound=Hashable)


@dataclass(slots=True, eq=False)
class Subscriber:
    """One operation of one connection. `close` may be called at any time, more than once."""

    sink: Sink
    actor: Actor
    seq: int = 0
    moves: int = 0
    """As `seq`, for comings and goings, which are not in the log."""
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
    rendered: OrderedDict[int, tuple[Hashable, tuple[bytes, ...]]] = field(default_factory=OrderedDict)
    """Finished entries by sequence, each with all that it was made of (`_made_of`)."""
    replaying: int = 0
    told_at: float = 0.0
    lost: bool = False
    """Whether what it was told of has no place in the log any more: nobody may join it, and its members are sent away."""
    compiled: CompiledMessage | None = field(init=False)
    account: Account = field(default_factory=Account)
    watch: Stopwatch = field(default_factory=Stopwatch)
    is_apart: bool = field(init=False)
    """Whether it is rendered in the slow lane."""

    def __post_init__(self) -> None:
        self.compiled = compile_message(self.executor)
        self.is_apart = not self._is_compiled

    @property
    def _is_compiled(self) -> bool:
        return self.compiled is not None and self.compiled.is_whole and self.projection.is_quick

    def choose_lane(self) -> None:
        """Go to the slow lane once entries take long, and come back once they do not and nothing waits there."""
        each = self.account.each or 0.0
        if not self.is_apart:
            self.is_apart = each > QUICK_SECONDS
        elif self._is_compiled and self.account.is_idle and each < QUICK_SECONDS / 2:
            self.is_apart = False

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
        found: set[Subscriber] = set()
        for user_id in (event.user_id, event.actor_id):
            if user_id is not None:
                found |= self.viewers.get(user_id, set())
        return found

    async def shared(self, event: Event, rows: Rows) -> tuple[bytes, ...]:
        """The entry as the scope sees it, rendered again only where something that it shows has changed since."""
        made_of = self._made_of(event, rows)
        known = self.rendered.get(event.seq)
        if known is not None and known[0] == made_of:
            return known[1]
        payloads: list[bytes] = []
        kept = True
        for message in await self.projection.project(event, self.actor, rows):
            quick = self._quick(message, self.actor, rows)
            kept = kept and quick is not None
            payloads.append(quick if quick is not None else await self.payload(message, self.actor, rows))
        if known is not None:
            del self.rendered[event.seq]
        if kept:  # what the executor answered may have read more than is compared here
            self.rendered[event.seq] = made_of, tuple(map(_exact, payloads))
            if len(self.rendered) > CACHE:
                self.rendered.popitem(last=False)
        return tuple(payloads)

    def _made_of(self, event: Event, rows: Rows) -> tuple[object, ...]:
        """All that a compiled rendering reads: the entry, its two people as they are now, and whether they are online."""
        online = self.renderer.online
        acting_user = event.actor_id
        who = None if acting_user is None else rows.get(acting_user)
        return event, rows.concerned(event), who, event.user_id in online, acting_user in online

    async def render(self, event: Event, actor: Actor, rows: Rows) -> tuple[bytes, ...]:
        """The entry as one actor sees it: no payload, one, or several."""
        messages = await self.projection.project(event, actor, rows)
        return tuple([await self.payload(m, actor, rows) for m in messages])

    def _quick(self, message: Message, actor: Actor, users: Mapping[UUID, User | None] | None) -> bytes | None:
        """The answer by the compiled selection; None where it has to be executed."""
        data = None if self.compiled is None else self.compiled(message, self.renderer.context(actor, users))
        return None if data is None else orjson.dumps({"data": data})

    async def payload(self, message: Message, actor: Actor, users: Mapping[UUID, User | None] | None = None) -> bytes:
        """Answer the document for one message, with loaders of its own, and serialize the result.

        Raises Unavailable where a field could not be read: a message without its data would count as told.
        """
        quick = self._quick(message, actor, users)
        if quick is not None:
            return quick
        context = self.renderer.context(actor, users)
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

    async def advance(self, events: Sequence[Event], users: Rows) -> None:
        """Render a stretch and write it to everybody, in order."""
        if not (self.settled or self.fresh):  # whoever is about to join replays these entries for themselves
            self.cursor = events[-1].seq
            return
        began = self.watch.start()
        await self.projection.prefetch(events, self.actor, users)
        stretch = [(e, await self.shared(e, users)) for e in events]
        if not self.is_apart:
            self.watch.charge(self.account, began, len(events))
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
        self, stretch: Sequence[tuple[Event, tuple[bytes, ...]]], users: Rows
    ) -> dict[Subscriber, list[tuple[Event, tuple[bytes, ...]]]]:
        """For each subscriber to whom any of the entries looks different: the whole stretch as they see it."""
        special: dict[Subscriber, list[tuple[Event, tuple[bytes, ...]]]] = {}
        while odd := {s for e, _ in stretch for s in self.exceptions(e)} - special.keys():
            for s in odd:  # somebody may join while these are rendered, hence the loop
                special[s] = [
                    (e, await self.render(e, s.actor, users) if s in self.exceptions(e) else p) for e, p in stretch
                ]
        return special

    async def came_or_went(self, user: User) -> None:
        """Tell everybody what it means that a user came online or went."""
        message = await self.projection.came_or_went(user, self.cursor, self.actor)
        if message is None:
            return
        shared = await self.payload(message, self.actor)
        own = {s: await self.payload(message, s.actor) for s in self.viewers.get(user.id, ())}
        for subscriber in self.fresh | own.keys():
            write(subscriber, [own.get(subscriber, shared)])
        await self.fan_out([shared], own)

    async def tell(self, message: Message) -> None:
        """Write a message that is not of the log to everybody."""
        payloads = [await self.payload(message, self.actor)]
        for subscriber in list(self.fresh):
            write(subscriber, payloads)
        await self.fan_out(payloads)

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


def _exact(payload: bytes) -> bytes:
    """A copy, for what is kept: the bytes of orjson hold on to the 4 KiB that it wrote into."""
    return bytes(memoryview(payload))


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
