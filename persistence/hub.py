"""The hub: the log as this process sees it, in order, without a gap and without a duplicate, from wherever it comes soonest.

Entries arrive from the relay of this process, from Redis, or from the table; only the dense numbers count. A hole in
them, a GAP, or a second of silence sends the hub to the table. It keeps the newest entries in memory for those who
catch up, and calls its listeners with each new stretch.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

import structlog
from broadcaster import Broadcast

from domain.cursors import LogCursor
from domain.errors import PositionPruned, Unavailable
from domain.models.event import Change, Event, EventType
from domain.ports import LogState, Store
from domain.tasks import end
from persistence.broadcast import EVENTS, GAP
from persistence.wire import decode

RING = 8192
"""How many of the newest entries are kept in memory."""
SILENCE_SECONDS = 1.0
PAGE = 500

Listener = Callable[[Sequence[Event]], None]

log = structlog.get_logger(__name__)


class Hub:
    """One per process. `head` is the newest sequence that listeners have been told of."""

    def __init__(
        self, store: Store, broadcast: Broadcast, ring: int = RING, bind: Callable[[UUID], None] = lambda _: None
    ) -> None:
        self._store, self._broadcast, self._bind = store, broadcast, bind
        self._ring: deque[Event] = deque(maxlen=ring)
        self._inbox: asyncio.Queue[Sequence[Event] | None] = asyncio.Queue(1000)
        self._missed = False
        self._listeners: list[Listener] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = asyncio.Event()
        self.epoch: UUID = UUID(int=0)
        self.head = 0
        self.holes = 0

    async def start(self) -> None:
        """Bind Redis to the log, join its live stream, then read the head: nothing can fall in between.

        Raises Unavailable while the database cannot be read.
        """
        self._bind((await self.state()).epoch)
        self._tasks.append(asyncio.create_task(self._hear(), name="hub-hear"))
        await self._ready.wait()
        state = await self.state()
        self._bind(state.epoch)
        self.epoch, self.head = state.epoch, state.head
        self._tasks.append(asyncio.create_task(self._run(), name="hub"))

    async def stop(self) -> None:
        """Leave the stream."""
        await end(self._tasks)

    @property
    def position(self) -> LogCursor:
        """The newest position that listeners have been told of."""
        return LogCursor.reached(self.epoch, self.head)

    def listen(self, listener: Listener) -> None:
        """Call with every new stretch of the log from now on; the call must not block.

        A stretch follows the one before it, unless what is between them was pruned before this process had read it.
        """
        self._listeners.append(listener)

    def offer(self, events: Sequence[Event]) -> None:
        """Entries that were just numbered in this process; order and gaps do not matter."""
        try:
            self._inbox.put_nowait(events)
        except asyncio.QueueFull:
            self._missed = True

    async def state(self) -> LogState:
        """The log's own epoch, head and horizon, read from the table. Raises Unavailable."""
        async with self._store.read() as unit:
            return await unit.events.state()

    async def after(self, seq: int, limit: int = PAGE) -> Sequence[Event]:
        """The entries that follow a sequence, at most `limit`, from memory where it reaches that far.

        Raises Unavailable, and PositionPruned where the very next one is gone: a hole is never passed on.
        """
        if seq >= self.head:
            return ()
        if self._ring and seq + 1 >= self._ring[0].seq:
            start = seq + 1 - self._ring[0].seq
            return list(itertools.islice(self._ring, start, start + limit))
        async with self._store.read() as unit:
            found = await unit.events.after(seq, limit)
            if (not found or found[0].seq != seq + 1) and (await unit.events.state()).horizon > seq:
                raise PositionPruned
        return [e for e in found if e.seq <= self.head]

    async def resolve(self, ord_: int, seconds: float = 2.0) -> int | None:
        """The sequence of a write named by its insertion number, waiting a bounded time for the relay."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            async with self._store.read() as unit:
                seq = await unit.events.seq_of(ord_)
            if seq is not None or asyncio.get_running_loop().time() > end:
                return seq
            await asyncio.sleep(0.02)

    async def _hear(self) -> None:
        async with self._broadcast.subscribe(EVENTS) as stream:
            self._ready.set()
            while True:
                message = (await stream.get()).message
                if message == GAP:
                    self._gap()
                    continue
                try:
                    self.offer(decode(message))
                except (ValueError, KeyError, TypeError):
                    log.warning("hub.message_not_understood")
                    self._gap()

    def _gap(self) -> None:
        self._missed = True
        if self._inbox.empty():
            self._inbox.put_nowait(None)

    async def _run(self) -> None:
        while True:
            events: Sequence[Event] | None = None
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    events = await self._inbox.get()
            except TimeoutError:
                self._missed = True
            try:
                if events:
                    await self._admit(events)
                if self._missed:
                    await self._catch_up()
            except Unavailable:
                self._missed = True
                await asyncio.sleep(0.1)
            except Exception:  # this task is this process's only sight of the log
                log.exception("hub.failed")
                self._missed = True
                await asyncio.sleep(SILENCE_SECONDS)

    async def _admit(self, events: Sequence[Event]) -> None:
        fresh = [e for e in events if e.seq > self.head]
        if fresh and fresh[0].seq != self.head + 1:
            self.holes += 1
            await self._catch_up()
            fresh = [e for e in fresh if e.seq > self.head]
        if fresh and fresh[0].seq == self.head + 1 and fresh[-1].seq == self.head + len(fresh):
            self._append(fresh)

    async def _catch_up(self) -> None:
        self._missed = False
        while True:
            async with self._store.read() as unit:
                rows = await unit.events.after(self.head, PAGE)
            if not rows:
                return
            self._append(rows)

    def _append(self, events: Sequence[Event]) -> None:
        if events[0].seq != self.head + 1:  # pruned before this process, frozen or cut off for long, had read it
            self.holes += 1
            self._ring.clear()  # it has no holes, because places in it are counted
            log.error("hub.hole_in_the_table", head=self.head, next=events[0].seq)
        self._ring.extend(events)
        self.head = events[-1].seq
        erased = {e.user_id for e in events if e.type is EventType.USER_ERASED}
        if erased:
            self._forget(erased)
        for listener in self._listeners:
            listener(events)

    def _forget(self, users: set[UUID]) -> None:
        """Take erased users' personal data out of memory, as it was taken out of the table."""
        kept = [_scrubbed(e) if users & {e.user_id, e.actor_id} else e for e in self._ring]
        self._ring.clear()
        self._ring.extend(kept)


def _scrubbed(event: Event) -> Event:
    changes = [Change(c.field, None, None) if c.field in ("email", "display_name") else c for c in event.changes]
    return replace(event, changes=changes, ip_address=None, request_id=None)
