"""The faults that are caused while `rollcall verify` runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from bench.verify.stand import Stand

DOWN_SECONDS, FROZEN_SECONDS = 1.0, 6.0


def kill_instance(stand: Stand, number: int = 0) -> None:
    """Kill an instance (SIGKILL) and start it again on the same port."""
    stand.instances[number].kill()
    time.sleep(DOWN_SECONDS)
    stand.instances[number].start()


def restart_instance(stand: Stand) -> None:
    """Stop an instance (SIGTERM), as a deployment does, and start it again."""
    stand.instances[-1].stop()
    stand.instances[-1].start()


def freeze_instance(stand: Stand) -> None:
    """Freeze an instance (SIGSTOP) for some seconds: if it leads the relay, another instance terminates its lead."""
    stand.instances[0].freeze()
    time.sleep(FROZEN_SECONDS)
    stand.instances[0].thaw()


def end_leader(stand: Stand) -> None:
    """End the database connection of the leading relay."""
    stand.end_leader()


def kill_valkey(stand: Stand) -> None:
    """Kill Valkey (SIGKILL) and start it again, empty."""
    stand.engines.valkey.kill()
    time.sleep(DOWN_SECONDS)
    stand.engines.valkey.start()


def freeze_valkey(stand: Stand) -> None:
    """Freeze Valkey (SIGSTOP) for some seconds."""
    stand.engines.valkey.pause()
    time.sleep(FROZEN_SECONDS)
    stand.engines.valkey.resume()


def kill_postgres(stand: Stand) -> None:
    """Kill PostgreSQL with all its processes (SIGKILL); it recovers."""
    stand.engines.postgres.kill()
    time.sleep(DOWN_SECONDS)
    stand.engines.postgres.start()


FAULTS: Mapping[str, Callable[[Stand], None]] = {
    "kill -9 an instance": kill_instance,
    "end the leader's connection": end_leader,
    "kill -9 Valkey": kill_valkey,
    "kill -9 PostgreSQL": kill_postgres,
    "freeze an instance": freeze_instance,
    "freeze Valkey": freeze_valkey,
    "restart an instance": restart_instance,
}
