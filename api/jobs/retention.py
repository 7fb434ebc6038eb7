"""The schedule that deletes what is old, once an hour: events, sessions, idempotency keys, links, invitations, challenges,
webhook deliveries.

The log is pruned by one instance at a time; sessions and keys by any, because they are independent of each other.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Self

import structlog

from domain.errors import Unavailable
from domain.jitter import JITTER
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
    """One per process; `deleted` counts what this process has deleted, by kind.

    Events are kept for `log_days` days, or for ever if it is 0; sessions for `session_days` days after they were over.
    """

    def __init__(
        self,
        service: RetentionService,
        alone: Callable[[], AbstractAsyncContextManager[bool]],
        log_days: int,
        session_days: int,
        *,
        first: float = FIRST_SECONDS,
        every: float = EVERY_SECONDS,
    ) -> None:
        self._service, self._alone = service, alone
        self._log_days, self._session_days = log_days, session_days
        self._first, self._every = first, every
        self._tasks = Tasks()
        self.deleted: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        """Begin."""
        self._tasks.spawn(self._run(), name="retention")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; the rest is deleted in the next hour."""
        await self._tasks.end()

    async def _run(self) -> None:
        pause = self._first * JITTER.random()
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
        if self._log_days > 0:
            async with self._alone() as mine:
                if mine:
                    await self._count("events", self._pruned_events())
        await self._count("sessions", self._service.prune_sessions(system(), self._session_days))
        await self._count("idempotency_keys", self._service.prune_keys(system()))
        await self._count("links", self._service.prune_links(system()))
        await self._count("challenges", self._service.prune_challenges(system()))
        await self._count("invitations", self._service.prune_invitations(system()))
        await self._count("webhook_deliveries", self._service.prune_webhooks(system()))

    async def _pruned_events(self) -> AsyncIterator[int]:
        async for range_ in self._service.prune(system(), self._log_days):
            yield range_.count

    async def _count(self, kind: str, batches: AsyncIterator[int]) -> None:
        before = self.deleted[kind]
        async for count in batches:
            self.deleted[kind] += count
            await asyncio.sleep(PAUSE_SECONDS)
        if self.deleted[kind] > before:
            log.info("retention.deleted", kind=kind, count=self.deleted[kind] - before)
