"""Failed sign-ins are queued and then written to the log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from api.jobs.failures import FailureQueue
from domain.errors import RateLimited, Unavailable
from domain.models.actor import Origin
from domain.services.sign_in_failure import FailedSignIn


def failure(number: int) -> FailedSignIn:
    """A failed sign-in of the user with this number."""
    return FailedSignIn(UUID(int=number), Origin(), datetime(2026, 1, 1, tzinfo=UTC))


class Log:
    """Records batches, unless it is unavailable or refuses one."""

    def __init__(self) -> None:
        self.written: list[int] = []
        self.unavailable = False
        self.wrong: int | None = None
        self.called, self.go = asyncio.Event(), asyncio.Event()
        self.go.set()

    async def record(self, batch: Sequence[FailedSignIn]) -> None:
        self.called.set()
        await self.go.wait()
        if self.unavailable:
            raise Unavailable
        if any(f.user_id == UUID(int=self.wrong) for f in batch if self.wrong is not None):
            raise ValueError
        self.written += [f.user_id.int for f in batch if f.user_id]


async def test_queued_entries_are_written_at_the_end_in_order_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.jobs.failures.PAUSE_SECONDS", (0.0, 0.0))
    log = Log()
    queue = FailureQueue(log.record)
    log.go.clear()
    async with queue, queue.writing():
        queue.report(failure(0))
        await log.called.wait()
        for number in range(1, 450):
            queue.report(failure(number))
        asyncio.get_running_loop().call_soon(log.go.set)
    assert log.written == list(range(450))


async def test_nothing_is_lost_while_the_database_is_unavailable() -> None:
    log = Log()
    log.unavailable = True
    queue = FailureQueue(log.record)
    queue.report(failure(1))
    with pytest.raises(Unavailable):
        await queue.flush()
    queue.report(failure(2))
    log.unavailable = False
    await queue.flush()
    assert log.written == [1, 2]


async def test_an_entry_that_cannot_be_written_does_not_block_the_others() -> None:
    log = Log()
    log.wrong = 1
    queue = FailureQueue(log.record)
    queue.report(failure(1))
    await queue.flush()
    queue.report(failure(2))
    await queue.flush()
    assert log.written == [2]


async def test_a_full_queue_refuses_before_a_password_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.jobs.failures.ROOM", 2)
    queue = FailureQueue(Log().record)
    for number in range(2):
        queue.check_room()
        queue.report(failure(number))
    with pytest.raises(RateLimited):
        queue.check_room()
