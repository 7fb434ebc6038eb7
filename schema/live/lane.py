"""The slow lane: groups that take long to render are rendered here, one piece at a time, without delaying the others.

The pump itself renders subscriptions whose messages come from a compiled selection without a database query. All others
are queued here. The next piece comes from the group that has used the least processor time so far, so that a cheap group
waits for at most one piece of an expensive one. After each piece the lane pauses for as long as the piece took, so that
the pump, the sockets and the requests have at least half of the event loop.

A group that falls behind by more than LATE_SECONDS or BACKLOG_MAX entries is ended: its clients resume from their
cursors, and their replays are rendered here too, at the pace at which they are read.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

SLICE_SECONDS = 0.005
"""The processor time that one piece of work should take."""
PIECE_MAX = 64
BACKLOG_MAX = 8192
LATE_SECONDS = 30.0
REST_MAX_SECONDS = 0.25
REST_MIN_SECONDS = 0.001
QUICK_SECONDS = 0.001
"""A group whose entries take longer than this is moved to the slow lane."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Piece:
    """Work for `entries` entries; `live` if it belongs to the live stream and not to a replay."""

    work: Callable[[], Awaitable[None]]
    entries: int
    since: float
    live: bool


@dataclass(slots=True, eq=False)
class Account:
    """The queued work of one group, in order, and the processor time it has used, in seconds."""

    pieces: deque[Piece] = field(default_factory=deque)
    waiting: int = 0
    spent: float = 0.0
    each: float | None = None
    """The recent average for one entry."""
    queued: bool = False
    working: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether no work is queued or running."""
        return not (self.pieces or self.working)

    @property
    def oldest(self) -> float | None:
        """When the oldest live piece was queued, in the event loop's time."""
        return next((p.since for p in self.pieces if p.live), None)

    @property
    def piece_size(self) -> int:
        """How many entries make one piece."""
        if self.each is None:
            return 1
        return max(1, min(PIECE_MAX, int(SLICE_SECONDS / max(self.each, 1e-9))))

    def charge(self, seconds: float, entries: int) -> None:
        """Record the cost of some entries."""
        self.spent += seconds
        each = seconds / max(1, entries)
        self.each = each if self.each is None else 0.7 * self.each + 0.3 * each


class Stopwatch:
    """Measures the entries of a quick group, mostly by elapsed time, because processor time needs a system call.

    Elapsed time is an upper bound. If it is too long for a quick group, processor time is measured from the next entries
    on, until it is short again: on a busy machine, elapsed time includes other processes.
    """

    __slots__ = ("_clock", "_elapsed", "_limit", "_processor")

    def __init__(
        self,
        limit: float = QUICK_SECONDS,
        elapsed: Callable[[], float] = time.perf_counter,
        processor: Callable[[], float] = time.thread_time,
    ) -> None:
        self._limit, self._elapsed, self._processor = limit, elapsed, processor
        self._clock = elapsed

    def start(self) -> float:
        """The time now, for `charge`."""
        return self._clock()

    def charge(self, account: Account, began: float, entries: int) -> None:
        """Charge an account for some entries, unless the elapsed time may include other processes."""
        used = self._clock() - began
        is_short = used <= self._limit * entries
        if is_short or self._clock is self._processor:
            account.charge(used, entries)
        self._clock = self._elapsed if is_short else self._processor


class Lane:
    """One per process. `overrun` is called with the account of a group that has fallen too far behind."""

    def __init__(self, overrun: Callable[[Account], None], clock: Callable[[], float] = time.thread_time) -> None:
        self._overrun, self._clock = overrun, clock
        self._heap: list[tuple[float, int, Account]] = []
        self._order = itertools.count()
        self._floor = 0.0
        self._wake = asyncio.Event()

    def enqueue(self, account: Account, entries: int, work: Callable[[], Awaitable[None]]) -> None:
        """Queue the rendering of live entries behind the other work of the same group."""
        account.waiting += entries
        oldest, now = account.oldest, asyncio.get_running_loop().time()
        if account.waiting > BACKLOG_MAX or (oldest is not None and now - oldest > LATE_SECONDS):
            self.drop_live(account)
            self._overrun(account)
            return
        self._add(account, Piece(work, entries, now, live=True))

    async def run_in_turn(self, account: Account, entries: int, work: Callable[[], Awaitable[T]]) -> T:
        """Queue a rendering and wait for its result."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def run() -> None:
            if done.cancelled():
                return
            try:
                result = await work()
            except Exception as error:  # noqa: BLE001 - passed to the caller
                if not done.cancelled():
                    done.set_exception(error)
            else:
                if not done.cancelled():
                    done.set_result(result)

        self._add(account, Piece(run, entries, asyncio.get_running_loop().time(), live=False))
        return await done

    def drop_live(self, account: Account) -> None:
        """Discard the queued live entries: their subscribers read again, or have disconnected."""
        account.pieces = deque(p for p in account.pieces if not p.live)
        account.waiting = 0

    def _add(self, account: Account, piece: Piece) -> None:
        account.pieces.append(piece)
        if not account.queued:
            account.queued = True
            account.spent = max(account.spent, self._floor)  # an idle group does not save up time
            heapq.heappush(self._heap, (account.spent, next(self._order), account))
        self._wake.set()

    async def run(self) -> None:
        """Process the queue until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._heap:
                self._floor, _, account = heapq.heappop(self._heap)
                account.queued = False
                if account.pieces:
                    await self._rest(await self._step(account))

    async def _step(self, account: Account) -> float:
        piece = account.pieces.popleft()
        if piece.live:
            account.waiting -= piece.entries
        began = self._clock()
        account.working = True
        try:
            await piece.work()
        except Exception:
            log.exception("live.piece_failed")
        finally:
            account.working = False
        used = self._clock() - began
        account.charge(used, piece.entries)
        if account.pieces and not account.queued:
            account.queued = True
            heapq.heappush(self._heap, (account.spent, next(self._order), account))
        return used

    @staticmethod
    async def _rest(used: float) -> None:
        await asyncio.sleep(min(used, REST_MAX_SECONDS) if used > REST_MIN_SECONDS else 0)
