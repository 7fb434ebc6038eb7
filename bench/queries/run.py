"""The run: all servers at once, each loaded in turn with each operation, round after round."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.process import Server, StartError, spawn
from bench.queries.place import Place
from bench.queries.servers import Contestant
from bench.queries.work import Work
from domain.models.user import User

GRACE_SECONDS = 60.0
"""How long a load may take beyond its time."""


@dataclass(frozen=True, slots=True)
class Load:
    """How each cell is loaded: `seconds` at a time over so many connections, after `warm` seconds at the beginning."""

    rounds: int
    seconds: float
    connections: int = 32
    warm: float = 2.0
    requests: int = 400
    """How many requests a load has at least, so that work in the background weighs little."""


@dataclass(slots=True)
class Running:
    """A started server, with files of its requests, and the line at which the next load of an operation begins."""

    contestant: Contestant
    server: Server
    headers: Path
    bodies: dict[str, Path] = field(default_factory=dict)
    next: dict[str, int] = field(default_factory=dict)

    def load(self, program: Path, operation: Work, load: Load, seconds: float) -> dict[str, Any]:
        """Load it with one operation. Raises StartError if it does not answer."""
        start = self.next.get(operation.name, 0)
        how = [self.server.port, load.connections, seconds, load.requests]
        command = [program, *how, self.bodies[operation.name], self.headers]
        used = processor_seconds(self.server.process.pid)
        client = spawn([str(part) for part in [*command, start, operation.needle]], {}, core=1, stdout=subprocess.PIPE)
        try:
            text, _ = client.communicate(timeout=seconds + GRACE_SECONDS)
        finally:
            client.kill()
        if client.returncode:
            raise StartError(f"The load client failed with {self.contestant.title}, {operation.title}")
        record: dict[str, Any] = json.loads(text)
        used = processor_seconds(self.server.process.pid) - used
        self.next[operation.name] = record["next"]
        return record | {
            "server": self.contestant.name,
            "operation": operation.name,
            "per_second": record["requests"] / record["seconds"],
            "microseconds": used / max(record["requests"], 1) * 1e6,
            "memory": self.server.memory(),
        }


def processor_seconds(pid: int) -> float:
    """The time that the threads of a process have run, from /proc/PID/task/TID/schedstat (proc(5)), in nanoseconds there."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def run(
    place: Place,
    program: Path,
    contestants: Sequence[Contestant],
    operations: Sequence[Work],
    users: Sequence[User],
    load: Load,
    say: Callable[[str], None],
) -> Iterator[dict[str, Any]]:
    """A record for each server, operation and round. Raises StartError, also for a wrong response."""
    with ExitStack() as stack:
        started = [stack.enter_context(_started(place, c, operations, users)) for c in contestants]
        for running in started:
            say(f"warming {running.contestant.title}")
            for operation in operations:
                _checked(running.load(program, operation, load, load.warm))
        for number in range(load.rounds):
            say(f"round {number + 1} of {load.rounds}")
            for operation in operations:
                for running in _turned(started, number):
                    record = running.load(program, operation, load, load.seconds)
                    yield _checked(record) | {"round": number}


def _turned(started: Sequence[Running], number: int) -> list[Running]:
    """Another order in each round, so that no server always follows the same one."""
    at = number % len(started)
    return [*started[at:], *started[:at]]


def _checked(record: dict[str, Any]) -> dict[str, Any]:
    if record["errors"]:
        what = f"{record['errors']} of {record['requests']} responses to {record['operation']} were wrong"
        raise StartError(f"{record['server']}: {what}, such as {record['failure']}")
    return record


@contextmanager
def _started(
    place: Place, contestant: Contestant, operations: Sequence[Work], users: Sequence[User]
) -> Iterator[Running]:
    folder = place.folder
    headers = folder / f"{contestant.name}.headers"
    headers.touch(mode=0o600)
    signed_in = contestant.name == "rollcall"
    headers.write_text("".join(f"Authorization: Bearer {token}\n" for token in place.tokens) if signed_in else "")
    with Server(contestant.command, contestant.environment(place), folder / f"{contestant.name}.log") as server:
        running = Running(contestant, server, headers)
        encode = contestant.encode(server.port)
        for operation in operations:
            path = running.bodies[operation.name] = folder / f"{contestant.name}.{operation.name}.bodies"
            path.write_text("\n".join(operation.bodies(users, contestant.dialect, encode)) + "\n")
        yield running
