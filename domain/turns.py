"""Taking turns: how much of something may be used at once, and in which order those who wait for it come next.

Keys take turns among themselves, and the waiters of one key keep their order: fifty requests of one session wait behind
each other, and another session's first one waits for none of them but the one whose turn it is.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from domain.errors import DomainError, RateLimited

CONNECTIONS_EACH = 3
"""Database connections that one request holds at most."""


class Turns:
    """At most `each` at once for one key, and `total` for all of them; None as the key stands for the process itself,
    which is served first and has no bound of its own.

    Waiting takes `seconds` at most, for `waiting_max` of each key at most; `refusal` makes what is raised otherwise.
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
        self._running: Counter[Hashable] = Counter()
        self._used = 0
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def running(self) -> int:
        """How many have their turn now."""
        return self._used

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(queue) for queue in self._waiting.values())

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[None]:
        """Have a turn for as long as the block lasts. Raises the refusal."""
        if self._may(key):
            self._begin(key)
        else:
            await self._wait(key)
        try:
            yield
        finally:
            self._end(key)

    def _may(self, key: Hashable) -> bool:
        return self._used < self._total and (key is None or self._running[key] < self._each)

    def _begin(self, key: Hashable) -> None:
        self._used += 1
        self._running[key] += 1

    def _end(self, key: Hashable) -> None:
        self._used -= 1
        self._running[key] -= 1
        if not self._running[key]:
            del self._running[key]
        self._next(key)

    async def _wait(self, key: Hashable) -> None:
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
                self._end(key)  # it was given while the waiter left
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
        """Give the free places away. Without a total only the key that has ended something can have got one."""
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
            if not turn.done():  # otherwise it has been cancelled, and its waiter is about to leave
                self._begin(key)
                turn.set_result(None)
                break
        if queue:
            self._waiting[key] = queue


@dataclass(eq=False, slots=True)
class Share:
    """What one request may use: in whose name it waits, and its own bound of connections."""

    key: Hashable
    connections: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS_EACH))


share: ContextVar[Share | None] = ContextVar("share", default=None)
"""The share of the request that this task works for; None for the process's own work."""
