"""Serving subscriptions: the groups, and the pump that passes the hub's entries to them.

schema/live/batches.py renders the groups, schema/live/replay.py brings new subscribers to the head of the log, and
schema/live/group.py explains how one rendering is shared and why joining leaves no gap.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self
from uuid import UUID

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError
from graphql.execution import Executor, create_source_event_stream

from domain.errors import Unavailable
from domain.models.actor import Actor
from domain.models.event import NIL, Event
from domain.models.user import User
from domain.services.event import LogHub, Renewal
from domain.services.live import Presence
from domain.tasks import end
from schema.execution.documents import Document
from schema.live.batches import Batches
from schema.live.group import Group
from schema.live.lane import Account, Lane
from schema.live.ports import MakeContext, Message, PresenceUpdate, Projection, ReadUsers
from schema.live.positions import LOST, PRUNED
from schema.live.replay import PresenceUpdates, Replay
from schema.live.row_reader import RowReader
from schema.live.subscriber import Subscriber

BATCH = 64
"""Entries rendered before they are written: limits how long one batch occupies a group."""
HEARTBEAT_SECONDS = 15.0

log = structlog.get_logger(__name__)


class LiveStream:
    """The return value of a subscription resolver: a projection, served by `Live` and never iterated."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection

    def __aiter__(self) -> LiveStream:
        return self

    async def __anext__(self) -> Message:
        raise StopAsyncIteration


