"""`python -m bench.mutants [--minutes N] [--only TEXT] [--tests PATH ...]`: break the domain's functions one change at a time.

Exits with 1 where less than 85 % of the mutants are killed. tests/mutants.md lists those that may survive, each with the
reason; what survives besides is marked. Within the minutes as many are tried as will go, in an order that is random and
always the same.

Why not mutmut or cosmic-ray: both were tried on `domain/pagination.py`. mutmut 3.8 made 133 mutants and ran three a
second on a busy machine, but it runs the tests in a copy of the tree: with all unit tests, those that read the
project's files failed there until each file was listed. cosmic-ray 8.7 starts the test command for each of its 168
mutants; with two test files that is about three seconds each, and two mutants in three minutes on that machine. Here a
mutant is a fork of a process that has imported everything, in the tree itself.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from pathlib import Path

import pytest

from bench.mutants.operators import Mutant, mutants
from bench.mutants.trial import QUIET, SLOW_SECONDS, Map, calm, silently, survives

ROOT = Path(__file__).parents[2]
LISTED = ROOT / "tests" / "mutants.md"
WANTED = 0.85
TESTS = ["tests/unit"]


def main() -> int:
    """Run, and say what survived."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutants")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--only", default="", help="a part of the path or the function")
    parser.add_argument("--tests", nargs="+", default=TESTS)
    given = parser.parse_args()
    calls = Map(ROOT)
    print("Which tests call what ...", flush=True)
    if silently(lambda: _watched(given.tests, calls)):
        print("The tests fail as it is: mend them first.")
        return 1
    calm()
    chosen = [m for p in sorted(Path("domain").rglob("*.py")) for m in mutants(p) if given.only in m.name]
    random.Random(1).shuffle(chosen)  # noqa: S311 - any fixed order
    return judge(chosen, calls, time.monotonic() + 60 * given.minutes)


def _watched(tests: list[str], calls: Map) -> int:
    return int(pytest.main([*QUIET, *tests], plugins=[calls]))


def judge(chosen: list[Mutant], calls: Map, end: float) -> int:
    """Try each while there is time; the exit code."""
    listed = set(re.findall(r"^- `(.+?)`", LISTED.read_text(), re.MULTILINE))
    survived, tried = 0, 0
    for mutant in chosen:
        if time.monotonic() > end:
            break
        tried += 1
        callers = calls.callers.get((str(mutant.path.resolve()), mutant.function), {})
        wanted = {test: seconds for test, seconds in callers.items() if seconds <= SLOW_SECONDS}
        if not wanted or survives(mutant, sorted({t.partition("::")[0] for t in wanted}), wanted):
            survived += 1
            print(f"{'survives' if mutant.name in listed else 'SURVIVES UNLISTED'}: {mutant.name}", flush=True)
    share = 1 - survived / max(tried, 1)
    print(f"{tried} of {len(chosen)} mutants tried, {share:.1%} killed, {survived} survived")
    return int(share < WANTED)


if __name__ == "__main__":
    sys.exit(main())
