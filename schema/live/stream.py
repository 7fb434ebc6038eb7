"""Serving subscriptions: the pump from the hub to the groups, and each newcomer's way to the head of the log.

See schema/live/group.py for how one rendering is shared and why joining leaves no gap.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import orjson
import strawberry
import structlog
from graphql import ExecutionResult, GraphQLError
from graphql.execution import Executor, create_source_event_stream

from domain.errors import PositionPruned, Unavailable
from domain.models.actor import Actor
from domain.models.event import NIL, Event
from domain.models.user import User
from domain.services.event import LogHub, Renewal
from domain.services.live import Presence
from domain.services.unit import Store
from domain.tasks import end
from schema.context import Context
from schema.feeds.events import PresenceProjection
from schema.feeds.messages import PresenceChange
from schema.live.group import Group, Subscriber
from schema.live.lane import Account, Lane
from schema.live.ports import Message, Projection
from schema.live.positions import LOST, PRUNED, Positions
from schema.live.rows import Rows
from schema.live.sharing import traits_of

BATCH = 64
"""Entries rendered before they are written: bounds how long one stretch holds a group."""
HEARTBEAT_SECONDS = 15.0
REPLAY_PAGE = 200
QUICK_PIECE = 32
"""Messages that a quick group renders for one subscriber before everybody else has a turn."""
MOVED_KEPT = 4096
"""Comings and goings that are kept for feeds whose snapshot is still being sent."""
AGAIN_SECONDS, RENDER_TRIES = 0.2, 5
"""How long a database that is away is left alone, and how often one that answers is asked for the same rendering."""

T = TypeVar("T")

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
        self._positions = Positions(hub)
        self._groups: dict[Hashable, Group] = {}
        self._inbox: deque[Event] = deque()
        self._signals: deque[tuple[UUID, PresenceChange]] = deque()
        self._lost: list[Group] = []
        self._presence: Presence | None = None
        self._moved: deque[UUID] = deque(maxlen=MOVED_KEPT)
        self._moves = 0
        self._lane = Lane(self._overrun)
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
            asyncio.create_task(self._lane.run(), name="live-lane"),
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
            self._signals.append((user_id, change))
            self._wake.set()

        self._presence = presence
        presence.listen(came_or_went)

    @property
    def online(self) -> frozenset[UUID]:
        """Who is online now."""
        return frozenset() if self._presence is None else self._presence.online_ids()

    async def tell(self, kind: type[Projection], message: Message) -> None:
        """Write a message that is not of the log to every group of one kind of projection."""
        for group in [g for g in self._groups.values() if isinstance(g.projection, kind)]:
            await group.tell(message)

    @property
    def group_count(self) -> int:
        """How many different subscriptions are being rendered."""
        return len(self._groups)

    def context(self, actor: Actor, users: Mapping[UUID, User | None] | None) -> Context:
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
        start = await self._positions.start(projection, subscriber.actor)
        if isinstance(start, str):
            await self._resync(group, subscriber, start)
            return
        subscriber.seq = self._hub.head if start is None else start
        subscriber.moves = self._moves
        snapshot = projection.snapshot(subscriber.actor) if start is None else None
        if snapshot is not None:
            async for messages in snapshot:
                await self._send_snapshot(group, subscriber, messages)
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

    async def _send_snapshot(self, group: Group, subscriber: Subscriber, messages: Sequence[Message]) -> None:
        for part in self._pieces(group, messages):

            async def render(part: Sequence[Message] = part) -> list[bytes]:
                return [await group.payload(m, subscriber.actor) for m in part]

            await subscriber.sink.send(await self._in_turn(group, len(part), render))

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
                await self._send_page(group, subscriber, events)
                subscriber.seq = events[-1].seq
            if group.lost:
                raise PositionPruned
            if projection.follows_presence and subscriber.moves != self._moves:
                await self._send_moves(group, subscriber)
                continue
            if announced:
                break
            message = group.projection.ready(subscriber.seq, subscriber.actor)
            if message is not None:
                await self._tell(group, subscriber, message)
            announced = True
        if not subscriber.closed:
            group.join(subscriber)

    async def _send_page(self, group: Group, subscriber: Subscriber, events: Sequence[Event]) -> None:
        """Entries of the past, rendered from the rows as they are now."""
        actor, rows = subscriber.actor, await self._people(events)
        for part in self._pieces(group, events):

            async def render(part: Sequence[Event] = part) -> list[bytes]:
                payloads: list[bytes] = []
                await group.projection.prefetch(part, actor, rows)
                for event in part:
                    own = actor.user_id in (event.user_id, event.actor_id)
                    payloads += await (group.render(event, actor, rows) if own else group.shared(event, rows))
                return payloads

            await subscriber.sink.send(await self._in_turn(group, len(part), render))

    async def _send_moves(self, group: Group, subscriber: Subscriber) -> None:
        """What the comings and goings since the snapshot began mean for who is in view. Raises PositionPruned."""
        missed, subscriber.moves = self._moves - subscriber.moves, self._moves
        if missed > len(self._moved):
            raise PositionPruned
        users = await self._rows(set(list(self._moved)[-missed:]))
        for user in users.values():
            message = user and await group.projection.came_or_went(user, subscriber.seq, subscriber.actor)
            if message is not None:
                await self._tell(group, subscriber, message)

    @staticmethod
    def _pieces(group: Group, items: Sequence[T]) -> Iterator[Sequence[T]]:
        """The items in parts that may be rendered at once."""
        start = 0
        while start < len(items):
            size = group.account.piece_size if group.is_apart else QUICK_PIECE
            yield items[start : start + size]
            start += size

    async def _in_turn(self, group: Group, count: int, work: Callable[[], Awaitable[T]]) -> T:
        """Do some rendering for one subscriber: in the slow lane where that is the group's, or else at once."""
        if group.is_apart:
            return await self._lane.do(group.account, count, work)
        await asyncio.sleep(0)
        return await work()

    async def _tell(self, group: Group, subscriber: Subscriber, message: Message) -> None:
        await subscriber.sink.send([await group.payload(message, subscriber.actor)])

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
            group.rendered.clear()  # their positions are those of the epoch before
            if group.lost:
                self._lane.drop_live(group.account)
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
            while self._signals and not self._inbox:
                await self._move(*self._signals.popleft())

    async def _move(self, user_id: UUID, change: PresenceChange) -> None:
        """Tell who came or went, to the subscribers of presence and to feeds whose filter depends on it."""
        self._moved.append(user_id)
        self._moves += 1
        await self.tell(PresenceProjection, change)
        for group in [g for g in self._groups.values() if g.projection.follows_presence]:
            work = partial(self._try, group, partial(self._tell_move, group, user_id))
            if group.is_apart:
                self._lane.put(group.account, 1, work)
            else:
                await work()

    async def _tell_move(self, group: Group, user_id: UUID) -> None:
        """Read the row in the group's own turn: a log entry that it already tells of must not have come between."""
        user = (await self._rows({user_id}))[user_id]
        if user is not None:
            await group.came_or_went(user)

    def _take(self) -> list[Event]:
        """The next stretch without a hole, at most BATCH entries."""
        batch = [self._inbox.popleft()]
        while self._inbox and len(batch) < BATCH and self._inbox[0].seq == batch[-1].seq + 1:
            batch.append(self._inbox.popleft())
        return batch

    async def _lose(self) -> None:
        """Entries were pruned before this process had read them: everybody who waits for them must read anew."""
        for group in [g for g in self._groups.values() if g.projection.ready(self.cursor, g.actor) is not None]:
            self._lane.drop_live(group.account)
            await self._resync_members(group, PRUNED)

    async def _resync_members(self, group: Group, reason: str) -> None:
        for subscriber in group.members:
            try:
                await self._resync(group, subscriber, reason)
            except (Unavailable, ConnectionError) as error:
                subscriber.sink.fail([self.format_error(GraphQLError(reason, original_error=error))])
            subscriber.close()

    async def _advance(self, batch: Sequence[Event]) -> None:
        """Have every group render a batch: the quick ones now, the others in the slow lane, in their own time."""
        groups = list(self._groups.values())
        rows = await self._people(batch) if groups else Rows({})
        for group in groups:
            group.choose_lane()
        quick = [g for g in groups if not g.is_apart]
        for group in groups:
            if group.is_apart:
                self._set_apart(group, batch, rows)
        for index, group in enumerate(quick):
            await self._try(group, partial(self._bring, group, batch, rows))
            if index % 16 == 15:
                await asyncio.sleep(0)

    def _set_apart(self, group: Group, batch: Sequence[Event], rows: Rows) -> None:
        for part in self._pieces(group, batch):
            bring = partial(self._bring, group, part, rows)
            self._lane.put(group.account, len(part), partial(self._try, group, bring))

    async def _try(self, group: Group, work: Callable[[], Awaitable[None]]) -> None:
        """Do some rendering for a group; one that fails is ended, and nobody else is troubled."""
        if group.idle or group.lost:
            return
        try:
            await work()
        except Exception:
            log.exception("live.group_failed")
            self._fail(group)

    async def _bring(self, group: Group, batch: Sequence[Event], rows: Rows) -> None:
        """Have a group render a batch, again where the database went away meanwhile: nothing of it is written yet.

        Raises Unavailable where the database answers, but not to this group.
        """
        for _ in range(RENDER_TRIES):
            try:
                await group.advance(batch, rows)
            except Unavailable:
                await asyncio.sleep(AGAIN_SECONDS)
                rows = await self._people(batch)
            else:
                return
        raise Unavailable

    def _fail(self, group: Group) -> None:
        """End every subscription of a group that could not be rendered: its clients resume from their cursors."""
        error = self.format_error(GraphQLError("The subscription failed", original_error=Unavailable()))
        self._lane.drop_live(group.account)
        for subscriber in group.members:  # the group goes with the last of them, but for those who still replay
            subscriber.close()
            subscriber.sink.fail([error])

    def _overrun(self, account: Account) -> None:
        """End the connections of a group that cannot be rendered as fast as its events come."""
        for group in [g for g in self._groups.values() if g.account is account]:
            log.warning("live.group_overran", subscribers=len(group.members))
            for subscriber in group.members:
                subscriber.close()
                subscriber.sink.overrun()

    async def _people(self, events: Sequence[Event]) -> Rows:
        """Subjects and actors of a batch as they are now, in one statement."""
        found = await self._rows({i for e in events for i in (e.user_id, e.actor_id) if i is not None})
        return Rows(found, events, is_newest=events[-1].seq >= self._hub.head)

    async def _rows(self, ids: Collection[UUID]) -> dict[UUID, User | None]:
        """These users as they are now, None for no such user, waiting out a database that is away."""
        while True:
            try:
                async with self._store.read() as unit:
                    found = await unit.users.get_many(list(ids))
                return {i: found.get(i) for i in ids}
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
