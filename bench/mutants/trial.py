"""One mutant at a time, in a process of its own that is forked with everything imported: some hundredths of a second each.

The functions are not imported again: the mutant's code is put into the function object that everybody has already.
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
"""For all tests of a mutant: one that takes longer hangs, and is seen."""
SLOW_SECONDS = 3.0
"""Tests that take longer by themselves are left out, which can only lower the figure."""
QUIET = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--no-summary"]
QUIET += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
Key = tuple[str, str]
"""A file and a function's qualified name."""


def calm() -> None:
    """The same few examples each time, so that a mutant is killed or survives for good."""
    settings.register_profile("mutants", deadline=None, derandomize=True, database=None, max_examples=60)
    settings.load_profile("mutants")


class Map:
    """A plugin that finds out which tests call which function of the domain, and how long each takes."""

    def __init__(self, root: Path) -> None:
        self._prefix = str(root / "domain")
        self.callers: dict[Key, dict[str, float]] = defaultdict(dict)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Watch every call of one test, its fixtures included."""
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


class Only:
    """A plugin that runs these tests, the quickest first."""

    def __init__(self, wanted: dict[str, float]) -> None:
        self._wanted = wanted

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out the others."""
        items[:] = sorted((i for i in items if i.nodeid in self._wanted), key=lambda i: self._wanted[i.nodeid])


def silently(run: Callable[[], int]) -> int:
    """What it returns, with nothing said."""
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        return run()


def survives(mutant: Mutant, tests: Sequence[str], wanted: dict[str, float]) -> bool:
    """Whether no test fails with the mutant in place."""
    child = os.fork()
    if not child:
        code = 1
        with contextlib.suppress(BaseException):
            found(mutant).__code__ = mutant.code
            code = silently(lambda: int(pytest.main([*QUIET, *tests], plugins=[Only(wanted)])))
        os._exit(0 if code == 0 else 1)
    end = time.monotonic() + SECONDS
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.002)
    return ended[1] == 0


def found(mutant: Mutant) -> Any:
    """The function object that the mutant's code belongs into, under whatever decorates it."""
    place: Any = importlib.import_module(".".join(mutant.path.with_suffix("").parts).removesuffix(".__init__"))
    for name in mutant.function.split("."):
        place = inspect.getattr_static(place, name)
    if isinstance(place, property):
        place = place.fget
    place = getattr(place, "__func__", place)
    function = inspect.unwrap(place)
    assert isinstance(function.__code__, CodeType)
    return function
