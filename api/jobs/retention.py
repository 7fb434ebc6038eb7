"""The schedule that keeps the log as long as LOG_RETENTION_DAYS says: once an hour, by one instance at a time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Self

import structlog

from domain.errors import Unavailable
from domain.models.actor import system
from domain.services.retention import RetentionService
from domain.tasks import Tasks

EVERY_SECONDS, RETRY_SECONDS = 3600.0, 60.0
FIRST_SECONDS = 60.0
"""At most this long after the start, so that instances that start together do not check together."""
PAUSE_SECONDS = 0.1
"""Between two batches, to leave the database to others."""

log = structlog.get_logger(__name__)


class Retention:
    """One per process; `pruned` counts the entries that this process has deleted."""

    def __init__(
        self,
        service: RetentionService,
        alone: Callable[[], AbstractAsyncContextManager[bool]],
        days: int,
        *,
        first: float = FIRST_SECONDS,
        every: float = EVERY_SECONDS,
    ) -> None:
        self._service, self._alone, self._days = service, alone, days
        self._first, self._every = first, every
        self._tasks = Tasks()
        self.pruned = 0

    async def __aenter__(self) -> Self:
        """Begin, if anything is to be pruned at all."""
        if self._days > 0:
            self._tasks.spawn(self._run(), name="retention")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; the rest is pruned in the next hour."""
        await self._tasks.end()

    async def _run(self) -> None:
        pause = self._first * random.random()  # noqa: S311 - jitter, not a secret
        while True:
            await asyncio.sleep(pause)
            pause = min(self._every, RETRY_SECONDS)
            try:
                await self._prune()
                pause = self._every
            except Unavailable:
                log.warning("retention.postponed", seconds=pause)
            except Exception:
                log.exception("retention.failed")

    async def _prune(self) -> None:
        before = self.pruned
        async with self._alone() as mine:
            if not mine:
                return
            async for range_ in self._service.prune(system(), self._days):
                self.pruned += range_.count
                await asyncio.sleep(PAUSE_SECONDS)
        if self.pruned > before:
            log.info("retention.pruned", events=self.pruned - before, days=self._days)
