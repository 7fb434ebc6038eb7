"""The two jobs of a queue in the database: one fills it from the log, one empties it, some items at the same time.

Every process has both. An item is worked on by the process that claimed it; if that process dies, by another one once
the lease ends. What was done and could not be noted as done is done again: at least once, never lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Self, TypeVar

import structlog

from domain.errors import Unavailable
from domain.tasks import Tasks

POLL_SECONDS = 5.0
"""How often the tables are read without a notification: for what other processes have stored, and for retries."""
RETRY_SECONDS = 1.0
STOP_SECONDS = 5.0
"""How long a stopping process waits for the items that it works on."""
NOTES = 5
"""How often it is attempted to note that an item is done, a second apart."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


class QueueJobs(Generic[T]):
    """Base of such jobs; `name` is that of one item in logs, `slots` how many one process works on at the same time."""

    def __init__(self, name: str, slots: int, poll: float) -> None:
        self._name, self._poll = name, poll
        self._tasks, self._deliveries = Tasks(), set[asyncio.Task[None]]()
        self._slots = asyncio.Semaphore(slots)
        self._queued = asyncio.Event()

    async def fill(self) -> None:
        """Wait until there may be something to read, and put it into the queue. Raises Unavailable."""
        raise NotImplementedError

    async def claim(self) -> Sequence[T]:
        """The next item that is due, if there is one. Raises Unavailable."""
        raise NotImplementedError

    async def work(self, item: T) -> None:
        """Do what an item asks for, and note what became of it. Raises Unavailable."""
        raise NotImplementedError

    def labels(self, item: T) -> dict[str, str]:
        """What logs say of an item."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        """Begin."""
        self._tasks.spawn(self._repeated(self._fill), name=f"{self._name}s-fill")
        self._tasks.spawn(self._repeated(self._send), name=f"{self._name}s-send")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; what is not done stays in the queue."""
        await self._tasks.end()
        if self._deliveries:
            await asyncio.wait(self._deliveries, timeout=STOP_SECONDS)
        for task in self._deliveries:
            task.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    async def _repeated(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                log.exception("queue.failed", queue=self._name)
                await asyncio.sleep(RETRY_SECONDS)

    async def _fill(self) -> None:
        await self.fill()
        self._queued.set()

    async def _send(self) -> None:
        """Work on the next item beside those that are being worked on, or wait for one."""
        async with self._slots:
            self._queued.clear()
            claimed = await self.claim()
        if not claimed:
            await self._idle()
        for item in claimed:
            await self._slots.acquire()
            task = asyncio.create_task(self._deliver(item), name=self._name)
            self._deliveries.add(task)
            task.add_done_callback(self._delivered)

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._deliveries.discard(task)
        self._slots.release()
        self._queued.set()  # the next item of the same owner may be due

    async def _idle(self) -> None:
        try:
            async with asyncio.timeout(self._poll):
                await self._queued.wait()
        except TimeoutError:
            pass

    async def _deliver(self, item: T) -> None:
        try:
            await self.work(item)
        except Unavailable:
            log.warning("queue.database_unavailable", queue=self._name, **self.labels(item))
        except Exception:
            log.exception("queue.item_failed", queue=self._name, **self.labels(item))


async def noted(note: Callable[[], Awaitable[None]]) -> None:
    """Note that an item is done, also while the database is briefly unavailable. Raises Unavailable."""
    for _attempt in range(NOTES - 1):
        try:
            return await note()
        except Unavailable:
            await asyncio.sleep(RETRY_SECONDS)
    return await note()
