"""The queue of failed sign-ins, written in batches soon after their answers.

The time of a write does not reveal which request it came from: the pause between two writes is random.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Self

import structlog

from domain.errors import RateLimited, Unavailable
from domain.jitter import JITTER
from domain.services.sign_in_failure import FailedSignIn
from domain.tasks import end

ROOM = 5_000
"""The longest queue; it gets longer only while the database is unavailable or under attack."""
BATCH = 200
PAUSE_SECONDS = (0.05, 0.35)
"""The pause before a write is drawn evenly from this range."""
RETRY_SECONDS = 1.0
STOP_SECONDS = 5.0
LAST_ATTEMPTS = 3
"""How often writing the rest is attempted at the end."""

Record = Callable[[Sequence[FailedSignIn]], Awaitable[None]]

log = structlog.get_logger(__name__)


class FailureQueue:
    """One per process; `record` writes a batch to the log."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._waiting: deque[FailedSignIn] = deque()
        self._some = asyncio.Event()
        self._stopping = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Write what is left; if that fails, log how many were not written."""
        for _attempt in range(LAST_ATTEMPTS):
            try:
                await self.flush()
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return
        log.error("sign_in_failures.not_written", count=len(self._waiting))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Write failures in the background while the block runs.

        A write in progress is waited for: after a cancellation it would be unknown whether it was committed.
        """
        task = asyncio.create_task(self._run(), name="sign-in-failures")
        try:
            yield
        finally:
            self._stopping = True
            self._some.set()
            await asyncio.wait([task], timeout=STOP_SECONDS)
            await end([task])

    def check_room(self) -> None:
        """Raises RateLimited while the queue is full."""
        if len(self._waiting) >= ROOM:
            raise RateLimited(1)

    @property
    def waiting(self) -> int:
        """How many are not written yet."""
        return len(self._waiting)

    def report(self, failure: FailedSignIn) -> None:
        """Add a failure to the queue."""
        self._waiting.append(failure)
        self._some.set()

    async def flush(self) -> None:
        """Write the queue, in order. Raises Unavailable and keeps what was not written."""
        while self._waiting:
            batch = list(itertools.islice(self._waiting, BATCH))
            try:
                await self._record(batch)
            except Unavailable:
                raise
            except Exception:
                log.exception(
                    "sign_in_failures.refused", count=len(batch)
                )  # and dropped, because it would block the rest
            for _ in batch:
                self._waiting.popleft()

    async def _run(self) -> None:
        while not self._stopping:
            await self._some.wait()
            if not self._stopping:
                await asyncio.sleep(JITTER.uniform(*PAUSE_SECONDS))
            self._some.clear()
            try:
                await self.flush()
            except Unavailable:
                self._some.set()
                await asyncio.sleep(RETRY_SECONDS)
