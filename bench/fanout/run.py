"""One cell of the benchmark: a fresh server, its sockets, and the loads on them one after the other."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bench.fanout.contestants import Contestant
from bench.process import Server, StartError, spawn
from bench.stack import Stack

CELL_SECONDS = 400.0


@dataclass(frozen=True, slots=True)
class Load:
    """A load: `w` keeps this many events in flight, `r` sends this many events a second."""

    name: str
    mode: str
    value: float
    seconds: float


def run(
    stack: Stack, program: Path, contestant: Contestant, sockets: int, loads: Sequence[Load], *, distinct: bool = False
) -> list[dict[str, Any]]:
    """A record for each load, and one named `idle` for the sockets without load. Raises StartError."""
    log = stack.folder / f"{contestant.name}.log"
    with Server(contestant.command, contestant.environment(stack), log) as server:
        empty, used = server.memory(), server.processor()
        with _client(stack, program, contestant, server.port, sockets, distinct=distinct) as client:
            assert client.stdin is not None
            assert client.stdout is not None
            ready = _line(client.stdout, contestant)
            join = (server.processor() - used) / sockets * 1e6
            held = {"kib": (server.memory() - empty) / 1024 / sockets, "join": join} | ready
            records = [held | {"load": "idle"}]
            for load in loads:
                used = server.processor()
                client.stdin.write(f"{load.mode} {load.value} {load.seconds}\n")
                client.stdin.flush()
                record = _line(client.stdout, contestant)
                cost = (server.processor() - used) / max(record["delivered"], 1) * 1e6
                records.append(record | {"load": load.name, "microseconds": cost})
    about = {"server": contestant.name, "sockets": sockets, "distinct": distinct}
    return [about | record for record in records]


def _line(stream: IO[str], contestant: Contestant) -> dict[str, Any]:
    line = stream.readline()
    if not line:
        raise StartError(f"The load client gave up on {contestant.title}")
    return dict(json.loads(line))


@contextmanager
def _client(
    stack: Stack, program: Path, contestant: Contestant, port: int, sockets: int, *, distinct: bool
) -> Iterator[subprocess.Popen[str]]:
    feed = contestant.feed(stack)
    template, document, tokens = (stack.folder / name for name in ("template", "document", "tokens"))
    template.write_bytes(feed.template.encode("latin-1"))
    document.write_text(contestant.document)
    tokens.touch(mode=0o600)
    tokens.write_text("\n".join(stack.tokens()))
    command = [str(program), str(port), contestant.path, str(sockets), str(stack.redis_port), feed.channel]
    command += [str(template), str(document), str(tokens), str(feed.first), contestant.cursor]
    command.append("distinct" if distinct else "same")
    environment = {"REDISCLI_AUTH": stack.redis_password, **feed.environment}
    client = spawn(command, environment, core=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    watchdog = threading.Timer(CELL_SECONDS, client.kill)
    watchdog.start()
    try:
        yield client
    finally:
        watchdog.cancel()
        client.kill()
        with suppress(OSError):
            client.communicate()  # closes the pipes
