"""`make bench-fanout`: live fan-out of Rollcall and its peers, one worker each, interleaved in the same run.

Rollcall runs with all features: authentication, three scopes among the sockets, bounded outboxes, the relay, and a query
of the database for each batch of events. The peers have none of these, and get complete events from Redis.
Each cell starts a fresh server. Each round runs all cells in turn, so that other load of the machine affects all of them
alike. The figures are medians of the rounds, the ratios medians of the ratios within a round.

`single` sends one event at a time and waits until all sockets have it; `four` and `saturated` keep 4 and 16 events in
flight; `steady` sends two events a second. Everything listens on 127.0.0.1, and ends with the run or its interruption.
"""

from __future__ import annotations

import argparse
import json
import platform
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from bench.fanout.commit import commit_latencies
from bench.fanout.contestants import (
    CONTESTANTS,
    PEERS,
    ROLLCALL,
    STRAWBERRY,
    Contestant,
    load_client,
)
from bench.fanout.report import HELD, Results, goals, table
from bench.fanout.run import Load, run
from bench.process import StartError
from bench.programs import install_node_peers
from bench.stack import Stack, folder, stack

LATENCY_SOCKETS = 1000


def main() -> int:
    """Run the benchmark and print its results."""
    options = _options()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    records: list[dict[str, Any]] = []
    try:
        with folder() as place:
            install_node_peers(PEERS)
            program = load_client(place)
            with stack(place, core=1) as running:
                for found in _cells(running, program, options):
                    records += found
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; these results are incomplete", file=sys.stderr)
    _print(records)
    if options.json:
        Path(options.json).write_text(json.dumps({"machine": machine(), "records": records}, indent=1) + "\n")
    return 128 + stopping[0] if stopping else 0


stopping: list[int] = []
"""The signals that were received: an exception alone may get lost in a callback of the interpreter."""


def _stop(number: int, _: object) -> None:
    stopping.append(number)
    raise KeyboardInterrupt


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fanout", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one short round with 100 and 1,000 sockets")
    parser.add_argument("--sockets", default=None, help="how many, with commas between (100,1000,5000)")
    parser.add_argument("--rounds", type=int, default=None, help="how many rounds (3)")
    parser.add_argument("--seconds", type=float, default=None, help="how long each load lasts (2)")
    parser.add_argument("--json", metavar="FILE", help="write every record there too")
    options = parser.parse_args()
    quick = options.quick
    sizes = options.sockets or ("100,1000" if quick else "100,1000,5000")
    options.sockets = [min(20_000, max(1, int(size))) for size in sizes.split(",")]
    options.rounds = min(20, options.rounds or (1 if quick else 3))
    options.seconds = min(30.0, options.seconds or (1.0 if quick else 2.0))
    return options


def _cells(running: Stack, program: Path, options: argparse.Namespace) -> Iterator[list[dict[str, Any]]]:
    seconds = options.seconds
    for number in range(options.rounds):
        for sockets in options.sockets:
            loads = [
                Load("single", "w", 1, seconds),
                Load("four", "w", 4, seconds),
                Load("saturated", "w", 16, seconds),
            ]
            if sockets == LATENCY_SOCKETS:
                loads.append(Load("steady", "r", 2, 2.5 * seconds))
            for contestant in _turned(CONTESTANTS, number):
                yield _cell(running, program, contestant, sockets, loads)
        for contestant in (ROLLCALL, STRAWBERRY):
            load = Load("saturated", "w", 16, seconds)
            yield _cell(running, program, contestant, LATENCY_SOCKETS, [load], distinct=True)
        if not options.quick:
            yield _cell(running, program, ROLLCALL, HELD, [])
        _say("rollcall, commit to receipt")
        yield commit_latencies(running)


def _turned(contestants: Sequence[Contestant], number: int) -> list[Contestant]:
    """Another order in each round, so that no contestant always follows the same one."""
    at = number % len(contestants)
    return [*contestants[at:], *contestants[:at]]


def _cell(
    running: Stack,
    program: Path,
    contestant: Contestant,
    sockets: int,
    loads: Sequence[Load],
    *,
    distinct: bool = False,
) -> list[dict[str, Any]]:
    if stopping:
        raise KeyboardInterrupt
    _say(f"{contestant.name}, {sockets} sockets{', all documents different' if distinct else ''}")
    try:
        return run(running, program, contestant, sockets, loads, distinct=distinct)
    except StartError as error:
        print(f"  {error}", file=sys.stderr)
        return []


def _say(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


def machine() -> str:
    """The machine of this measurement."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in (Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else "").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = psutil.virtual_memory().total / 2**30
    return f"{psutil.cpu_count()} x {model}, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def _print(records: list[dict[str, Any]]) -> None:
    results = Results(records)
    print(f"\n{machine()}\nServer on the first core, engines and load client on the second.")
    print(table(results))
    print("\nGoals")
    for goal in goals(results):
        print(goal)


if __name__ == "__main__":
    sys.exit(main())
