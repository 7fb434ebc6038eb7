"""`make bench-workers`: what one port answers with one worker and with two, over the same PostgreSQL and users.

Both run at once and are loaded in turn, round after round; nothing is pinned to a core. Processor time is that of the
supervisor and its workers together, a request; connections are opened once for each load. The rate grows with the workers
only while the machine has processors for them, PostgreSQL and the load client, whose shares are printed; what a request
costs says whether workers hinder each other.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from api.cli.local.embedded import EngineError
from bench.fanout.__main__ import machine
from bench.growth.generate import generated_users
from bench.process import Server, StartError, spawn
from bench.queries.command import FOLDER
from bench.queries.operations import OPERATIONS, ROLLCALL, Operation, rollcall_cursor
from bench.queries.place import Place, place
from bench.queries.run import GRACE_SECONDS, processor_seconds
from bench.queries.servers import load_client

USERS = 10_000
CHOSEN = ("typename", "point", "page")
GOAL = 1.8
"""The rate of two workers divided by that of one, where there are processors enough."""


@dataclass(slots=True)
class Contestant:
    """A started server with so many workers; `next` is the first body of the next load, by operation."""

    workers: int
    server: Server
    next: dict[str, int]

    def processor(self) -> float:
        """The processor time of all its processes, in seconds."""
        whole = psutil.Process(self.server.process.pid)
        return sum(processor_seconds(process.pid) for process in (whole, *whole.children(recursive=True)))


def load(contestant: Contestant, operation: Operation, folder: Path, program: Path, options: Any) -> dict[str, Any]:
    """Load a server with an operation for a while. Raises StartError for a wrong response."""
    numbers = [contestant.server.port, options.connections, options.seconds, 400]
    files = [folder / f"workers.{operation.name}.bodies", folder / "workers.headers"]
    command = [program, *numbers, *files, contestant.next.get(operation.name, 0), operation.needle]
    used, idle = contestant.processor(), psutil.cpu_times().idle
    client = spawn([str(part) for part in command], {}, core=None, stdout=subprocess.PIPE)
    try:
        text, _ = client.communicate(timeout=options.seconds + GRACE_SECONDS)
    finally:
        client.kill()
    record: dict[str, Any] = json.loads(text or '{"errors": 1, "failure": "no answer"}')
    if record["errors"]:
        raise StartError(f"{contestant.workers} workers, {operation.title}: {record['failure']}")
    used, idle = contestant.processor() - used, psutil.cpu_times().idle - idle
    contestant.next[operation.name] = record["next"]
    return {
        "workers": contestant.workers,
        "operation": operation.name,
        "per_second": record["requests"] / record["seconds"],
        "microseconds": used / record["requests"] * 1e6,
        "processors": used / record["seconds"],
        "idle": idle / record["seconds"],
    }


def run(ready: Place, options: Any, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """A record for each number of workers, operation and round. Raises StartError."""
    program = load_client(ready.folder)
    users = list(generated_users(options.users))
    headers = ready.folder / "workers.headers"
    headers.touch(mode=0o600)
    headers.write_text("".join(f"Authorization: Bearer {token}\n" for token in ready.tokens))
    chosen = [operation for operation in OPERATIONS if operation.name in options.only.split(",")]
    for operation in chosen:
        bodies = operation.bodies(users, ROLLCALL, rollcall_cursor)
        (ready.folder / f"workers.{operation.name}.bodies").write_text("\n".join(bodies) + "\n")
    with ExitStack() as stack:
        started = [Contestant(n, stack.enter_context(_server(n, ready)), {}) for n in (1, options.workers)]
        for number in range(-1, options.rounds):
            say(f"round {number + 1} of {options.rounds}" if number >= 0 else "warming")
            for operation in chosen:
                for contestant in started if number % 2 else started[::-1]:
                    record = load(contestant, operation, ready.folder, program, options)
                    if number >= 0:
                        yield record


def _server(workers: int, ready: Place) -> Server:
    words = ["-m", "api", "serve", "--workers", str(workers)]
    environment = {**ready.rollcall, "API_PORT": "{port}"}
    return Server([sys.executable, *words], environment, ready.folder / f"workers.{workers}.log", core=None)


def table(records: Sequence[dict[str, Any]]) -> str:
    """Medians of the rounds."""
    lines = [f"{'':12}{'workers':>8}{'requests/s':>12}{'us CPU':>9}{'CPUs used':>11}{'CPUs idle':>11}{'rate':>9}"]
    for operation in dict.fromkeys(r["operation"] for r in records):
        one = 0.0
        for workers in sorted({r["workers"] for r in records}):
            rows = [r for r in records if (r["operation"], r["workers"]) == (operation, workers)]
            rate, cost, busy, idle = (
                statistics.median(r[key] for r in rows) for key in ("per_second", "microseconds", "processors", "idle")
            )
            one = one or rate
            lines.append(
                f"{operation:12}{workers:>8}{rate:>12,.0f}{cost:>9.1f}{busy:>11.2f}{idle:>11.2f}{rate / one:>7.2f} x"
            )
    return "\n".join(lines)


def main() -> int:
    """Run the benchmark and print its results."""
    parser = argparse.ArgumentParser(prog="python -m bench.workers", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workers", type=int, default=2, help="how many are compared with one (2)")
    parser.add_argument("--users", type=int, default=USERS, help=f"how many users ({USERS})")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (5)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each load lasts (2)")
    parser.add_argument("--connections", type=int, default=32, help="requests under way at a time (32)")
    parser.add_argument(
        "--only", default=",".join(CHOSEN), help="of typename,point,page,search,update,again: only these"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where the users are kept ({FOLDER})")
    parser.add_argument("--json", metavar="FILE", help="write every record there too")
    options = parser.parse_args()

    def say(text: str) -> None:
        print(f"... {text}", file=sys.stderr, flush=True)

    try:
        with place(options.folder, options.users, say, core=None) as ready:
            records = list(run(ready, options, say))
    except (StartError, EngineError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\n{machine()}, load {os.getloadavg()[0]:.1f}; {options.users:,} users, {options.connections} connections")
    print(f"goal: {GOAL} times the rate of one worker, where there are processors enough")
    print(table(records))
    if options.json:
        Path(options.json).write_text(json.dumps({"machine": machine(), "records": records}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
