"""The faults that are struck while `rollcall verify` runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from bench.verify.stand import Stand

DOWN_SECONDS, FROZEN_SECONDS = 1.0, 6.0


def kill_instance(stand: Stand, number: int = 0) -> None:
    """SIGKILL to an instance; it comes back on the same port."""
    stand.instances[number].kill()
    time.sleep(DOWN_SECONDS)
    stand.instances[number].start()


def restart_instance(stand: Stand) -> None:
    """SIGTERM to an instance, as on a deployment; it comes back."""
    stand.instances[-1].stop()
    stand.instances[-1].start()


def freeze_instance(stand: Stand) -> None:
    """SIGSTOP to an instance for some seconds: if it leads the relay, another puts it off."""
    stand.instances[0].freeze()
    time.sleep(FROZEN_SECONDS)
    stand.instances[0].thaw()


def end_leader(stand: Stand) -> None:
    """End the database connection of the relay that leads."""
    stand.end_leader()


def kill_valkey(stand: Stand) -> None:
    """SIGKILL to Valkey; it comes back empty."""
    stand.engines.valkey.kill()
    time.sleep(DOWN_SECONDS)
    stand.engines.valkey.start()


def freeze_valkey(stand: Stand) -> None:
    """SIGSTOP to Valkey for some seconds."""
    stand.engines.valkey.pause()
    time.sleep(FROZEN_SECONDS)
    stand.engines.valkey.resume()


def kill_postgres(stand: Stand) -> None:
    """SIGKILL to PostgreSQL and all its processes; it recovers."""
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
