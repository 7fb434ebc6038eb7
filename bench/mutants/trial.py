"""One mutant at a time, in a process forked with everything imported: some hundredths of a second each.

The functions are not imported again: the mutant's code replaces that of the function object that is already in use.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from hypothesis import settings

from bench.mutants.operators import Mutant

SECONDS = 30.0
"""Seconds for all tests of a mutant: one that takes longer hangs, and is detected."""
SLOW_SECONDS = 3.0
"""Slower tests are omitted, which can only lower the figure."""
QUIET = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--no-summary"]
QUIET += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
Key = tuple[str, str]
"""A file and a function's qualified name."""


def use_fixed_examples() -> None:
    """Use the same few examples each time, so that a mutant's result is reproducible."""
    settings.register_profile("mutants", deadline=None, derandomize=True, database=None, max_examples=60)
    settings.load_profile("mutants")


class Map:
    """A plugin that records which tests call which function of the domain, and how long each takes."""

    def __init__(self, root: Path) -> None:
        self._prefix = str(root / "domain")
        self.callers: dict[Key, dict[str, float]] = defaultdict(dict)
        self.done = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Record every call of one test, including its fixtures."""
        if self.done:
            return (yield)
        called: set[Key] = set()

        def watch(frame: FrameType, event: str, _: object) -> None:
            code = frame.f_code
            if event == "call" and code.co_filename.startswith(self._prefix):
                called.add((code.co_filename, code.co_qualname.partition(".<locals>")[0]))

        began = time.process_time()
        sys.setprofile(watch)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            for key in called:
                self.callers[key][item.nodeid] = time.process_time() - began

    def tests(self, mutant: Mutant, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """The tests that call the mutant's function, the fastest first, without the slow ones."""
        seconds = self.callers.get((str(mutant.path.resolve()), mutant.function), {})
        wanted = [item for item in items if seconds.get(item.nodeid, SLOW_SECONDS) < SLOW_SECONDS]
        return sorted(wanted, key=lambda item: seconds[item.nodeid])


class Trials:
    """A plugin that continues after all tests have passed: their items stay collected, which saves most of a mutant's time."""

    def __init__(self, then: Callable[[Sequence[pytest.Item]], None]) -> None:
        self._then = then

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Before any test uses a profile, and after the conftest has loaded its own."""
        use_fixed_examples()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """Run the mutants after the last test."""
        result = yield
        if not session.testsfailed:
            self._then(session.items)
        return result


def silently(run: Callable[[], int]) -> int:
    """The result of a call whose output is discarded."""
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        return run()


def survives(mutant: Mutant | None, items: Sequence[pytest.Item]) -> bool:
    """Whether all of these tests pass with the mutant in place; with None, whether all pass when run once more."""
    child = os.fork()
    if not child:
        code = 1
        with contextlib.suppress(BaseException):
            if mutant is not None:
                found(mutant).__code__ = mutant.code
            code = int(any(_fails(item) for item in items))
        os._exit(code)
    end = time.monotonic() + SECONDS
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > end and mutant is not None:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.002)
    return ended[1] == 0


def _fails(item: pytest.Item) -> bool:
    if isinstance(item, pytest.Function):
        item._initrequest()  # noqa: SLF001 - as pytest-rerunfailures does: sets the fixtures up again
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return item.session.testsfailed > 0


def found(mutant: Mutant) -> Any:
    """The function object whose code the mutant replaces, without its decorators."""
    place: Any = importlib.import_module(".".join(mutant.path.with_suffix("").parts).removesuffix(".__init__"))
    for name in mutant.function.split("."):
        place = inspect.getattr_static(place, name)
    if isinstance(place, property):
        place = place.fget
    place = getattr(place, "__func__", place)
    function = inspect.unwrap(place)
    assert isinstance(function.__code__, CodeType)
    return function
