"""`python -m bench.mutants [--minutes N] [--only TEXT] [--tests PATH ...]`: break the domain's functions one change at a time.

Exits with 1 if less than 85 % of the mutants are killed. tests/mutants.md lists those that may survive, each with the
reason; other survivors are marked. With `--minutes`, only as many are run as fit, in a random order that is always the
same.

Why not mutmut or cosmic-ray: both were tried on `domain/pagination.py`. mutmut 3.8 made 133 mutants and ran three a
second on a busy machine, but it runs the tests in a copy of the tree: with all unit tests, those that read the
project's files failed there until each file was listed. cosmic-ray 8.7 starts the test command for each of its 168
mutants; with two test files that is about three seconds each, and two mutants in three minutes on that machine. Here a
mutant is a fork of a process that has imported everything, in the tree itself.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.mutants.operators import Mutant, mutants
from bench.mutants.trial import QUIET, Map, Trials, silently, survives

ROOT = Path(__file__).parents[2]
LISTED = ROOT / "tests" / "mutants.md"
WANTED = 0.85
TESTS = ["tests/unit"]


def main() -> int:
    """Run the mutants and report the survivors."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutants")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--only", default="", help="a part of the path or the function")
    parser.add_argument("--tests", nargs="+", default=TESTS)
    given = parser.parse_args()
    chosen = [m for p in sorted(Path("domain").rglob("*.py")) for m in mutants(p) if given.only in m.name]
    random.Random(1).shuffle(chosen)  # noqa: S311 - any fixed order
    run = Run(chosen, Map(ROOT), given.minutes)
    run.say("Recording which tests call which functions ...")
    failed = silently(lambda: int(pytest.main([*QUIET, *given.tests], plugins=[run.calls, Trials(run.run_mutants)])))
    if failed or not run.tried:
        run.say("The tests fail without a mutant: fix them first.")
        return 1
    run.say(f"{run.tried} of {len(chosen)} mutants run, {run.share:.1%} killed, {run.survived} survived")
    return int(run.share < WANTED)


class Run:
    """The mutants of a run, and its results."""

    def __init__(self, chosen: Sequence[Mutant], calls: Map, minutes: float) -> None:
        self._chosen, self.calls, self._minutes = chosen, calls, minutes
        self._out = os.fdopen(os.dup(1), "w")  # pytest captures the other one
        self._listed = set(re.findall(r"^- `(.+?)`", LISTED.read_text(), re.MULTILINE))
        self.tried = self.survived = 0

    @property
    def share(self) -> float:
        """The share of the mutants run that was killed."""
        return 1 - self.survived / max(self.tried, 1)

    def say(self, line: str) -> None:
        """Print a line at once."""
        print(line, file=self._out, flush=True)

    def run_mutants(self, items: Sequence[pytest.Item]) -> None:
        """Run each mutant while there is time, unless a test fails when it is run a second time."""
        self.calls.done = True
        callers = {item for mutant in self._chosen for item in self.calls.tests(mutant, items)}
        if not survives(None, [item for item in items if item in callers]):
            return
        end = time.monotonic() + 60 * self._minutes
        for mutant in self._chosen:
            if time.monotonic() > end:
                break
            self.tried += 1
            wanted = self.calls.tests(mutant, items)
            if not wanted or survives(mutant, wanted):
                self.survived += 1
                self.say(f"{'survives' if mutant.name in self._listed else 'SURVIVES UNLISTED'}: {mutant.name}")


if __name__ == "__main__":
    sys.exit(main())
