"""Valkey as it is run for availability: three servers that three Sentinels watch, or a Cluster of six."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, Self

from redis import exceptions

from api.cli.local.embedded.process import free_port, wait_until
from bench.process import StartError
from bench.topology.configurations import CLUSTER, SENTINEL, VALKEY
from bench.topology.hosts import Host, Part
from persistence.redis.servers import connect

SERVICE = "rollcall"
SLOTS = 16384
PATIENCE_SECONDS = 60.0


class Node(Part):
    """A server or a Sentinel: `url` is its address."""

    port = 0
    url = ""

    def ask(self, *words: Any) -> Any:
        """The answer to a command; None if it is unavailable. Not for use inside an event loop."""
        return asyncio.run(_ask(self.url, words))


async def _ask(url: str, words: Sequence[Any]) -> Any:
    client = connect(url, timeout=5)
    try:
        return await client.execute_command(*words)  # type: ignore[no-untyped-call]
    except (exceptions.RedisError, OSError):
        return None
    finally:
        await client.aclose()


class Valkeys(Protocol):
    """The servers, until the block ends."""

    @property
    def url(self) -> str:
        """The address for Rollcall."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def kill_primary(self) -> Node:
        """Kill a primary, and return it."""
        ...

    def wait_until_whole(self) -> None:
        """Return once every server is followed or follows. Raises StartError."""
        ...


def node(kind: str, host: Host, folder: Path, program: Path, text: str, password: str, **more: Any) -> Node:
    """A program over a folder of its own, with this configuration."""
    port, name = free_port(), f"{kind}-{host.name}"
    own = folder / name
    own.mkdir()
    file = own / "valkey.conf"
    file.write_text(text.format(address=host.address, port=port, directory=own, password=password, **more))
    extra = ["--sentinel"] if kind == "sentinel" else []
    made = Node(name, host, [program, file, *extra], folder, lambda: made.ask("PING") is not None)
    made.port, made.url = port, f"redis://:{password}@{host.address}:{port}"
    return made


class Watched:
    """A primary and two replicas on three hosts, with a Sentinel on each."""

    def __init__(self, hosts: Sequence[Host], folder: Path, program: Path) -> None:
        self._password = secrets.token_urlsafe(12)
        self._stack = ExitStack()
        self.servers = [node("valkey", h, folder, program, VALKEY, self._password) for h in hosts]
        first = self.servers[0]
        watched = {"service": SERVICE, "primary_address": first.host.address, "primary_port": first.port}
        self.sentinels = [node("sentinel", h, folder, program, SENTINEL, self._password, **watched) for h in hosts]

    @property
    def url(self) -> str:
        """By the Sentinels."""
        hosts = ",".join(f"{s.host.address}:{s.port}" for s in self.sentinels)
        options = f"service={SERVICE}&sentinel_password={self._password}"
        return f"redis+sentinel://:{self._password}@{hosts}/0?{options}"

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for server in self.servers:
                stack.enter_context(server)
            first = self.servers[0]
            for server in self.servers[1:]:
                server.ask("REPLICAOF", first.host.address, first.port)
            _until(lambda: all(_follows(s) for s in self.servers[1:]), "The replicas do not follow")
            for sentinel in self.sentinels:
                stack.enter_context(sentinel)
            self.wait_until_whole()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def primary(self) -> Node:
        """The server that the Sentinels name. Raises StartError."""
        found: list[Node] = []

        def is_named() -> bool:
            named = self.sentinels[0].ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE)
            found.extend(s for s in self.servers if named and s.port == int(named[1]))
            return bool(found)

        _until(is_named, "The Sentinels name no primary")
        return found[0]

    def kill_primary(self) -> Node:
        """Kill the primary, for which the Sentinels choose another."""
        primary = self.primary()
        primary.kill()
        return primary

    def wait_until_whole(self) -> None:
        """Return once the Sentinels know each other and two replicas that follow. Raises StartError."""

        def is_whole() -> bool:
            primary = self.primary()
            others = [s for s in self.servers if s is not primary]
            return all(map(_knows_all, self.sentinels)) and all(map(_follows, others))

        _until(is_whole, "Valkey is not whole")


class Sharded:
    """A Cluster: a primary on each of three hosts, whose replica is on the next one."""

    def __init__(self, hosts: Sequence[Host], folder: Path, program: Path) -> None:
        self._password = secrets.token_urlsafe(12)
        self._stack = ExitStack()
        text = VALKEY + CLUSTER
        self._bus: dict[str, int] = {}
        self.primaries = [self._node("shard", h, folder, program, text) for h in hosts]
        self.replicas = [self._node("spare", h, folder, program, text) for h in (*hosts[1:], hosts[0])]

    def _node(self, kind: str, host: Host, folder: Path, program: Path, text: str) -> Node:
        bus = free_port()
        made = node(kind, host, folder, program, text, self._password, bus=bus)
        self._bus[made.name] = bus
        return made

    @property
    def url(self) -> str:
        """By all nodes."""
        hosts = ",".join(f"{n.host.address}:{n.port}" for n in (*self.primaries, *self.replicas))
        return f"redis+cluster://:{self._password}@{hosts}"

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            nodes = [stack.enter_context(n) for n in (*self.primaries, *self.replicas)]
            for number, primary in enumerate(self.primaries):
                first, end = (-(-SLOTS * n // len(self.primaries)) for n in (number, number + 1))
                primary.ask("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
                primary.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            for other in nodes[1:]:
                nodes[0].ask("CLUSTER", "MEET", other.host.address, other.port, self._bus[other.name])
            _until(lambda: all(map(self._agrees, nodes)), "The nodes of the Cluster do not agree")
            for primary, replica in zip(self.primaries, self.replicas, strict=True):
                replica.ask("CLUSTER", "REPLICATE", primary.ask("CLUSTER", "MYID"))
            _until(lambda: all(map(_follows, self.replicas)), "The replicas of the Cluster do not follow")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _agrees(self, asked: Node) -> bool:
        info = str(asked.ask("CLUSTER", "INFO"))
        return f"cluster_known_nodes:{2 * len(self.primaries)}" in info and "cluster_state:ok" in info

    def kill_primary(self) -> Node:
        """Kill the primary of a shard, whose replica takes its place."""
        self.primaries[0].kill()
        return self.primaries[0]

    def wait_until_whole(self) -> None:
        """Return once all nodes answer that every slot is served. Raises StartError."""
        _until(lambda: all(map(self._agrees, (*self.primaries, *self.replicas))), "The Cluster is not whole")


def _until(holds: Any, otherwise: str) -> None:
    if not wait_until(holds, PATIENCE_SECONDS):
        raise StartError(otherwise)


def _follows(server: Node) -> bool:
    state = server.ask("INFO", "replication")
    return isinstance(state, dict) and state.get("master_link_status") == "up"


def _knows_all(sentinel: Node) -> bool:
    state = sentinel.ask("SENTINEL", "MASTER", SERVICE)
    if state is None:
        return False
    state = state if isinstance(state, dict) else dict(zip(state[::2], state[1::2], strict=True))
    return (int(state["num-slaves"]), int(state["num-other-sentinels"])) == (2, 2)
