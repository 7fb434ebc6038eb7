"""Reliable cancellation of background tasks, for every layer that runs one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
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
