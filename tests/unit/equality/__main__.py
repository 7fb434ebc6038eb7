"""Compares plans with the executor over many random documents: `python -m tests.unit.equality [--count N] [--from NUMBER]`.

Prints each number that differs and how the others were answered; ends with 1 if one differs. Ten thousand take a few minutes.
"""

from __future__ import annotations

import argparse
import logging
import sys
import traceback
from collections import Counter

import structlog

from tests.unit.equality.comparison import check

COUNT = 10_000


def main() -> int:
    """Compare; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.unit.equality", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="documents of each kind")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first number")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    paths, differing = Counter[str](), 0
    for number in range(given.first, given.first + given.count):
        for kind in ("query", "mutation"):
            try:
                paths.update(check(kind, number))
            except AssertionError:
                differing += 1
                sys.stdout.write(f"{kind} {number}\n{traceback.format_exc(limit=0)}\n")
    answered = ", ".join(f"{count} {path}" for path, count in sorted(paths.items()))
    sys.stdout.write(f"{answered}; {differing} differ\n")
    return 1 if differing else 0


sys.exit(main())
