"""The hub: the log as this process sees it, in order, without a gap and without a duplicate, from wherever it comes soonest.

Entries arrive from the relay of this process, from Redis, or from the table; only the dense numbers count. A hole in
them, a GAP, or a second of silence sends the hub to the table. It keeps the newest entries in memory for those who
catch up, and calls its listeners with each new stretch.

The table may become another one under a running process: restored, or promoted. Each time it is read, its epoch and the
entry at the hub's head are compared with what is known. With another epoch the hub goes on where that has everything in
common with what was told, and from its head otherwise, after telling everybody. A table that has gone back, or has other
entries, under the same epoch was restored from its files: then the hub begins another epoch.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from typing import Self
from uuid import UUID

import structlog
from broadcaster import Broadcast

from domain import policies
from domain.cursors import LogCursor
from domain.errors import PositionPruned, Unavailable
from domain.models.event import Event
from domain.models.event_types import EventType
from domain.models.log import LogState
from domain.services.event import Renewal
from domain.services.unit import Store
from domain.tasks import end
from persistence.log.positions import numbered, place_of
from persistence.log.wire import decode
from persistence.redis.broadcast import EVENTS, GAP

RING = 8192
"""How many of the newest entries are kept in memory."""
SILENCE_SECONDS = 1.0
SETTLE_SECONDS = 0.3
"""How long a table that differs under the same epoch is given: a restore that is under way is seen to by the relay."""
EPOCH_SECONDS = 2.0
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
        self._inbox: asyncio.Queue[tuple[UUID, Sequence[Event]] | None] = asyncio.Queue(1000)
        self._missed = False
        self._last_id: UUID | None = None
        self._horizon = 0
        self._advanced_at = 0.0
        self._listeners: list[Listener] = []
        self._renewal_listeners: list[Callable[[Renewal], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = asyncio.Event()
        self.epoch: UUID = UUID(int=0)
        self.head = 0
        self.holes = 0

    async def __aenter__(self) -> Self:
        """Bind Redis to the log, join its live stream, then read the head: nothing can fall in between.

        Raises Unavailable while the database cannot be read.
        """
        try:
            await self._join()
        except BaseException:
            await end(self._tasks)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the stream."""
        await end(self._tasks)

    async def _join(self) -> None:
        self._bind((await self._read_state()).epoch)
        self._tasks.append(asyncio.create_task(self._hear(), name="hub-hear"))
        await self._ready.wait()
        state = await self._read_state()
        self._bind(state.epoch)
        self.epoch, self.head, self._horizon = state.epoch, state.head, state.horizon
        self._tasks.append(asyncio.create_task(self._run(), name="hub"))

    @property
    def position(self) -> LogCursor:
        """The newest position that listeners have been told of."""
        return LogCursor.reached(self.epoch, self.head)

    def listen(self, listener: Listener) -> None:
        """Call with every new stretch of the log from now on; the call must not block.

        A stretch follows the one before it, unless what is between them was pruned before this process had read it.
        """
        self._listeners.append(listener)

    def on_renewal(self, listener: Callable[[Renewal], None]) -> None:
        """Call when the epoch has changed, before any entry of it is told; the call must not block."""
        self._renewal_listeners.append(listener)

    def offer(self, events: Sequence[Event], epoch: UUID | None = None) -> None:
        """Entries that were just numbered, in this epoch or in the present one; order and gaps do not matter."""
        try:
            self._inbox.put_nowait((epoch or self.epoch, events))
        except asyncio.QueueFull:
            self._missed = True

    def recheck(self) -> None:
        """Read the table now."""
        self._gap()

    async def state(self) -> LogState:
        """The log's state, read from the table once this process has the same epoch. Raises Unavailable."""
        give_up = asyncio.get_running_loop().time() + EPOCH_SECONDS
        while (state := await self._read_state()).epoch != self.epoch:
            if asyncio.get_running_loop().time() > give_up:
                raise Unavailable
            self._gap()
            await asyncio.sleep(0.02)
        return state

    async def _read_state(self) -> LogState:
        async with self._store.read() as unit:
            return await unit.events.state()

    async def known_position(self, asked: LogCursor | None) -> LogCursor:
        """A position as the present epoch has it; this process's own where the log does not have that place.

        Costs a look at the table only for what this process has not been told of. Raises Unavailable.
        """
        if asked is None:
            return self.position
        if asked.seq is not None and asked.belongs_to(self.epoch) and self._horizon <= asked.seq <= self.head:
            return LogCursor.reached(self.epoch, asked.seq)
        return await place_of(self._store, asked, await self.state()) or self.position

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
        return await numbered(self._store, ord_, seconds)

    async def _hear(self) -> None:
        async with self._broadcast.subscribe(EVENTS) as stream:
            self._ready.set()
            while True:
                message = (await stream.get()).message
                if message == GAP:
                    self._gap()
                    continue
                try:
                    epoch, events = decode(message)
                    self.offer(events, epoch)
                except (ValueError, KeyError, TypeError):
                    log.warning("hub.message_not_understood")
                    self._gap()

    def _gap(self) -> None:
        self._missed = True
        if self._inbox.empty():
            self._inbox.put_nowait(None)

    async def _run(self) -> None:
        while True:
            offered: tuple[UUID, Sequence[Event]] | None = None
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    offered = await self._inbox.get()
            except TimeoutError:
                self._missed = True
            try:
                if offered is not None:
                    await self._admit(*offered)
                if self._missed or asyncio.get_running_loop().time() - self._advanced_at > SILENCE_SECONDS:
                    await self._catch_up()
            except Unavailable:
                self._missed = True
                await asyncio.sleep(0.1)
            except Exception:  # this task is this process's only sight of the log
                log.exception("hub.failed")
                self._missed = True
                await asyncio.sleep(SILENCE_SECONDS)

    async def _admit(self, epoch: UUID, events: Sequence[Event]) -> None:
        if epoch != self.epoch:
            await self._catch_up()
            return
        fresh = [e for e in events if e.seq > self.head]
        if fresh and fresh[0].seq != self.head + 1:
            self.holes += 1
            await self._catch_up()
            if epoch != self.epoch:
                return
            fresh = [e for e in fresh if e.seq > self.head]
        if fresh and fresh[0].seq == self.head + 1 and fresh[-1].seq == self.head + len(fresh):
            self._append(fresh)

    async def _catch_up(self) -> None:
        self._missed = False
        suspected = False
        while True:
            async with self._store.read() as unit:  # the state after the entries: it is that of a later moment
                rows = await unit.events.after(max(0, self.head - 1), PAGE)
                state = await unit.events.state()
            if state.epoch != self.epoch:
                self._renewed(state)
            elif self._is_other(rows, state):
                if suspected:
                    await self._begin_epoch()
                else:
                    suspected = True
                    await asyncio.sleep(SETTLE_SECONDS)
            else:
                self._horizon = state.horizon
                if not (fresh := [e for e in rows if e.seq > self.head]):
                    break
                self._append(fresh)
        self._advanced_at = asyncio.get_running_loop().time()

    def _is_other(self, rows: Sequence[Event], state: LogState) -> bool:
        """Whether the table has gone back behind what was told, or has another entry in its place."""
        if state.head < self.head:
            return True
        if not rows or rows[0].seq != self.head:
            return False
        self._last_id = self._last_id or rows[0].id
        return rows[0].id != self._last_id

    async def _begin_epoch(self) -> None:
        """Have everybody see that the table has changed, with what is known to be as it was."""
        async with self._store.read() as unit:
            shared_head = await unit.events.last_shared(self._ring)
        async with self._store.write() as unit:
            if await unit.log.renew(self.epoch, shared_head):
                await unit.commit()
                log.error("hub.log_rewritten", head=self.head, shared_head=shared_head)

    def _renewed(self, state: LogState) -> None:
        """Go on in another epoch, from its head where not everything that was told is in it."""
        shared = state.shared_head(self.epoch.hex[:8])
        kept = shared is not None and shared >= self.head
        if not kept:
            self._ring.clear()
            self.head, self._last_id = state.head, None
        self.epoch, self._horizon = state.epoch, state.horizon
        self._bind(state.epoch)
        log.warning("hub.epoch_changed", epoch=str(self.epoch), head=self.head, kept=kept)
        for listener in self._renewal_listeners:
            listener(Renewal(self.epoch, kept))

    def _append(self, events: Sequence[Event]) -> None:
        if events[0].seq != self.head + 1:  # pruned before this process, frozen or cut off for long, had read it
            self.holes += 1
            self._ring.clear()  # it has no holes, because places in it are counted
            log.error("hub.hole_in_the_table", head=self.head, next=events[0].seq)
        self._ring.extend(events)
        self.head, self._last_id = events[-1].seq, events[-1].id
        self._advanced_at = asyncio.get_running_loop().time()
        erased = {e.subject.id for e in events if e.type is EventType.USER_ERASED}
        if erased:
            self._forget(erased)
        for listener in self._listeners:
            listener(events)

    def _forget(self, users: set[UUID]) -> None:
        """Take erased users' personal data out of memory, as it was taken out of the table."""
        kept = [policies.without_erased(e, users) for e in self._ring]
        self._ring.clear()
        self._ring.extend(kept)
