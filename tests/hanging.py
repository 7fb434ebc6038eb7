"""A test that does not end fails, with the line it hangs at and what every task waits for, and the run goes on.

An alarm rather than a dependency: it must see asyncio's tasks, whose stacks no thread's trace shows. What never comes
back to the interpreter, and so hears no alarm, ends its process by pytest's `faulthandler_timeout`, also with a trace.
"""

from __future__ import annotations

import asyncio
import gc
import io
import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

SECONDS = 300.0
"""For each of setup, test and teardown: many times what the longest takes on a busy machine."""
AGAIN_SECONDS = 5.0
"""Somebody may catch what the alarm raises: it rings until it is heard."""


def waiting_tasks() -> str:
    """The stack of each asyncio task that has not ended."""
    told = io.StringIO()
    for task in [o for o in gc.get_objects() if isinstance(o, asyncio.Task)]:
        if not task.done():
            task.print_stack(file=told)
    return told.getvalue() or "No asyncio task waits."


@contextmanager
def bounded(nodeid: str) -> Iterator[None]:
    """Raise a failure in the block once it has taken too long."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise pytest.fail.Exception(f"{nodeid} did not end within {SECONDS:g} seconds\n{waiting_tasks()}")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Bound the fixtures."""
    with bounded(item.nodeid):
        yield


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Bound the test."""
    with bounded(item.nodeid):
        yield


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Bound the fixtures' ends."""
    with bounded(item.nodeid):
        yield