class Live:
    """One per process. Listeners of `after_batch` are called once a batch has been written to all subscribers."""

    def __init__(
        self,
        hub: LogHub,
        read_users: ReadUsers,
        make_context: MakeContext,
        format_error: Callable[[GraphQLError], Mapping[str, Any]],
    ) -> None:
        self._hub, self._rows = hub, RowReader(hub, read_users)
        self._make_context, self.format_error = make_context, format_error
        self._groups: dict[Hashable, Group] = {}
        self._inbox: deque[Event] = deque()
        self._presence_inbox: deque[PresenceUpdate] = deque()
        self._lost: list[Group] = []
        self._presence: Presence | None = None
        self._presence_updates = PresenceUpdates()
        self._lane = Lane(self._end_overrun)
        self._batches = Batches(self._rows, self._lane, format_error)
        self._replay = Replay(hub, self._rows, self._presence_updates, self._lane, lambda: self.cursor)
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._after_batch: list[Callable[[Sequence[Event]], None]] = []
        self.cursor = 0

    async def __aenter__(self) -> Self:
        """Start serving from the hub's head."""
        self.cursor = self._hub.head
        self._hub.listen(self._on_events)
        self._hub.on_renewal(self._switch_epoch)
        self._tasks = [
            asyncio.create_task(self._pump(), name="live-pump"),
            asyncio.create_task(self._heartbeat_loop(), name="live-heartbeat"),
            asyncio.create_task(self._lane.run(), name="live-lane"),
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop serving; the WebSocket layer closes the sockets."""
        await end(self._tasks)

    def after_batch(self, listener: Callable[[Sequence[Event]], None]) -> None:
        """Call the listener with each batch after its messages have been written."""
        self._after_batch.append(listener)

    def follow_presence(self, presence: Presence) -> None:
        """Pass presence updates on to the subscribers."""

        def presence_changed(user_id: UUID, online: bool) -> None:
            self._presence_inbox.append(PresenceUpdate(user_id, online, datetime.now(UTC)))
            self._wake.set()

        self._presence = presence
        presence.listen(presence_changed)

    @property
    def online(self) -> frozenset[UUID]:
        """The users who are online."""
        return frozenset() if self._presence is None else self._presence.online_ids()

    @property
    def group_count(self) -> int:
        """How many distinct subscriptions are being rendered."""
        return len(self._groups)

    def context(self, actor: Actor, users: Mapping[UUID, User | None] | None) -> Any:
        """A new context for one message, whose loaders already have these users."""
        return self._make_context(actor, users or {})

    def drop_if_idle(self, group: Group) -> None:
        """Drop a group without subscribers."""
        if group.idle and self._groups.get(group.key) is group:
            del self._groups[group.key]

    async def serve(self, executor: Executor[Any], document: Document, subscriber: Subscriber) -> None:
        """Bring a subscription from its first message to the live stream; returns once it is live or has ended.

        The executor has the parsed document, its variables and the viewer's context. Raises Unavailable while the log
        cannot be read, and ConnectionError if the sink has ended.
        """
        source: Any = create_source_event_stream(executor)
        if inspect.isawaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            subscriber.sink.fail([self.format_error(e) for e in source.errors or ()])
            return
        projection: Projection = source.projection.of_epoch(self._hub.epoch)
        with self._group(executor, document, subscriber.actor, projection) as group:
            await self._replay.begin(group, subscriber, projection)

    @contextmanager
    def _group(
        self, executor: Executor[Any], document: Document, actor: Actor, projection: Projection
    ) -> Iterator[Group]:
        traits = document.traits_of(executor)
        variables = {k: v for k, v in executor.variable_values.coerced.items() if k != traits.position}
        encoded_variables = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS, default=str).decode()
        name = executor.operation.name and executor.operation.name.value
        own = (actor.user_id, actor.session_id) if traits.own or projection.private else None
        key = (document.key, name, projection.key, encoded_variables, actor.role, own)
        group = self._groups.get(key)
        if group is None:
            stand_in = actor if own else Actor(NIL, actor.role)
            group = self._groups[key] = Group(self, key, executor, projection, stand_in, self.cursor)
            group.sent_at = asyncio.get_running_loop().time()
        group.replaying += 1
        try:
            yield group
        finally:
            group.replaying -= 1
            self.drop_if_idle(group)

    def _on_events(self, events: Sequence[Event]) -> None:
        self._inbox.extend(events)
        self._wake.set()

    def _switch_epoch(self, renewal: Renewal) -> None:
        """Continue in a new epoch; groups that have sent entries which it does not contain must resynchronise."""
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
            group.rendered.clear()  # cached payloads contain positions of the previous epoch
            if group.lost:
                self._lane.drop_live(group.account)
                continue
            group.projection = group.projection.of_epoch(renewal.epoch)
            if not renewal.kept:
                group.restart_at(self.cursor)
        self._wake.set()

    async def _pump(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._lost:
                await self._resync_members(self._lost.pop(), LOST)
            while self._inbox:
                if self._inbox[0].seq != self.cursor + 1:
                    await self._resync_all()
                batch = self._take()
                self.cursor = batch[-1].seq
                await self._batches.advance(list(self._groups.values()), batch)
                for listener in self._after_batch:
                    listener(batch)
                await asyncio.sleep(0)
            while self._presence_inbox and not self._inbox:
                await self._on_presence_update(self._presence_inbox.popleft())

    async def _on_presence_update(self, update: PresenceUpdate) -> None:
        """Send a presence update to the subscribers of `presence` and to feeds whose filter depends on it."""
        self._presence_updates.add(update.user_id)
        for group in list(self._groups.values()):
            message = group.projection.presence_message(update)
            if message is not None:
                await group.send_to_all(message)
        for group in [g for g in self._groups.values() if g.projection.follows_presence]:
            work = partial(self._batches.attempt, group, partial(self._send_presence_update, group, update.user_id))
            if group.in_slow_lane:
                self._lane.enqueue(group.account, 1, work)
            else:
                await work()

    async def _send_presence_update(self, group: Group, user_id: UUID) -> None:
        """Read the row in the group's own turn, so that it is not newer than the entries the group has sent."""
        user = (await self._rows.users({user_id}))[user_id]
        if user is not None:
            await group.presence_changed(user)

    def _take(self) -> list[Event]:
        """The next entries without a gap, at most BATCH of them."""
        batch = [self._inbox.popleft()]
        while self._inbox and len(batch) < BATCH and self._inbox[0].seq == batch[-1].seq + 1:
            batch.append(self._inbox.popleft())
        return batch

    async def _resync_all(self) -> None:
        """Entries were pruned before this process read them: all subscribers waiting for them must resynchronise."""
        for group in [g for g in self._groups.values() if g.projection.ready(self.cursor, g.actor) is not None]:
            self._lane.drop_live(group.account)
            await self._resync_members(group, PRUNED)

    async def _resync_members(self, group: Group, reason: str) -> None:
        for subscriber in group.members:
            try:
                await self._replay.resync(group, subscriber, reason)
            except (Unavailable, ConnectionError) as error:
                subscriber.sink.fail([self.format_error(GraphQLError(reason, original_error=error))])
            subscriber.close()

    def _end_overrun(self, account: Account) -> None:
        """End the connections of a group that cannot be rendered as fast as its events arrive."""
        for group in [g for g in self._groups.values() if g.account is account]:
            log.warning("live.group_too_slow", subscribers=len(group.members))
            for subscriber in group.members:
                subscriber.close()
                subscriber.sink.overrun()

    async def _heartbeat_loop(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS / 5)
            now = asyncio.get_running_loop().time()
            for group in list(self._groups.values()):
                if now - group.sent_at >= HEARTBEAT_SECONDS and group.settled:
                    message = group.projection.heartbeat(group.cursor, group.actor)
                    if message is not None:
                        await group.fan_out([await group.payload(message, group.actor)])
