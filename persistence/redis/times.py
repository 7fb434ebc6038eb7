"""How long Redis takes to answer, by what it is used for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

USES = ("publish", "presence", "limit", "result")


class RedisTimes:
    """One per process; what is measured before `observe` is called is not reported."""

    def __init__(self) -> None:
        self._reports: list[Callable[[str, float], None]] = []

    def observe(self, report: Callable[[str, float], None]) -> None:
        """Call `report` after each round trip with one of USES and its seconds, also if it failed."""
        self._reports.append(report)

    @contextmanager
    def measured(self, use: str) -> Iterator[None]:
        """Measure the block."""
        began = time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - began
            for report in self._reports:
                report(use, seconds)
