"""The slow lane: what takes long to render is rendered here, one piece at a time, and never before anybody else's.

A subscription whose messages are answered by a compiled selection, without asking the database, is rendered by the pump
itself. All others wait here. Of the groups that have work, the one that has used least processor time so far is next,
so that a cheap one is never kept waiting by more than one piece of a dear one. After each piece the lane rests for as
long as that took: the pump, the sockets and the requests have at least half of the loop.

A group that falls behind by more than LATE_SECONDS or BACKLOG_MAX entries is ended: its readers resume from their
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
"""Processor time that one piece of work should take."""
PIECE_MAX = 64
BACKLOG_MAX = 8192
LATE_SECONDS = 30.0
REST_MAX_SECONDS = 0.25
NOT_WORTH_A_REST = 0.001
QUICK_SECONDS = 0.001
"""A group whose entries take longer each than this is rendered in the slow lane from then on."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Piece:
    """Some work for `entries` entries; `live` if it is part of the stream, and not of somebody's replay."""

    work: Callable[[], Awaitable[None]]
    entries: int
    since: float
    live: bool


@dataclass(slots=True, eq=False)
class Account:
    """What waits for one group, in order, and what the group has cost, in seconds of processor time."""

    pieces: deque[Piece] = field(default_factory=deque)
    waiting: int = 0
    spent: float = 0.0
    each: float | None = None
    """For one entry, lately."""
    queued: bool = False
    working: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is being done."""
        return not (self.pieces or self.working)

    @property
    def oldest(self) -> float | None:
        """Since when the first of the live entries has waited, in the time of the loop."""
        return next((p.since for p in self.pieces if p.live), None)

    @property
    def piece_size(self) -> int:
        """How many entries make one piece."""
        if self.each is None:
            return 1
        return max(1, min(PIECE_MAX, int(SLICE_SECONDS / max(self.each, 1e-9))))

    def charge(self, seconds: float, entries: int) -> None:
        """Remember what some entries have cost."""
        self.spent += seconds
        each = seconds / max(1, entries)
        self.each = each if self.each is None else 0.7 * self.each + 0.3 * each


class Stopwatch:
    """What the entries of a quick group take, without asking the system for processor time, which is a system call.

    Elapsed time is at least as much. Only where it is too long for a quick group is processor time measured, from the
    next entries on, until it is short again: on a busy machine elapsed time is others' as well.
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
        """Charge an account for some entries, where what was measured is theirs."""
        used = self._clock() - began
        is_short = used <= self._limit * entries
        if is_short or self._clock is self._processor:
            account.charge(used, entries)
        self._clock = self._elapsed if is_short else self._processor


class Lane:
    """One per process. `overrun` is called with a group's account once it has fallen behind too far."""

    def __init__(self, overrun: Callable[[Account], None], clock: Callable[[], float] = time.thread_time) -> None:
        self._overrun, self._clock = overrun, clock
        self._heap: list[tuple[float, int, Account]] = []
        self._order = itertools.count()
        self._floor = 0.0
        self._wake = asyncio.Event()

    def put(self, account: Account, entries: int, work: Callable[[], Awaitable[None]]) -> None:
        """Have live entries rendered in their turn, after what waits for the same group."""
        account.waiting += entries
        oldest, now = account.oldest, asyncio.get_running_loop().time()
        if account.waiting > BACKLOG_MAX or (oldest is not None and now - oldest > LATE_SECONDS):
            self.drop_live(account)
            self._overrun(account)
            return
        self._add(account, Piece(work, entries, now, live=True))

    async def do(self, account: Account, entries: int, work: Callable[[], Awaitable[T]]) -> T:
        """Have something rendered in its turn, and wait for it."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def run() -> None:
            if done.cancelled():
                return
            try:
                result = await work()
            except Exception as error:  # noqa: BLE001 - it is the caller's
                if not done.cancelled():
                    done.set_exception(error)
            else:
                if not done.cancelled():
                    done.set_result(result)

        self._add(account, Piece(run, entries, asyncio.get_running_loop().time(), live=False))
        return await done

    def drop_live(self, account: Account) -> None:
        """Forget the live entries that wait: their readers read again, or are gone."""
        account.pieces = deque(p for p in account.pieces if not p.live)
        account.waiting = 0

    def _add(self, account: Account, piece: Piece) -> None:
        account.pieces.append(piece)
        if not account.queued:
            account.queued = True
            account.spent = max(account.spent, self._floor)  # whoever was idle has saved nothing up
            heapq.heappush(self._heap, (account.spent, next(self._order), account))
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
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
        await asyncio.sleep(min(used, REST_MAX_SECONDS) if used > NOT_WORTH_A_REST else 0)
