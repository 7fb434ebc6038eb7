"""The fan-out benchmark's load client: instances accept what it publishes, and each socket gets every event in order."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from bench.fanout.contestants import ROLLCALL, Feed, load_client
from bench.fanout.run import Load, run
from bench.stack import Stack, folder, stack
from persistence.redis.broadcast import EVENTS
from persistence.redis.namespace import RedisNamespace, log_key, root_key

SECRET, EPOCH = "a secret", UUID("0198c2a4-5f1e-7cc3-9d4b-0a1b2c3d4e5f")
KEY = log_key(root_key(SECRET), EPOCH).hex()
SOCKETS = 48
"""Three for each user of the benchmark."""

needs_compiler = pytest.mark.skipif(
    shutil.which("cc") is None and "CI" not in os.environ, reason="the load client needs a C compiler"
)


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """The load client, compiled."""
    return load_client(tmp_path)


@needs_compiler
def test_an_instance_opens_what_the_client_seals(client: Path) -> None:
    receiver = RedisNamespace(SECRET)
    receiver.bind(EPOCH)
    texts = [hashlib.shake_256(b"%d" % n).hexdigest(n)[:n] for n in range(200)] + ["x" * 5000]  # all paddings twice
    sealed = seal(client, "\n".join(texts) + "\n").splitlines()
    assert [receiver.open(EVENTS, message) for message in sealed] == texts
    assert receiver.refused == 0


@needs_compiler
def test_an_invalid_key_is_refused(client: Path) -> None:
    for key in ("", "12", "z" * 64, "1" * 66):
        with pytest.raises(subprocess.CalledProcessError):
            seal(client, "[]\n", key)


def seal(client: Path, lines: str, key: str = KEY) -> str:
    """The lines, sealed as the client publishes them."""
    environment = Feed("", seal_key=key, sealed_for=EVENTS).environment
    made = subprocess.run(
        [client, "seal"], input=lines, env=environment, check=True, capture_output=True, text=True, timeout=30
    )
    return made.stdout


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    """Engines and users for a benchmark."""
    with folder() as place, stack(place) as running:
        yield running


@needs_compiler
@pytest.mark.parametrize("distinct", [False, True], ids=["one document", "a document each"])
def test_every_socket_gets_every_event_in_order(client: Path, running: Stack, distinct: bool) -> None:
    loads = [Load("single", "w", 1, 0.3), Load("four", "w", 4, 0.3), Load("steady", "r", 5, 2.5)]
    _, *records = run(running, client, ROLLCALL, SOCKETS, loads, distinct=distinct)
    for record in records:
        assert record["delivered"] == record["events"] * SOCKETS > 0, record
        assert (record["lost"], record["disorder"], record["closed"]) == (0, 0, 0), record
