"""Live subscriptions: one execution and one serialization per event for all equal subscriptions with the same rights.

A *group* is all sinks with the same document, operation, variables and scope. The pump takes each batch of the log
from the hub, has every group render it once, and passes the finished bytes to the group's sinks. The shared rendering
uses a stand-in actor with the role of the scope and no user's id, so that no subscriber receives what only another may
see. The two users for whom an entry may look different, the user concerned and the actor, get a rendering of their own
(`Group.exceptions`).

Joining without a gap: a new subscriber replays from its cursor until it has reached the group's cursor, and is added in
the same step of the event loop. The group advances its cursor before it writes, so a new subscriber is either in the
list that is written to, or has already replayed the entries being written.

There is no task and no generator per subscriber: after its replay, a subscriber is two dictionary entries.
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
from schema.live.ports import Message, Payloads, Projection, Renderer
from schema.live.rows import Rows
from schema.live.subscriber import Subscriber

YIELD_SINKS = 500
"""Writes after which the event loop gets a turn."""
CACHE = 1024
"""Rendered entries that a group caches for replays."""

K = TypeVar("K", bound=Hashable)


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
    """By shape, in order of arrival, so that they are iterated in the order of their memory."""
    fresh: set[Subscriber] = field(default_factory=set)
    viewers: dict[UUID, set[Subscriber]] = field(default_factory=dict)
    rendered: OrderedDict[int, tuple[Hashable, tuple[bytes, ...]]] = field(default_factory=OrderedDict)
    """Rendered entries by sequence number, each with the inputs of its rendering (`_inputs`)."""
    replaying: int = 0
    sent_at: float = 0.0
    lost: bool = False
    """Whether entries that it has sent are no longer in the log: nobody may join, and its members must resynchronise."""
    compiled: CompiledMessage | None = field(init=False)
    account: Account = field(default_factory=Account)
    watch: Stopwatch = field(default_factory=Stopwatch)
    in_slow_lane: bool = field(init=False)
    """Whether it is rendered in the slow lane."""

    def __post_init__(self) -> None:
        self.compiled = compile_message(self.executor)
        self.in_slow_lane = not self._is_compiled

    @property
    def _is_compiled(self) -> bool:
        return self.compiled is not None and self.compiled.is_whole and self.projection.is_quick

    def choose_lane(self) -> None:
        """Move to the slow lane when entries take too long, and back when they no longer do and nothing is queued."""
        each = self.account.each or 0.0
        if not self.in_slow_lane:
            self.in_slow_lane = each > QUICK_SECONDS
        elif self._is_compiled and self.account.is_idle and each < QUICK_SECONDS / 2:
            self.in_slow_lane = False

    def join(self, subscriber: Subscriber) -> bool:
        """Add a subscriber if it has received everything that this group has sent."""
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
        """Remove a subscriber; a group without subscribers is dropped."""
        self.fresh.discard(subscriber)
        members = self.settled.get(subscriber.sink.shape, {})
        members.pop(subscriber, None)
        if not members:
            self.settled.pop(subscriber.sink.shape, None)
        if subscriber.actor.user_id is not None:
            _discard(self.viewers, subscriber.actor.user_id, subscriber)
        self.renderer.drop_if_idle(self)

    def restart_at(self, cursor: int) -> None:
        """Continue from the head of a new epoch; for subscriptions that do not read the log and so lose nothing."""
        self.cursor = cursor
        self.rendered.clear()
        for subscriber in list(self.fresh):
            subscriber.seq = cursor
            self._settle(subscriber)

    @property
    def members(self) -> list[Subscriber]:
        """All current subscribers."""
        return [*self.fresh, *(s for members in self.settled.values() for s in members)]

    @property
    def idle(self) -> bool:
        """Whether nobody is subscribed or joining."""
        return not (self.settled or self.fresh or self.replaying)

    def exceptions(self, event: Event) -> set[Subscriber]:
        """The subscribers for whom the entry may look different from what the stand-in actor sees."""
        if not self.viewers:
            return set()
        found: set[Subscriber] = set()
        for user_id in (event.user_id, event.actor_id):
            if user_id is not None:
                found |= self.viewers.get(user_id, set())
        return found

    async def shared(self, event: Event, rows: Rows) -> tuple[bytes, ...]:
        """The entry as the scope sees it, rendered again only if its inputs have changed."""
        inputs = self._inputs(event, rows)
        known = self.rendered.get(event.seq)
        if known is not None and known[0] == inputs:
            return known[1]
        payloads: list[bytes] = []
        kept = True
        for message in await self.projection.project(event, self.actor, rows):
            quick = self._quick(message, self.actor, rows)
            kept = kept and quick is not None
            payloads.append(quick if quick is not None else await self.payload(message, self.actor, rows))
        if known is not None:
            del self.rendered[event.seq]
        if kept:  # the executor may have read more than `_inputs` compares
            self.rendered[event.seq] = inputs, tuple(map(_exact, payloads))
            if len(self.rendered) > CACHE:
                self.rendered.popitem(last=False)
        return tuple(payloads)

    def _inputs(self, event: Event, rows: Rows) -> tuple[object, ...]:
        """Everything a compiled rendering reads: the entry, its two users as they are now, and whether they are online."""
        online = self.renderer.online
        acting_user = event.actor_id
        who = None if acting_user is None else rows.get(acting_user)
        return event, rows.concerned(event), who, event.user_id in online, acting_user in online

    async def render(self, event: Event, actor: Actor, rows: Rows) -> tuple[bytes, ...]:
        """The entry as one actor sees it: no payload, one, or several."""
        messages = await self.projection.project(event, actor, rows)
        return tuple([await self.payload(m, actor, rows) for m in messages])

    def _quick(self, message: Message, actor: Actor, users: Mapping[UUID, User | None] | None) -> bytes | None:
        """The response from the compiled selection; None if it must be executed instead."""
        data = None if self.compiled is None else self.compiled(message, self.renderer.context(actor, users))
        return None if data is None else orjson.dumps({"data": data})

    async def payload(self, message: Message, actor: Actor, users: Mapping[UUID, User | None] | None = None) -> bytes:
        """Execute the document for one message, with its own loaders, and serialize the result.

        Raises Unavailable if a field could not be read: a message without its data would count as delivered.
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
            if any(is_unavailable(e) for e in result.errors):
                raise Unavailable
            body["errors"] = [self.renderer.format_error(e) for e in result.errors]
        return orjson.dumps(body)

    async def advance(self, events: Sequence[Event], users: Rows) -> None:
        """Render a batch and write it to every subscriber, in order."""
        if not (self.settled or self.fresh):  # a subscriber that is joining replays these entries itself
            self.cursor = events[-1].seq
            return
        began = self.watch.start()
        await self.projection.prefetch(events, self.actor, users)
        rendered = [(e, await self.shared(e, users)) for e in events]
        if not self.in_slow_lane:
            self.watch.charge(self.account, began, len(events))
        individual = await self._individual(rendered, users)
        cursor, self.cursor = self.cursor, events[-1].seq
        shared = [p for e, payloads in rendered if e.seq > cursor for p in payloads]
        for subscriber in list(self.fresh):
            own = individual.pop(subscriber, None) or rendered
            subscriber.write([p for e, payloads in own if e.seq > subscriber.seq for p in payloads])
            if subscriber.seq <= self.cursor:
                self._settle(subscriber)
                individual[subscriber] = []
        for subscriber, own in individual.items():
            subscriber.write([p for _, payloads in own for p in payloads])
        if shared:
            await self.fan_out(shared, individual)

    async def _individual(
        self, rendered: Sequence[tuple[Event, tuple[bytes, ...]]], users: Rows
    ) -> dict[Subscriber, list[tuple[Event, tuple[bytes, ...]]]]:
        """The whole batch as each subscriber in `exceptions` sees it."""
        individual: dict[Subscriber, list[tuple[Event, tuple[bytes, ...]]]] = {}
        while affected := {s for e, _ in rendered for s in self.exceptions(e)} - individual.keys():
            for s in affected:  # in a loop, because subscribers may join during rendering
                individual[s] = [
                    (e, await self.render(e, s.actor, users) if s in self.exceptions(e) else p) for e, p in rendered
                ]
        return individual

    async def presence_changed(self, user: User) -> None:
        """Send every subscriber the message for a user who came online or went offline, if there is one."""
        message = await self.projection.presence_changed(user, self.cursor, self.actor)
        if message is None:
            return
        shared = await self.payload(message, self.actor)
        own = {s: await self.payload(message, s.actor) for s in self.viewers.get(user.id, ())}
        for subscriber in self.fresh | own.keys():
            subscriber.write([own.get(subscriber, shared)])
        await self.fan_out([shared], own)

    async def send_to_all(self, message: Message) -> None:
        """Write a message that is not from the log to every subscriber."""
        payloads = [await self.payload(message, self.actor)]
        for subscriber in list(self.fresh):
            subscriber.write(payloads)
        await self.fan_out(payloads)

    async def fan_out(self, payloads: Payloads, without: Iterable[Subscriber] = ()) -> None:
        """Write finished payloads to the settled subscribers, encoding them once per shape."""
        skip = set(without)
        self.sent_at = asyncio.get_running_loop().time()
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
    """A copy of exact size for the cache, because orjson's bytes keep its 4 KiB buffer alive."""
    return bytes(memoryview(payload))


def is_unavailable(error: BaseException | None) -> bool:
    """Whether an error was caused by Unavailable."""
    while isinstance(error, GraphQLError):
        error = error.original_error
    return isinstance(error, Unavailable)


def _discard(index: dict[K, set[Subscriber]], key: K, subscriber: Subscriber) -> None:
    members = index.get(key)
    if members is not None:
        members.discard(subscriber)
        if not members:
            del index[key]
