"""Ending background tasks for certain: what every layer that keeps one needs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_SECONDS = 1.0


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and return once they have ended, however they end.

    One cancellation is not enough: a driver that is just connecting may take it for its own timeout and go on
    (redis-py does), and whoever waits for such a task waits for ever.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=AGAIN_SECONDS)
        for task in done:
            if not task.cancelled():
                task.exception()  # looked at, so that nobody reports it at the very end
