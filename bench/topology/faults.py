"""The faults, each of which returns once everything is whole again. They come in the order in which they are caused."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.process import StartError
from bench.topology.release import NEWER_EVENT, make_next_release
from bench.topology.topology import Topology

NOTICED_SECONDS = 3.0
"""How long Caddy may take to use an instance again, once it is ready (deploy/Caddyfile)."""
DOWN_SECONDS = 3.0
HEAD, WRITTEN_SINCE = "select last_seq from log_state", 10
RESTORES = 5
"""How often a restore is attempted; one that waits too long for running writers changes nothing (docs/how-to/backup.md)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`harmless`: not one request may fail. `resyncs`: what was written last is lost on purpose, and clients must read again.

    `cuts`: it needs hosts with networks of their own.
    """

    name: str
    title: str
    cause: Callable[[Topology], None]
    harmless: bool = False
    resyncs: bool = False
    sharded: bool = False
    cuts: bool = False


def kill_instance(stack: Topology) -> None:
    """Kill an instance, and start it again later."""
    instance = stack.front.instances[0]
    instance.kill()
    time.sleep(DOWN_SECONDS)
    instance.start()
    time.sleep(NOTICED_SECONDS)


def rolling_restart(stack: Topology) -> None:
    """Stop and start one instance after the other, as a deployment does."""
    for instance in stack.front.instances:
        instance.stop()
        instance.start()
        time.sleep(NOTICED_SECONDS)


def rolling_upgrade(stack: Topology) -> None:
    """Migrate with the next release while this one runs, write an event that only the next one knows, then replace each instance."""
    release = make_next_release(stack.folder)
    stack.rollcall("migrate", source=release)
    stack.fetch_value(NEWER_EVENT)
    for instance in stack.front.instances:
        instance.stop()
        instance.of_release(release)
        instance.start()
        time.sleep(NOTICED_SECONDS)


def kill_primary(stack: Topology) -> None:
    """Kill the primary PostgreSQL; Patroni promotes the synchronous standby, and makes a standby of the old primary."""
    stack.databases.kill_postgres(stack.databases.primary())
    time.sleep(DOWN_SECONDS)
    stack.databases.wait_for_sync()


def kill_primary_host(stack: Topology) -> None:
    """Kill the primary PostgreSQL and its Patroni at once; another takes over when the key in etcd has expired."""
    lost = stack.databases.primary()
    stack.databases.kill_host(lost)
    stack.databases.wait_for_other(lost)
    stack.databases.start_host(lost)
    stack.databases.wait_for_sync()


def switch_over(stack: Topology) -> None:
    """Have the synchronous standby promoted while the primary is well."""
    stack.databases.switch_over()
    stack.databases.wait_for_sync()


def cut_off_primary(stack: Topology) -> None:
    """Cut the host of the primary PostgreSQL off, with all that runs there, until the others have another primary, and join it again."""
    lost = stack.databases.primary()
    host = stack.databases.host_of(lost)
    stack.network.cut(host)
    try:
        stack.databases.wait_for_other(lost)
        time.sleep(DOWN_SECONDS)
    finally:
        stack.network.join(host)
    stack.databases.wait_for_sync()
    stack.valkeys.wait_until_whole()
    stack.front.wait_until_ready()


def kill_valkey(stack: Topology) -> None:
    """Kill a primary Valkey; another takes over, and the killed one comes back as a replica."""
    killed = stack.valkeys.kill_primary()
    time.sleep(2 * DOWN_SECONDS)
    killed.start()
    stack.valkeys.wait_until_whole()


def restore_backup(stack: Topology) -> None:
    """Back the database up, go on writing, and restore the backup over it: what was written since is lost on purpose."""
    file = stack.folder / "backup"
    stack.rollcall("backup", str(file))
    written = int(stack.fetch_value(HEAD))
    while int(stack.fetch_value(HEAD)) < written + WRITTEN_SINCE:
        time.sleep(0.2)
    for attempt in range(RESTORES):
        try:
            stack.rollcall("restore", str(file), "--replace")
        except StartError:
            if attempt + 1 == RESTORES:
                raise
        else:
            return


FAULTS = (
    Fault("instance", "kill -9 of an instance", kill_instance),
    Fault("restart", "rolling restart of the three instances", rolling_restart, harmless=True),
    Fault("valkey", "kill -9 of the primary Valkey (Sentinel)", kill_valkey, harmless=True),
    Fault("shard", "kill -9 of a primary Valkey (Cluster)", kill_valkey, harmless=True, sharded=True),
    Fault("switchover", "a replica promoted (switchover)", switch_over),
    Fault("primary", "kill -9 of the primary PostgreSQL", kill_primary),
    Fault("host", "loss of the primary PostgreSQL with its Patroni", kill_primary_host),
    Fault("partition", "the host of the primary PostgreSQL cut off from the others", cut_off_primary, cuts=True),
    Fault("restore", "a backup restored while clients write", restore_backup, resyncs=True),
    Fault("upgrade", "rolling upgrade with a migration in between", rolling_upgrade, harmless=True),
)
