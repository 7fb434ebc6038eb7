"""Reliable cancellation of background tasks, for every layer that runs one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

RECANCEL_SECONDS = 1.0


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and return once all have ended, whatever their outcome.

    One cancellation is not enough: a driver that is connecting may mistake it for its own timeout and continue
    (redis-py does), and then the caller would wait for ever.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=RECANCEL_SECONDS)
        for task in done:
            if not task.cancelled():
                task.exception()  # retrieved, so that asyncio does not report it as never retrieved


class Tasks:
    """The background tasks of one owner, kept while they run: the event loop itself would let them be collected."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None], name: str | None = None) -> None:
        """Run something that outlives the caller."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def end(self) -> None:
        """Cancel what still runs, and return once it has ended."""
        await end(self._running)


@asynccontextmanager
async def background(work: Callable[[], Coroutine[Any, Any, None]], name: str) -> AsyncIterator[None]:
    """Have something run beside the block."""
    tasks = Tasks()
    tasks.spawn(work(), name)
    try:
        yield
    finally:
        await tasks.end()
