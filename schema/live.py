"""Serving subscriptions: the pump from the hub to the groups, and each newcomer's way to the head of the log.

See schema/groups.py for how one rendering is shared and why joining leaves no gap.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import strawberry
import structlog
from graphql import ExecutionResult, GraphQLError
from graphql.execution import Executor, create_source_event_stream

from domain.cursors import UNFINISHED, LogCursor, parse_cursor
from domain.errors import PositionPruned, Unavailable
from domain.models.actor import Actor
from domain.models.event import NIL, Event
from domain.models.user import User
from domain.ports import LogHub, LogState, Presence, Renewal, Store
from domain.tasks import end
from schema.context import Context
from schema.groups import Group, Message, Payloads, Projection, Subscriber
from schema.live_types import PresenceChange
from schema.projections import PresenceProjection
from schema.sharing import traits_of

BATCH = 64
"""Entries rendered before they are written: bounds how long one stretch holds a group."""
HEARTBEAT_SECONDS = 15.0
REPLAY_PAGE = 200
AGAIN_SECONDS, RENDER_TRIES = 0.2, 5
"""How long a database that is away is left alone, and how often one that answers is asked for the same rendering."""
PRUNED = "This position is no longer in the log"
LOST = "The log was restored without this position"

log = structlog.get_logger(__name__)


class LiveStream:
    """What a subscription resolver returns: a projection, to be served by `Live`, never iterated."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection

    def __aiter__(self) -> LiveStream:
        return self

    async def __anext__(self) -> Message:
        raise StopAsyncIteration


