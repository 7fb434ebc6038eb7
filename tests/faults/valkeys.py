"""Valkey as it is run for availability: a primary with a replica and Sentinels, and a Cluster."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from redis import exceptions

from api.cli.local.embedded import Embedded
from api.cli.local.embedded.private import new_log
from api.cli.local.embedded.process import free_port, spawn
from api.cli.local.embedded.valkey import EmbeddedValkey
from persistence.redis.servers import connect
from tests.conftest import throwaway
from tests.integration.logs import until

SERVICE = "of-the-test"
SLOTS, SHARDS = 16384, 3
SENTINEL = """
bind 127.0.0.1
port {port}
dir {directory}
requirepass {own}
sentinel resolve-hostnames no
sentinel monitor {service} 127.0.0.1 {primary} 2
sentinel auth-pass {service} {password}
sentinel sentinel-pass {own}
sentinel down-after-milliseconds {service} 3000
sentinel failover-timeout {service} 6000
"""
SENTINEL_PASSWORD = "of-the-sentinels"


class SentinelServer(EmbeddedValkey):
    """One Sentinel, which writes what it learns into its own file."""

    primary = 0

    def _launch(self) -> subprocess.Popen[bytes]:
        self.port = self.port or free_port()
        text = SENTINEL.format(
            port=self.port,
            directory=self.directory,
            own=SENTINEL_PASSWORD,
            service=SERVICE,
            primary=self.primary,
            password=self._password,
        )
        file = own_folder(self, f"sentinel-{self.port}") / "sentinel.conf"
        file.write_text(text)
        self.account.chown(file)
        with new_log(self.log) as output:
            return spawn([self._program, file, "--sentinel"], account=self.account, environment={}, output=output)

    def _ready(self) -> bool:
        return ask(f"redis://:{SENTINEL_PASSWORD}@127.0.0.1:{self.port}", "PING") is not None


def own_folder(server: EmbeddedValkey, name: str) -> Path:
    """A folder that the server may write to."""
    folder = server.directory / name
    folder.mkdir(exist_ok=True)
    server.account.chown(folder)
    return folder


def ask(url: str, *words: Any) -> Any:
    """The answer to a command, or None if the server is unavailable; not for use inside an event loop."""

    async def send() -> Any:
        client = connect(url, timeout=10)
        try:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]
        except (exceptions.ConnectionError, exceptions.TimeoutError, OSError):
            return None
        finally:
            await client.aclose()

    return asyncio.run(send())


def password_of(server: EmbeddedValkey) -> str:
    """The password of all servers of one directory."""
    return server.url.partition("://:")[2].partition("@")[0]


@dataclass(frozen=True)
class Watched:
    """A primary and its replica, which three Sentinels watch."""

    primary: EmbeddedValkey
    replica: EmbeddedValkey
    sentinels: Sequence[SentinelServer]

    @property
    def url(self) -> str:
        """The address for Rollcall."""
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        options = f"service={SERVICE}&sentinel_password={SENTINEL_PASSWORD}"
        return f"redis+sentinel://:{password_of(self.primary)}@{hosts}/0?{options}"


@contextmanager
def watched() -> Iterator[Watched]:
    """Started servers and Sentinels that know each other."""
    with started() as (embedded, stack):
        primary = embedded.new_valkey("primary")
        primary.options = f"masterauth {password_of(primary)}\n"
        stack.enter_context(primary)
        replica = embedded.new_valkey("replica")
        replica.options = f"dir {own_folder(replica, 'replica')}\nmasterauth {password_of(primary)}\nreplicaof 127.0.0.1 {primary.port}\n"
        stack.enter_context(replica)
        asyncio.run(until(partial(asyncio.to_thread, follows, replica)))
        sentinels = [stack.enter_context(sentinel_of(primary, embedded, number)) for number in range(3)]
        for sentinel in sentinels:
            asyncio.run(until(partial(asyncio.to_thread, knows_all, sentinel)))
        yield Watched(primary, replica, sentinels)


def sentinel_of(primary: EmbeddedValkey, embedded: Embedded, number: int) -> SentinelServer:
    """A Sentinel of this primary, not started."""
    like = embedded.new_valkey(f"sentinel-{number}")
    sentinel = SentinelServer(like.directory, like._program, like.account, like.log, like._password)
    assert primary.port is not None
    sentinel.primary = primary.port
    return sentinel


def knows_all(sentinel: SentinelServer) -> bool:
    """Whether a Sentinel knows the replica and the other two Sentinels."""
    url = f"redis://:{SENTINEL_PASSWORD}@127.0.0.1:{sentinel.port}"
    state = ask(url, "SENTINEL", "MASTER", SERVICE)
    if state is None:
        return False
    state = state if isinstance(state, dict) else dict(zip(state[::2], state[1::2], strict=True))
    return (int(state["num-slaves"]), int(state["num-other-sentinels"])) == (1, 2)


@dataclass(frozen=True)
class Cluster:
    """Three shards, each of which is a primary and a replica."""

    primaries: Sequence[EmbeddedValkey]
    replicas: Sequence[EmbeddedValkey]

    @property
    def url(self) -> str:
        """The address for Rollcall; it names the primaries."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.primaries)
        return f"redis+cluster://:{password_of(self.primaries[0])}@{hosts}"

    def shard_of(self, key: str) -> EmbeddedValkey:
        """The primary that has a key at the start."""
        slot = int(ask(self.primaries[0].url, "CLUSTER", "KEYSLOT", key))
        return self.primaries[slot * SHARDS // SLOTS]

    def replica_of(self, primary: EmbeddedValkey) -> EmbeddedValkey:
        """Its replica at the start."""
        return self.replicas[self.primaries.index(primary)]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A started Cluster whose nodes agree."""
    with started() as (embedded, stack):
        nodes = [stack.enter_context(node_of(embedded, number)) for number in range(2 * SHARDS)]
        primaries, replicas = nodes[:SHARDS], nodes[SHARDS:]
        for number, node in enumerate(primaries):
            first, end = (-(-SLOTS * n // SHARDS) for n in (number, number + 1))
            ask(node.url, "CLUSTER", "ADDSLOTSRANGE", first, end - 1)
            ask(node.url, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for node in nodes[1:]:
            ask(nodes[0].url, "CLUSTER", "MEET", "127.0.0.1", node.port, bus_of(node))
        for node in nodes:
            asyncio.run(until(partial(asyncio.to_thread, agrees, node)))
        for primary, replica in zip(primaries, replicas, strict=True):
            ask(replica.url, "CLUSTER", "REPLICATE", ask(primary.url, "CLUSTER", "MYID"))
        for replica in replicas:
            asyncio.run(until(partial(asyncio.to_thread, follows, replica)))
        yield Cluster(primaries, replicas)


def node_of(embedded: Embedded, number: int) -> EmbeddedValkey:
    """A node of a Cluster, not started."""
    node = embedded.new_valkey(f"node-{number}")
    node.port = free_port()
    node.options = (
        f"cluster-enabled yes\ncluster-port {free_port()}\ncluster-node-timeout 2000\n"
        f"dir {own_folder(node, f'node-{number}')}\ncluster-config-file nodes.conf\nmasterauth {password_of(node)}\n"
    )
    return node


def bus_of(node: EmbeddedValkey) -> int:
    """The port on which a node talks to others."""
    return int(node.options.partition("cluster-port ")[2].split()[0])


def agrees(node: EmbeddedValkey) -> bool:
    """Whether a node knows all others, and every slot is served."""
    info = str(ask(node.url, "CLUSTER", "INFO"))
    return f"cluster_known_nodes:{2 * SHARDS}" in info and "cluster_state:ok" in info


def leads(node: EmbeddedValkey) -> bool:
    """Whether a node is a primary, as a replica becomes after the loss of its own."""
    state = ask(node.url, "INFO", "replication")
    return isinstance(state, dict) and state.get("role") == "master"


def follows(replica: EmbeddedValkey) -> bool:
    """Whether a replica has what its primary has."""
    state = ask(replica.url, "INFO", "replication")
    return isinstance(state, dict) and state.get("master_link_status") == "up"


@contextmanager
def started() -> Iterator[tuple[Embedded, ExitStack]]:
    """A folder for servers, and where they are ended."""
    embedded = throwaway()
    try:
        with ExitStack() as stack:
            yield embedded, stack
    finally:
        embedded.remove()
