"""Fair queueing: how many users of a resource may run at once, and in which order the waiting ones follow.

Keys are served round-robin, and the waiters of one key first in, first out: fifty requests of one session wait for
each other, while the first request of another session waits only for the one that is running.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from domain.errors import DomainError, RateLimited

CONNECTIONS_EACH = 3
"""Database connections that one request holds at most."""


class Turns:
    """At most `each` at once for one key, and `total` for all keys. The key None is the process itself: it is served
    first and has no limit of its own.

    A waiter waits at most `seconds`, and each key has at most `waiting_max` waiters; `refusal` makes the error raised
    otherwise.
    """

    def __init__(
        self,
        each: int,
        total: float = math.inf,
        seconds: float = 10.0,
        refusal: Callable[[], DomainError] = lambda: RateLimited(1),
        waiting_max: float = math.inf,
    ) -> None:
        self._each, self._total = each, total
        self._waiting_max, self._seconds, self._refusal = waiting_max, seconds, refusal
        self._running: dict[Hashable, int] = {}
        self._used = 0
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def running(self) -> int:
        """How many are running now."""
        return self._used

    @property
    def waiting(self) -> int:
        """How many are waiting."""
        return sum(len(queue) for queue in self._waiting.values())

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[None]:
        """Hold a turn for the duration of the block. Raises the error that `refusal` makes."""
        if not self.try_begin(key):
            await self.wait(key)
        try:
            yield
        finally:
            self.end(key)

    def try_begin(self, key: Hashable) -> bool:
        """Take a turn, which the caller has to end, if that is possible without waiting."""
        if self._may(key):
            self._begin(key)
            return True
        return False

    def _may(self, key: Hashable) -> bool:
        return self._used < self._total and (key is None or self._running.get(key, 0) < self._each)

    def _begin(self, key: Hashable) -> None:
        self._used += 1
        self._running[key] = self._running.get(key, 0) + 1

    def end(self, key: Hashable) -> None:
        """Give a turn back."""
        self._used -= 1
        left = self._running[key] - 1
        if left:
            self._running[key] = left
        else:
            del self._running[key]
        if self._waiting:
            self._next(key)

    async def wait(self, key: Hashable) -> None:
        """Wait for a turn, which the caller has to end. Raises the error that `refusal` makes."""
        queue = self._waiting.setdefault(key, deque())
        if len(queue) >= self._waiting_max:
            raise self._refusal()
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            async with asyncio.timeout(self._seconds):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.end(key)  # granted while the waiter was leaving
            else:
                self._leave(key, turn)
            if isinstance(error, TimeoutError):
                raise self._refusal() from None
            raise

    def _leave(self, key: Hashable, turn: asyncio.Future[None]) -> None:
        queue = self._waiting.get(key)
        if queue is None or turn not in queue:
            return
        queue.remove(turn)
        if not queue:
            del self._waiting[key]

    def _next(self, ended: Hashable) -> None:
        """Grant free turns to waiters. Without a total, only the key whose turn ended can have a free one."""
        keys = [ended] if self._total == math.inf else [None, *self._waiting]
        for key in keys:
            if self._used >= self._total:
                return
            if key in self._waiting and self._may(key):
                self._give(key)

    def _give(self, key: Hashable) -> None:
        queue = self._waiting.pop(key)
        while queue:
            turn = queue.popleft()
            if not turn.done():  # a done one was cancelled, and its waiter is leaving
                self._begin(key)
                turn.set_result(None)
                break
        if queue:
            self._waiting[key] = queue


@dataclass(eq=False, slots=True)
class Share:
    """What one request may use: the key under which it waits, and its own limit of connections."""

    key: Hashable
    connections: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS_EACH))


share: ContextVar[Share | None] = ContextVar("share", default=None)
"""The share of the request that this task belongs to; None for the process's own work."""
