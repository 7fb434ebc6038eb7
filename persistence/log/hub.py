"""The hub: this process's view of the log, in order, without gaps or duplicates, from whichever source is fastest.

Entries arrive from the relay of this process, from Redis, or from the table; their dense sequence numbers decide. After
a gap in the numbers, a GAP message, or a second of silence, the hub reads the table. It keeps the newest entries in
memory for clients that catch up, and calls its listeners with each new batch.

The table may change under a running process, by a restore or a promotion. Each time it is read, its epoch and the entry
at the hub's head are compared with the known ones. In a new epoch that contains everything already sent, the hub
continues; otherwise it notifies its listeners and continues from the new head. A table with the same epoch that has gone
back, or has different entries, was restored from its files: then the hub begins a new epoch.
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
"""How long to wait before a table that differs under the same epoch is re-read: the relay handles a running restore."""
EPOCH_SECONDS = 2.0
PAGE = 500

Listener = Callable[[Sequence[Event]], None]

log = structlog.get_logger(__name__)


class Hub:
    """One per process. `head` is the newest sequence number that listeners have received; `advanced_at` is when it was last seen to be."""

    def __init__(
        self, store: Store, broadcast: Broadcast, ring: int = RING, bind: Callable[[UUID], None] = lambda _: None
    ) -> None:
        self._store, self._broadcast, self._bind = store, broadcast, bind
        self._ring: deque[Event] = deque(maxlen=ring)
        self._inbox: asyncio.Queue[tuple[UUID, Sequence[Event]] | None] = asyncio.Queue(1000)
        self._missed = False
        self._last_id: UUID | None = None
        self._horizon = 0
        self.advanced_at = 0.0
        self._listeners: list[Listener] = []
        self._renewal_listeners: list[Callable[[Renewal], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = asyncio.Event()
        self.epoch: UUID = UUID(int=0)
        self.head = 0
        self.holes = 0

    async def __aenter__(self) -> Self:
        """Bind Redis to the log, join its live stream, then read the head, so that nothing is missed in between.

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
        self._tasks.append(asyncio.create_task(self._receive_loop(), name="hub-receive"))
        await self._ready.wait()
        state = await self._read_state()
        self._bind(state.epoch)
        self.epoch, self.head, self._horizon = state.epoch, state.head, state.horizon
        self.advanced_at = asyncio.get_running_loop().time()
        self._tasks.append(asyncio.create_task(self._run(), name="hub"))

    @property
    def position(self) -> LogCursor:
        """The newest position that listeners have received."""
        return LogCursor.reached(self.epoch, self.head)

    def listen(self, listener: Listener) -> None:
        """Call the listener with every new batch of the log; it must not block.

        A batch directly follows the previous one, unless entries between them were pruned before this process read them.
        """
        self._listeners.append(listener)

    def on_renewal(self, listener: Callable[[Renewal], None]) -> None:
        """Call the listener when the epoch has changed, before any entry of the new epoch is passed on; it must not block."""
        self._renewal_listeners.append(listener)

    def offer(self, events: Sequence[Event], epoch: UUID | None = None) -> None:
        """Accept entries that were just numbered in this or the current epoch; they may be out of order and have gaps."""
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

    async def known_position(self, requested: LogCursor | None) -> LogCursor:
        """Translate a position to the current epoch; returns this process's own if the log does not have it.

        Reads the table only for positions that this process has not received. Raises Unavailable.
        """
        if requested is None:
            return self.position
        if (
            requested.seq is not None
            and requested.belongs_to(self.epoch)
            and self._horizon <= requested.seq <= self.head
        ):
            return LogCursor.reached(self.epoch, requested.seq)
        return await place_of(self._store, requested, await self.state()) or self.position

    async def after(self, seq: int, limit: int = PAGE) -> Sequence[Event]:
        """The entries after a sequence number, at most `limit`, from memory if possible.

        Raises Unavailable, and PositionPruned if the next entry was pruned, because gaps are never passed on.
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
        """The sequence number of a write with this insertion number, waiting a bounded time for the relay."""
        return await numbered(self._store, ord_, seconds)

    async def _receive_loop(self) -> None:
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
                    log.warning("hub.invalid_message")
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
                if self._missed or asyncio.get_running_loop().time() - self.advanced_at > SILENCE_SECONDS:
                    await self._catch_up()
            except Unavailable:
                self._missed = True
                await asyncio.sleep(0.1)
            except Exception:  # without this task, the process would no longer see the log
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
            async with self._store.read() as unit:  # the state is read after the entries, so it is newer
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
        self.advanced_at = asyncio.get_running_loop().time()

    def _is_other(self, rows: Sequence[Event], state: LogState) -> bool:
        """Whether the table has gone back behind the hub's head, or has a different entry there."""
        if state.head < self.head:
            return True
        if not rows or rows[0].seq != self.head:
            return False
        self._last_id = self._last_id or rows[0].id
        return rows[0].id != self._last_id

    async def _begin_epoch(self) -> None:
        """Begin a new epoch for all instances, with the last entry that both histories share."""
        async with self._store.read() as unit:
            shared_head = await unit.events.last_shared(self._ring)
        async with self._store.write() as unit:
            if await unit.log.renew(self.epoch, shared_head):
                await unit.commit()
                log.error("hub.log_rewritten", head=self.head, shared_head=shared_head)

    def _renewed(self, state: LogState) -> None:
        """Continue in a new epoch, from its head if it does not contain everything already sent."""
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
        if events[0].seq != self.head + 1:  # pruned while this process was frozen or disconnected
            self.holes += 1
            self._ring.clear()  # it must have no gaps, because entries are found by counting
            log.error("hub.entries_pruned_unread", head=self.head, next=events[0].seq)
        self._ring.extend(events)
        self.head, self._last_id = events[-1].seq, events[-1].id
        self.advanced_at = asyncio.get_running_loop().time()
        erased = {e.subject.id for e in events if e.type is EventType.USER_ERASED}
        if erased:
            self._forget(erased)
        for listener in self._listeners:
            listener(events)

    def _forget(self, users: set[UUID]) -> None:
        """Remove erased users' personal data from memory, as it was removed from the table."""
        kept = [policies.without_erased(e, users) for e in self._ring]
        self._ring.clear()
        self._ring.extend(kept)
