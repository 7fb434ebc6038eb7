"""Ending background tasks: also one that swallows a cancellation."""

from __future__ import annotations

import asyncio

import pytest

from domain import tasks
from domain.tasks import background, end


async def swallowing(received: list[str]) -> None:
    """Swallow the first cancellation as a time-out, as a driver does while it connects."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        received.append("swallowed")
    await asyncio.sleep(60)


async def failing() -> None:
    """Fail when cancelled."""
    try:
        await asyncio.sleep(60)
    finally:
        raise OSError("the connection is lost")


async def test_every_task_ends_whatever_it_does_when_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "RECANCEL_SECONDS", 0.01)
    received: list[str] = []
    running = [
        asyncio.create_task(swallowing(received)),
        asyncio.create_task(failing()),
        asyncio.create_task(asyncio.sleep(0)),
    ]
    await asyncio.sleep(0)
    await end(running)
    assert all(t.done() for t in running)
    assert received == ["swallowed"]
    assert isinstance(running[1].exception(), OSError)
    await end([])


async def test_background_work_ends_with_its_block() -> None:
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
