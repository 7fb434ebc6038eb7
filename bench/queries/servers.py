"""The servers that are compared, and how each is started."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from api.cli.local.console.node import node, npm, npm_environment
from bench.process import StartError
from bench.queries.operations import (
    OPERATIONS,
    PEER,
    POSTGRAPHILE,
    ROLLCALL,
    Encode,
    peer_cursor,
    postgraphile_cursor,
    rollcall_cursor,
)
from bench.queries.place import Place

PEERS = Path(__file__).with_name("peers")


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server with one worker; `dialect` is that of its documents."""

    name: str
    title: str
    command: Sequence[str]
    dialect: str
    environment: Callable[[Place], Mapping[str, str]]

    def encode(self, port: int) -> Encode:
        """The cursors of the running server."""
        if self.dialect == POSTGRAPHILE:
            return postgraphile_cursor(_example(port))
        return rollcall_cursor if self.dialect == ROLLCALL else peer_cursor


def _example(port: int) -> str:
    document = next(o for o in OPERATIONS if o.name == "page").documents[POSTGRAPHILE]
    answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json={"query": document}, timeout=60, trust_env=False)
    cursor: str = answer.json()["data"]["allUsers"]["pageInfo"]["endCursor"]
    return cursor


def _uvicorn(app: str) -> list[str]:
    options = "--host 127.0.0.1 --port {port} --loop uvloop --no-access-log --log-level error"
    return [sys.executable, "-m", "uvicorn", app, *options.split()]


CONTESTANTS = (
    Contestant("rollcall", "Rollcall", [sys.executable, "-m", "api", "serve"], ROLLCALL, lambda p: p.rollcall),
    Contestant(
        "mercurius", "Mercurius + JIT", [str(node()), str(PEERS / "mercurius.js")], PEER, lambda place: place.peer
    ),
    Contestant(
        "postgraphile",
        "PostGraphile 5",
        [str(node()), str(PEERS / "postgraphile.js")],
        POSTGRAPHILE,
        lambda place: place.peer,
    ),
    Contestant(
        "strawberry",
        "plain Strawberry + ORM",
        _uvicorn("bench.queries.strawberry_app:app"),
        PEER,
        lambda place: place.peer,
    ),
)


def install_node_peers() -> None:
    """Install the packages of package-lock.json, once. Raises StartError."""
    lock, done = PEERS / "package-lock.json", PEERS / "node_modules" / ".package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return
    command, environment = npm("ci", "--prefix", str(PEERS)), npm_environment(PEERS / "node_modules" / ".cache")
    made = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=300)
    if made.returncode:
        raise StartError(f"npm could not install the Node peers:\n{made.stderr[-2000:]}")
    done.touch()


def compile_client(folder: Path) -> Path:
    """Build the load client. Raises StartError."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise StartError("The load client needs a C compiler: cc was not found")
    program, source = folder / "httpload", str(Path(__file__).with_name("httpload.c"))
    command = [compiler, "-O2", "-std=gnu11", "-o", str(program), source]
    made = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    if made.returncode:
        raise StartError(f"The load client could not be built:\n{made.stderr[-2000:]}")
    return program
