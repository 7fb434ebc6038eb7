"""Ending background tasks: also one that takes a cancellation for something else."""

from __future__ import annotations

import asyncio

import pytest

from domain import tasks
from domain.tasks import background, end


async def deaf(heard: list[str]) -> None:
    """Take the first cancellation for a time-out, as a driver that is just connecting does."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        heard.append("swallowed")
    await asyncio.sleep(60)


async def failing() -> None:
    """Fail instead of being cancelled."""
    try:
        await asyncio.sleep(60)
    finally:
        raise OSError("the connection is gone")


async def test_every_task_ends_however_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "RECANCEL_SECONDS", 0.01)
    heard: list[str] = []
    running = [asyncio.create_task(deaf(heard)), asyncio.create_task(failing()), asyncio.create_task(asyncio.sleep(0))]
    await asyncio.sleep(0)
    await end(running)
    assert all(t.done() for t in running)
    assert heard == ["swallowed"]
    assert isinstance(running[1].exception(), OSError)
    await end([])


async def test_what_runs_beside_a_block_ends_with_it() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with asyncio.timeout(60):
        async with background(work, "work"):
            await begun.wait()
            assert not ended.is_set()
    assert ended.is_set()
