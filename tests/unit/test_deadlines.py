"""Work that takes too long ends with TimeoutError; other cancellations stay what they are."""

from __future__ import annotations

import asyncio

import pytest

from api.http.deadlines import Deadlines


def is_looking(deadlines: Deadlines) -> bool:
    """Whether it still looks for overdue work."""
    return deadlines._timer is not None


async def for_ever(deadlines: Deadlines) -> None:
    with deadlines.work():
        await asyncio.Event().wait()


async def test_overdue_work_ends_with_a_timeout() -> None:
    with pytest.raises(TimeoutError):
        await for_ever(Deadlines(0.01, step=0.01))
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_work_in_time_is_left_alone_and_nothing_runs_after_it() -> None:
    deadlines = Deadlines(60.0, step=0.001)
    with deadlines.work():
        await asyncio.sleep(0.01)
    async with asyncio.timeout(60):
        while is_looking(deadlines):
            await asyncio.sleep(0)


async def test_only_what_is_overdue_ends() -> None:
    slow = Deadlines(60.0, step=0.001)
    late, soon = Deadlines(0.01, step=0.001), asyncio.Event()

    async def in_time() -> str:
        with slow.work():
            await soon.wait()
        return "done"

    waiting = asyncio.create_task(in_time())
    with pytest.raises(TimeoutError):
        await for_ever(late)
    soon.set()
    assert await waiting == "done"


async def test_a_cancellation_from_outside_stays_one() -> None:
    task = asyncio.create_task(for_ever(Deadlines(60.0)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_passes_through() -> None:
    with pytest.raises(LookupError), Deadlines(60.0).work():
        raise LookupError
