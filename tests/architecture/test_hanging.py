"""A test that hangs fails with its location, and the following tests still run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT

CONFTEST = """
from tests import hanging
from tests.hanging import pytest_runtest_call, pytest_runtest_setup, pytest_runtest_teardown
hanging.SECONDS, hanging.AGAIN_SECONDS = 1.0, 0.2
"""
TESTS = """
import asyncio, contextlib, threading

async def waits_for_nobody():
    await asyncio.Event().wait()

def test_a_task_that_waits():
    asyncio.run(waits_for_nobody())

def test_a_thread_that_waits():
    threading.Event().wait()

def test_one_who_catches_everything():
    for _ in range(3):
        with contextlib.suppress(BaseException):
            threading.Event().wait()
    threading.Event().wait()

def test_one_that_ends():
    pass
"""


def test_a_hanging_test_fails_with_its_location_and_the_others_run(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)],
        env={"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "3 failed, 1 passed" in done.stdout, done.stdout
    assert "test_a_task_that_waits did not end within 1 seconds" in done.stdout
    assert "await asyncio.Event().wait()" in done.stdout, "the stack of the task"
    assert "threading.Event().wait()" in done.stdout, "the line of the thread"
