"""A test that does not end fails with the line at which it hangs and the stack of every task, and the run continues.

This is an alarm instead of a dependency, because it must see asyncio's tasks, whose stacks no thread's trace shows. Code
that never returns to the interpreter gets no alarm: pytest's `faulthandler_timeout` ends its process, also with a trace.
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
"""Seconds for each of setup, test and teardown: many times the longest on a busy machine."""
AGAIN_SECONDS = 5.0
"""Seconds between repetitions: code may catch the alarm's exception, so the alarm repeats until it has an effect."""


def waiting_tasks() -> str:
    """The stack of each asyncio task that has not ended."""
    stacks = io.StringIO()
    for task in [o for o in gc.get_objects() if isinstance(o, asyncio.Task)]:
        if not task.done():
            task.print_stack(file=stacks)
    return stacks.getvalue() or "No asyncio task waits."


@contextmanager
def bounded(nodeid: str) -> Iterator[None]:
    """Fail the block if it takes too long."""
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
    """Limit the setup of fixtures."""
    with bounded(item.nodeid):
        yield


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Limit the test."""
    with bounded(item.nodeid):
        yield


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Limit the teardown of fixtures."""
    with bounded(item.nodeid):
        yield