class Live:
    """One per process. `after_batch` is called once everybody has been written what a stretch brings."""

    def __init__(
        self,
        hub: LogHub,
        store: Store,
        make_context: Callable[[Actor], Context],
        format_error: Callable[[GraphQLError], Mapping[str, Any]],
    ) -> None:
        self._hub, self._store = hub, store
        self._make_context, self.format_error = make_context, format_error
        self._groups: dict[Hashable, Group] = {}
        self._inbox: deque[Event] = deque()
        self._signals: deque[PresenceChange] = deque()
        self._lost: list[Group] = []
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._after_batch: list[Callable[[Sequence[Event]], None]] = []
        self.cursor = 0

    def start(self) -> None:
        """Begin to serve from the hub's head."""
        self.cursor = self._hub.head
        self._hub.listen(self._hear)
        self._hub.on_renewal(self._renewed)
        self._tasks = [
            asyncio.create_task(self._pump(), name="live-pump"),
            asyncio.create_task(self._beat(), name="live-heartbeat"),
        ]

    async def stop(self) -> None:
        """Stop serving; the sockets are closed by their own edge."""
        await end(self._tasks)

    def after_batch(self, listener: Callable[[Sequence[Event]], None]) -> None:
        """Call with each stretch after its messages have been written."""
        self._after_batch.append(listener)

    def signal(self, presence: Presence) -> None:
        """Tell the subscribers of `presence` who comes and goes."""

        def came_or_went(user_id: UUID, online: bool) -> None:
            change = PresenceChange(user_id=strawberry.ID(str(user_id)), online=online, at=datetime.now(UTC))
            self._signals.append(change)
            self._wake.set()

        presence.listen(came_or_went)

    async def tell(self, kind: type[Projection], message: Message) -> None:
        """Write a message that is not of the log to every group of one kind of projection."""
        for group in [g for g in self._groups.values() if isinstance(g.projection, kind)]:
            await group.fan_out([await group.payload(message, group.actor)])

    @property
    def group_count(self) -> int:
        """How many different subscriptions are being rendered."""
        return len(self._groups)

    def context(self, actor: Actor, users: Mapping[UUID, User] | None) -> Context:
        """A fresh context for one message, whose loaders know these users already."""
        context = self._make_context(actor)
        if users:
            context.loaders.known = users
        return context

    def drop_if_idle(self, group: Group) -> None:
        """Forget a group that nobody needs."""
        if group.idle and self._groups.get(group.key) is group:
            del self._groups[group.key]

    async def serve(self, executor: Executor[Any], document_key: str, subscriber: Subscriber) -> None:
        """Take a subscription from its first message to the live stream; returns once it is live or has ended.

        The executor holds the parsed document, its variables and the viewer's context. Raises Unavailable while the
        log cannot be read, and ConnectionError when the sink has ended.
        """
        source: Any = create_source_event_stream(executor)
        if inspect.isawaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            subscriber.sink.fail([self.format_error(e) for e in source.errors or ()])
            return
        projection: Projection = source.projection.of_epoch(self._hub.epoch)
        with self._group(executor, document_key, subscriber.actor, projection) as group:
            await self._begin(group, subscriber, projection)

    async def _begin(self, group: Group, subscriber: Subscriber, projection: Projection) -> None:
        start = await self._start(projection, subscriber.actor)
        if isinstance(start, str):
            await self._resync(group, subscriber, start)
            return
        subscriber.seq = self._hub.head if start is None else start
        snapshot = projection.snapshot(subscriber.actor) if start is None else None
        if snapshot is not None:
            async for messages in snapshot:
                payloads = [await group.payload(m, subscriber.actor) for m in messages]
                await subscriber.sink.send(payloads)
        try:
            await self._replay(group, subscriber, projection)
        except PositionPruned:
            await self._resync(group, subscriber, LOST if group.lost else PRUNED)

    async def _resync(self, group: Group, subscriber: Subscriber, reason: str) -> None:
        """Tell a subscriber to read anew and where to go on from, and end its operation."""
        state = await self._hub.state()
        message = group.projection.of_epoch(state.epoch).resync(reason, state.head, subscriber.actor)
        await self._tell(group, subscriber, message)
        subscriber.sink.complete()

    async def _replay(self, group: Group, subscriber: Subscriber, projection: Projection) -> None:
        """Bring a subscriber to the group's cursor, tell it so once, and add it.

        Raises PositionPruned where the log no longer has what follows its position.
        """
        announced = False
        while True:
            while subscriber.seq < max(group.cursor, self.cursor):
                events = await self._hub.after(subscriber.seq, REPLAY_PAGE)
                if not events:
                    raise Unavailable
                await subscriber.sink.send(await self._page(group, subscriber.actor, events))
                subscriber.seq = events[-1].seq
            if group.lost:
                raise PositionPruned
            if announced:
                break
            message = group.projection.ready(subscriber.seq, subscriber.actor)
            if message is not None:
                await self._tell(group, subscriber, message)
            announced = True
        if not subscriber.closed:
            group.join(subscriber)

    async def _page(self, group: Group, actor: Actor, events: Sequence[Event]) -> Payloads:
        users = await self._people(events)
        payloads: list[bytes] = []
        for index, event in enumerate(events):
            own = actor.user_id in (event.user_id, event.actor_id)
            payloads += await (group.render(event, actor, users) if own else group.shared(event, users))
            if index % 16 == 15:
                await asyncio.sleep(0)
        return payloads

    async def _tell(self, group: Group, subscriber: Subscriber, message: Message) -> None:
        await subscriber.sink.send([await group.payload(message, subscriber.actor)])

    async def _start(self, projection: Projection, actor: Actor) -> int | str | None:
        """The sequence to start after, None for now, or the reason why the cursor cannot be served."""
        if projection.start is None:
            return None
        cursor = parse_cursor(projection.start)
        if cursor is None:
            return "This cursor is not one of this log's"
        state = await self._hub.state()
        reason = _foreign(cursor, state) or projection.cannot_resume(cursor, actor)
        if projection.begins_anew(cursor) or reason:
            return reason
        return await self._position(cursor)

    async def _position(self, cursor: LogCursor) -> int | str:
        """The sequence that a cursor of this log stands for, or the reason why there is none."""
        seq = cursor.seq if cursor.seq is not None else await self._hub.resolve(cursor.ord or 0)
        state = await self._hub.state()
        shared = state.shared_head(cursor.epoch)
        if seq is None or shared is None or seq > shared:
            return "This cursor is ahead of the log" if cursor.belongs_to(state.epoch) else LOST
        return PRUNED if seq < state.horizon else seq

    @contextmanager
    def _group(
        self, executor: Executor[Any], document_key: str, actor: Actor, projection: Projection
    ) -> Iterator[Group]:
        traits = traits_of(executor)
        variables = {k: v for k, v in executor.variable_values.coerced.items() if k != traits.position}
        asked = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS, default=str)
        name = executor.operation.name and executor.operation.name.value
        own = (actor.user_id, actor.session_id) if traits.own or projection.private else None
        key = (document_key, name, projection.key, asked, actor.role, own)
        group = self._groups.get(key)
        if group is None:
            stand_in = actor if own else Actor(NIL, actor.role)
            group = self._groups[key] = Group(self, key, executor, projection, stand_in, self.cursor)
            group.told_at = asyncio.get_running_loop().time()
        group.replaying += 1
        try:
            yield group
        finally:
            group.replaying -= 1
            self.drop_if_idle(group)

    def _hear(self, events: Sequence[Event]) -> None:
        self._inbox.extend(events)
        self._wake.set()

    def _renewed(self, renewal: Renewal) -> None:
        """Go on in another epoch; whoever was told what it does not have must read anew, once nothing is under way."""
        groups = list(self._groups.values())
        if not renewal.kept:
            self._inbox.clear()
            self.cursor = self._hub.head
            lost = [g for g in groups if g.projection.ready(self.cursor, g.actor) is not None]
            for group in lost:
                group.lost = True
                del self._groups[group.key]
            self._lost += lost
        for group in groups:
            if group.lost:
                continue
            group.projection = group.projection.of_epoch(renewal.epoch)
            if not renewal.kept:
                group.move(self.cursor)
        self._wake.set()

    async def _pump(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._lost:
                await self._resync_members(self._lost.pop(), LOST)
            while self._inbox:
                if self._inbox[0].seq != self.cursor + 1:
                    await self._lose()
                batch = self._take()
                self.cursor = batch[-1].seq
                await self._advance(batch)
                for listener in self._after_batch:
                    listener(batch)
                await asyncio.sleep(0)
            while self._signals:
                await self.tell(PresenceProjection, self._signals.popleft())

    def _take(self) -> list[Event]:
        """The next stretch without a hole, at most BATCH entries."""
        batch = [self._inbox.popleft()]
        while self._inbox and len(batch) < BATCH and self._inbox[0].seq == batch[-1].seq + 1:
            batch.append(self._inbox.popleft())
        return batch

    async def _lose(self) -> None:
        """Entries were pruned before this process had read them: everybody who waits for them must read anew."""
        for group in [g for g in self._groups.values() if g.projection.ready(self.cursor, g.actor) is not None]:
            await self._resync_members(group, PRUNED)

    async def _resync_members(self, group: Group, reason: str) -> None:
        for subscriber in group.members:
            try:
                await self._resync(group, subscriber, reason)
            except (Unavailable, ConnectionError) as error:
                subscriber.sink.fail([self.format_error(GraphQLError(reason, original_error=error))])
            subscriber.close()

    async def _advance(self, batch: Sequence[Event]) -> None:
        groups = list(self._groups.values())
        users = await self._people(batch) if groups else {}
        for index, group in enumerate(groups):
            try:
                await self._bring(group, batch, users)
            except Exception:
                log.exception("live.group_failed")
                self._fail(group)
            if index % 16 == 15:
                await asyncio.sleep(0)

    async def _bring(self, group: Group, batch: Sequence[Event], users: Mapping[UUID, User]) -> None:
        """Have a group render a stretch, again where the database went away meanwhile: nothing of it is written yet.

        Raises Unavailable where the database answers, but not to this group.
        """
        for _ in range(RENDER_TRIES):
            try:
                await group.advance(batch, users)
            except Unavailable:
                await asyncio.sleep(AGAIN_SECONDS)
                users = await self._people(batch)
            else:
                return
        raise Unavailable

    def _fail(self, group: Group) -> None:
        """End every subscription of a group that could not be rendered: its clients resume from their cursors."""
        error = self.format_error(GraphQLError("The subscription failed", original_error=Unavailable()))
        for subscriber in group.members:  # the group goes with the last of them, but for those who still replay
            subscriber.close()
            subscriber.sink.fail([error])

    async def _people(self, events: Sequence[Event]) -> dict[UUID, User]:
        """Subjects and actors of a stretch as they are now, in one statement, waiting out a database that is away."""
        ids = {i for e in events for i in (e.user_id, e.actor_id) if i is not None}
        while True:
            try:
                async with self._store.read() as unit:
                    return await unit.users.get_many(list(ids))
            except Unavailable:
                await asyncio.sleep(AGAIN_SECONDS)
            except Exception:  # whoever came after this stretch would never be told anything
                log.exception("live.people_failed")
                await asyncio.sleep(5 * AGAIN_SECONDS)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS / 5)
            now = asyncio.get_running_loop().time()
            for group in list(self._groups.values()):
                if now - group.told_at >= HEARTBEAT_SECONDS and group.settled:
                    message = group.projection.heartbeat(group.cursor, group.actor)
                    if message is not None:
                        await group.fan_out([await group.payload(message, group.actor)])


def _foreign(cursor: LogCursor, state: LogState) -> str | None:
    """Why a cursor is no position of this log to go on from; None if it is one."""
    if cursor.role == UNFINISHED:
        return "This snapshot was not complete"
    return "This cursor belongs to another log" if state.shared_head(cursor.epoch) is None else None
