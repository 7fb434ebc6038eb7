"""Health reports a full disk, and that it has recovered."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.cli.local.embedded import Embedded
from tests.api.conftest import Api, Server
from tests.faults.test_health import Fault, served, until_healthy, until_reported

VICTIM_BYTES = 1 << 20


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A separate file system of 300 MiB."""
    folder = Path(tempfile.mkdtemp(prefix="rollcall-disk-"))
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        folder.rmdir()
        pytest.skip("only root may mount a file system; test_faults_of_the_database uses a limit instead")
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", str(folder)], check=True)
        folder.rmdir()


def fill(folder: Path) -> Callable[[], None]:
    """Fill a file system to its last byte; the returned function frees the space again."""
    filler = folder / "filler"
    handle = os.open(filler, os.O_WRONLY | os.O_CREAT)
    try:
        for size in (VICTIM_BYTES, 4096, 1):
            try:
                while os.write(handle, b"x" * size):
                    pass
            except OSError:
                continue
    finally:
        os.close(handle)
    return filler.unlink


def test_a_full_disk(small_disk: Path) -> None:
    async def until_full(server: Server) -> None:
        api = Api(server)
        async with api.http:
            await until_healthy(api)
            empty = fill(small_disk)
            try:
                await until_reported(api, Fault((), (), {"writes": "disk is full"}))
            finally:
                empty()
            await until_healthy(api)

    engines = Embedded(small_disk / "data", fast=True)
    try:
        engines.start()
        with served(engines, engines.valkey.url) as server:
            asyncio.run(until_full(server))
    finally:
        engines.remove()
