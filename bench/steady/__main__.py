"""`make bench-steady`: how long a server takes to start, its memory at rest, and whether that stays flat.

One worker is started several times. The last one then answers requests (one user over v1, and a GraphQL query of a user) and
has rounds of sockets that connect, sign in, subscribe and close. Its memory is read after every tenth of the requests and
after every round.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from api.cli.local.embedded import EngineError
from bench.fanout.__main__ import machine
from bench.fanout.contestants import ROLLCALL
from bench.process import Server, StartError, spawn
from bench.queries.run import processor_seconds
from bench.queries.servers import load_client as request_client
from bench.stack import Stack, folder, stack
from bench.steady.sockets import held

REST_SECONDS = 3.0
"""How long a server rests before its memory is read."""
START_SECONDS = 60.0
QUERY = "query User($id: ID!) { user(id: $id) { id email displayName role status createdAt } }"
READY_GOAL, MEMORY_GOAL = 1.5, 110.0
"""Seconds, and megabytes."""


@dataclass(frozen=True, slots=True)
class Start:
    """A start: seconds until it is ready, processor seconds until then, and bytes at rest."""

    seconds: float
    processor: float
    memory: int


def main() -> int:
    """Run, and print what was measured."""
    options = _options()
    try:
        with folder() as place, stack(place) as ready, ExitStack() as kept:
            starts = []
            for _ in range(options.starts - 1):
                with ExitStack() as own:
                    starts.append(started(own, ready)[1])
                    _say(_start_line(starts[-1]))
            server, last = started(kept, ready)
            starts.append(last)
            _say(_start_line(last))
            print(f"\n{machine()}, load {os.getloadavg()[0]:.1f}", *_summary(starts), sep="\n")
            _show("after requests, MB", soak_requests(ready, server, options.requests))
            _show("after rounds of sockets, MB", soak_sockets(ready, server, options.rounds, options.sockets))
    except (StartError, EngineError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _show(title: str, figures: Iterator[str]) -> None:
    """Print each figure as soon as it is there."""
    print(title, end="", flush=True)
    for figure in figures:
        print(f" {figure}", end="", flush=True)
    print()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.steady", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--starts", type=int, default=5, help="how many starts (5)")
    parser.add_argument("--requests", type=int, default=1_000_000, help="how many requests at least (1000000)")
    parser.add_argument("--rounds", type=int, default=20, help="how many rounds of sockets (20)")
    parser.add_argument("--sockets", type=int, default=5_000, help="how many sockets in each round (5000)")
    options = parser.parse_args()
    options.starts = max(1, options.starts)
    return options


def started(stack_: ExitStack, ready: Stack) -> tuple[Server, Start]:
    """A server that the stack stops. Raises StartError."""
    began = time.monotonic()
    environment = {**ready.environment, "API_PORT": "{port}"}
    server = stack_.enter_context(Server(ROLLCALL.command, environment, ready.folder / "steady.log", core=None))
    _wait(server)
    seconds, used = time.monotonic() - began, processor_seconds(server.process.pid)
    time.sleep(REST_SECONDS)
    return server, Start(seconds, used, server.memory())


def _wait(server: Server) -> None:
    give_up = time.monotonic() + START_SECONDS
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as http:
        while http.get("/readyz").status_code != 200:
            if time.monotonic() > give_up:
                raise StartError("The server was not ready in time")
            time.sleep(0.01)


def _start_line(start: Start) -> str:
    return (
        f"ready in {start.seconds:.2f} s with {start.processor:.2f} s of processor time, "
        f"{start.memory / 1e6:.0f} MB at rest"
    )


def _summary(starts: Sequence[Start]) -> Iterator[str]:
    """The medians, beside the goals."""
    seconds, memory = (
        statistics.median(one) for one in zip(*((s.seconds, s.memory / 1e6) for s in starts), strict=True)
    )
    yield f"ready in {seconds:.2f} s (goal {READY_GOAL:g}), {statistics.median(s.processor for s in starts):.2f} s of processor time"
    yield f"{memory:.0f} MB at rest (goal {MEMORY_GOAL:g})"


def soak_requests(ready: Stack, server: Server, count: int) -> Iterator[str]:
    """Memory after each tenth of so many requests, 16 sessions at 32 connections. Raises StartError for a wrong response."""
    program, bodies, headers = (
        request_client(ready.folder),
        ready.folder / "steady.bodies",
        ready.folder / "steady.headers",
    )
    query = json.dumps({"query": QUERY, "variables": {"id": str(ready.subject)}})
    bodies.write_text(f"/api/v1/users/{ready.subject}\n{query}\n")
    headers.touch(mode=0o600)
    done, tenth = 0, max(1, count // 10)
    while done < count:
        wanted = done + tenth
        headers.write_text("".join(f"Authorization: Bearer {token}\n" for token in ready.tokens()))  # they expire
        while done < min(wanted, count):
            done += _requests(program, server, bodies, headers, min(wanted, count) - done)
        yield f"{server.memory() / 1e6:.1f}"


def _requests(program: Path, server: Server, bodies: Path, headers: Path, count: int) -> int:
    """Send about so many requests, for at most a quarter of a minute."""
    how = [program, server.port, 32, 0.1, count, bodies, headers, 0, '"role"']
    child = spawn([str(part) for part in how], {}, core=1, stdout=subprocess.PIPE)
    text, _ = child.communicate(timeout=120)
    if child.returncode:
        raise StartError("The load client failed")
    record = json.loads(text)
    if record["errors"]:
        raise StartError(f"{record['errors']} of {record['requests']} responses were wrong: {record['failure']}")
    return int(record["requests"])


def soak_sockets(ready: Stack, server: Server, rounds: int, sockets: int) -> Iterator[str]:
    """Memory after each round, with the sockets open and after they were closed. Raises StartError."""
    tokens = ready.tokens()
    for _ in range(rounds):
        open_ = asyncio.run(held(server.port, tokens, sockets, server.memory))
        time.sleep(REST_SECONDS)
        yield f"{open_ / 1e6:.1f}/{server.memory() / 1e6:.1f}"


def _say(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
