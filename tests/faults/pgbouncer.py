"""Debian's PgBouncer before the tests' PostgreSQL, in transaction mode."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest

from api.cli.local.embedded.process import free_port, port_taken, wait_until

PATIENCE = 60
PGBOUNCER = shutil.which("pgbouncer", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"]))
SERVER_CONNECTIONS = 2
"""Fewer than a process has, so that they are handed from one transaction to another all the time."""
CONFIGURATION = """
[databases]
{name} = host={host} port={port} dbname={name} connect_query='{connect_query}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = {size}
server_round_robin = 1
"""


class PgBouncer:
    """PgBouncer before one database; `url` is that database through it. It can be ended and started again."""

    def __init__(self, database_url: str, connect_query: str = "select 1") -> None:
        parts = urlsplit(database_url)
        self._port = free_port()
        self.url = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{self._port}").geturl()
        # Not pytest's folder, which only root may enter: PgBouncer does not run as root.
        self._folder = Path(tempfile.mkdtemp(prefix="rollcall-pgbouncer-"))
        self._folder.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None
        (self._folder / "users").write_text(f'"{parts.username}" "{parts.password}"\n')
        self._settings = self._folder / "pgbouncer.ini"
        self._settings.write_text(
            CONFIGURATION.format(
                name=parts.path.strip("/"),
                host=parts.hostname,
                port=parts.port,
                own=self._port,
                users=self._folder / "users",
                size=SERVER_CONNECTIONS,
                connect_query=connect_query.replace("'", "''"),
            )
        )

    def start(self) -> None:
        """Start it and wait until it listens."""
        assert PGBOUNCER is not None
        user = ["--user", "nobody"] if os.geteuid() == 0 else []
        with (self._folder / "log").open("ab") as output:
            command = [PGBOUNCER, *user, str(self._settings)]
            self._process = process = subprocess.Popen(command, stdout=output, stderr=output)
        assert wait_until(lambda: port_taken("127.0.0.1", self._port) or process.poll() is not None, PATIENCE)
        assert process.poll() is None, self.log

    @property
    def log(self) -> str:
        """What it has written."""
        return (self._folder / "log").read_text()

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(PATIENCE)

    def __enter__(self) -> Self:
        if PGBOUNCER is None:
            message = "PgBouncer is not installed (on Debian and Ubuntu: apt-get install pgbouncer)"
            pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
