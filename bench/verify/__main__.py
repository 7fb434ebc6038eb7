"""`make verify`: two instances, faults caused one after the other, and the reports of `rollcall verify`.

Everything runs on its own engines in a temporary directory, on its own ports, and only these are ended. There is a run
with 20 subscribers and one with 1,000, each with all faults.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.cli.proof.report import Report
from bench.verify.faults import FAULTS
from bench.verify.stand import Stand, Verdict, over_a_stand

BEFORE_SECONDS, BETWEEN_SECONDS = 2.0, 3.0
BEGUN = 10
"""Events after which all writers have started: a run begins with fewer."""


def main() -> int:
    """Run, print the reports, and return the worst exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.verify", description=__doc__.partition("\n")[0])
    parser.add_argument("--subscribers", type=int, nargs="+", default=[20, 1000], help="one run for each (20 1000)")
    parser.add_argument("--seconds", type=int, default=60, help="how long is written in a run (60)")
    parser.add_argument("--json", metavar="FILE", help="write the reports there too")
    options = parser.parse_args()
    return over_a_stand("verify", lambda stand: _runs(stand, options.subscribers, options.seconds, options.json))


def _runs(stand: Stand, subscribers: Sequence[int], seconds: int, file: str | None) -> int:
    found: list[dict[str, Any]] = []
    worst = 0
    for number in subscribers:
        verdict = run(stand, number, seconds)
        worst = max(worst, verdict.code)
        found.append(verdict.report)
        _print(verdict)
    if file:
        Path(file).write_text(json.dumps(found, indent=1) + "\n")
    return worst


def run(stand: Stand, subscribers: int, seconds: int) -> Verdict:
    """One run, in which every fault is caused while it writes."""
    print(f"{subscribers:,} subscribers, {seconds} s of writing")
    before = stand.events()
    child = stand.verify("--seconds", str(seconds), "--subscribers", str(subscribers))
    began = time.monotonic()
    while stand.events() < before + BEGUN and child.poll() is None:
        time.sleep(0.1)
    time.sleep(BEFORE_SECONDS)
    for name, strike in FAULTS.items():
        if child.poll() is not None:
            break
        print(f"  {time.monotonic() - began:5.1f} s  {name}", flush=True)
        strike(stand)
        time.sleep(BETWEEN_SECONDS)
    return stand.verdict(child)


def _print(verdict: Verdict) -> None:
    if verdict.report:
        report = {k: v for k, v in verdict.report.items() if k != "verdict"}
        print(f"\n{Report(**report).as_text()}\n", flush=True)
    else:
        print(f"\n{verdict.said}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
