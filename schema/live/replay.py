"""Bringing a new subscriber to the head of the log: a snapshot if it has no cursor, the missed entries, then the group.

Messages for one subscriber are rendered in pieces, so that a long replay does not delay others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from domain.errors import PositionPruned, Unavailable
from domain.models.event import Event
from domain.services.event import LogHub
from schema.live.group import Group
from schema.live.lane import Lane
from schema.live.ports import Message, Projection
from schema.live.positions import LOST, PRUNED, After, FromNow, Positions, Refused
from schema.live.row_reader import RowReader
from schema.live.subscriber import Subscriber

REPLAY_PAGE = 200
QUICK_PIECE = 32
"""Messages that a quick group renders for one subscriber before others get a turn."""
PRESENCE_KEPT = 4096
"""Presence updates that are kept for feeds whose snapshot is still being sent."""

T = TypeVar("T")


class PresenceUpdates:
    """Recent presence updates, which are not in the log, for subscribers that are not live yet. `count` is the position."""

    def __init__(self) -> None:
        self._kept: deque[UUID] = deque(maxlen=PRESENCE_KEPT)
        self.count = 0

    def add(self, user_id: UUID) -> None:
        """Record that this user came online or went offline."""
        self._kept.append(user_id)
        self.count += 1

    def since(self, count: int) -> set[UUID]:
        """The users with updates since a position. Raises PositionPruned if that is no longer known."""
        missed = self.count - count
        if missed > len(self._kept):
            raise PositionPruned
        return set(list(self._kept)[len(self._kept) - missed :])


def pieces(group: Group, items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in pieces that may be rendered without a pause."""
    start = 0
    while start < len(items):
        size = group.account.piece_size if group.in_slow_lane else QUICK_PIECE
        yield items[start : start + size]
        start += size


class Replay:
    """One per process. `cursor` returns the position of the pump."""

    def __init__(
        self, hub: LogHub, rows: RowReader, updates: PresenceUpdates, lane: Lane, cursor: Callable[[], int]
    ) -> None:
        self._hub, self._rows, self._presence_updates, self._lane, self._cursor = hub, rows, updates, lane, cursor
        self._positions = Positions(hub)

    async def begin(self, group: Group, subscriber: Subscriber, projection: Projection) -> None:
        """Bring a subscriber from its cursor, or a snapshot, to the live stream. Raises Unavailable and ConnectionError."""
        start = await self._positions.start_of(projection, subscriber.actor)
        if isinstance(start, Refused):
            await self.resync(group, subscriber, start.reason)
            return
        subscriber.seq = start.seq if isinstance(start, After) else self._hub.head
        subscriber.presence_seen = self._presence_updates.count
        snapshot = projection.snapshot(subscriber.actor) if isinstance(start, FromNow) else None
        if snapshot is not None:
            async for messages in snapshot:
                await self._send_snapshot(group, subscriber, messages)
        try:
            await self.catch_up(group, subscriber, projection)
        except PositionPruned:
            await self.resync(group, subscriber, LOST if group.lost else PRUNED)

    async def resync(self, group: Group, subscriber: Subscriber, reason: str) -> None:
        """Send a subscriber ResyncRequired with the position to continue from, and end its operation."""
        state = await self._hub.state()
        message = group.projection.of_epoch(state.epoch).resync(reason, state.head, subscriber.actor)
        await self._send(group, subscriber, message)
        subscriber.sink.complete()

    async def _send_snapshot(self, group: Group, subscriber: Subscriber, messages: Sequence[Message]) -> None:
        for part in pieces(group, messages):

            async def render(part: Sequence[Message] = part) -> list[bytes]:
                return [await group.payload(m, subscriber.actor) for m in part]

            await subscriber.sink.send(await self._in_turn(group, len(part), render))

    async def catch_up(self, group: Group, subscriber: Subscriber, projection: Projection) -> None:
        """Bring a subscriber to the group's cursor, send it the ready message once, and add it.

        Raises PositionPruned if the log no longer has the entries after its position.
        """
        announced = False
        while True:
            while subscriber.seq < max(group.cursor, self._cursor()):
                events = await self._hub.after(subscriber.seq, REPLAY_PAGE)
                if not events:
                    raise Unavailable
                await self._send_page(group, subscriber, events)
                subscriber.seq = events[-1].seq
            if group.lost:
                raise PositionPruned
            if projection.follows_presence and subscriber.presence_seen != self._presence_updates.count:
                await self._send_presence_updates(group, subscriber)
                continue
            if announced:
                break
            message = group.projection.ready(subscriber.seq, subscriber.actor)
            if message is not None:
                await self._send(group, subscriber, message)
            announced = True
        if not subscriber.closed:
            group.join(subscriber)

    async def _send_page(self, group: Group, subscriber: Subscriber, events: Sequence[Event]) -> None:
        """Send past entries, rendered from the rows as they are now."""
        actor, rows = subscriber.actor, await self._rows.of(events)
        for part in pieces(group, events):

            async def render(part: Sequence[Event] = part) -> list[bytes]:
                payloads: list[bytes] = []
                await group.projection.prefetch(part, actor, rows)
                for event in part:
                    own = event.names(actor.user_id)
                    payloads += await (group.render(event, actor, rows) if own else group.shared(event, rows))
                return payloads

            await subscriber.sink.send(await self._in_turn(group, len(part), render))

    async def _send_presence_updates(self, group: Group, subscriber: Subscriber) -> None:
        """Send the presence updates since the snapshot began that change what matches. Raises PositionPruned."""
        changed, subscriber.presence_seen = (
            self._presence_updates.since(subscriber.presence_seen),
            self._presence_updates.count,
        )
        users = await self._rows.users(changed)
        for user in users.values():
            message = user and await group.projection.presence_changed(user, subscriber.seq, subscriber.actor)
            if message is not None:
                await self._send(group, subscriber, message)

    async def _in_turn(self, group: Group, count: int, work: Callable[[], Awaitable[T]]) -> T:
        """Render something for one subscriber: in the slow lane if the group is there, otherwise immediately."""
        if group.in_slow_lane:
            return await self._lane.run_in_turn(group.account, count, work)
        await asyncio.sleep(0)
        return await work()

    async def _send(self, group: Group, subscriber: Subscriber, message: Message) -> None:
        await subscriber.sink.send([await group.payload(message, subscriber.actor)])
