"""The servers that are compared, and how each is started."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from api.cli.local.console.node import node
from bench.programs import compile_client
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
    on_node: bool = False

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


def rollcall(dialect: str) -> Contestant:
    """Rollcall, complete."""
    return Contestant("rollcall", "Rollcall", [sys.executable, "-m", "api", "serve"], dialect, lambda p: p.rollcall)


def uvicorn(app: str) -> list[str]:
    """The command of a peer in Python."""
    options = "--host 127.0.0.1 --port {port} --loop uvloop --no-access-log --log-level error"
    return [sys.executable, "-m", "uvicorn", app, *options.split()]


CONTESTANTS = (
    rollcall(ROLLCALL),
    Contestant(
        "mercurius",
        "Mercurius + JIT",
        [str(node()), str(PEERS / "mercurius.js")],
        PEER,
        lambda place: place.peer,
        on_node=True,
    ),
    Contestant(
        "postgraphile",
        "PostGraphile 5",
        [str(node()), str(PEERS / "postgraphile.js")],
        POSTGRAPHILE,
        lambda place: place.peer,
        on_node=True,
    ),
    Contestant(
        "strawberry",
        "plain Strawberry + ORM",
        uvicorn("bench.queries.strawberry_app:app"),
        PEER,
        lambda place: place.peer,
    ),
)


def load_client(folder: Path) -> Path:
    """The load client, built in a folder. Raises StartError."""
    return compile_client(folder / "httpload", [Path(__file__).with_name(name) for name in ("httpload.c",)])
