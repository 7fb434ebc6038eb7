"""Commands in processes forked from one that has imported them: each is a process of its own, and starts at once.

A command imports for a second what it then needs for a tenth of one. `python -m tests.api.forked` imports it once and
then forks for each request; the child goes on as `rollcall` does, with its own arguments, environment, folder and files.
What a command imports, and when, is tested with real starts (tests/unit/test_lean.py).
"""

from __future__ import annotations

import functools
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from api.cli.main import COMMANDS, main

ALSO = (
    "alembic.command",
    "alembic.runtime.migration",
    "api.bootstrap.container",
    "rich.progress",
    "sqlalchemy.dialects",
)
"""What some commands import while they run."""
WORD = 4
"""Bytes of each number on the socket: the length of a request, then the child's id and its wait status."""


class Commands:
    """The other end of a process that forks: it lives as long as this one."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                cwd=Path(__file__).parents[2],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,  # as of a command whose output is not a terminal
                stderr=subprocess.PIPE,
            )

    def run(
        self, words: Iterable[str], folder: Path, environment: Mapping[str, str], stdin: bytes, seconds: float
    ) -> tuple[int, bytes, bytes]:
        """The exit code and the outputs of a command. Raises TimeoutError after so many seconds, and ends it."""
        request = json.dumps([list(words), str(folder), dict(environment)]).encode()
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            given.write(stdin)
            given.seek(0)
            socket.send_fds(self._socket, [_packed(len(request))], [file.fileno() for file in (given, out, errors)])
            self._socket.sendall(request)
            self._socket.settimeout(seconds)
            child = _number(self._socket)
            try:
                code = os.waitstatus_to_exitcode(_number(self._socket))
            except BaseException:  # the answer would be taken for that to the next request
                os.kill(child, signal.SIGKILL)
                self._socket.close()
                commands.cache_clear()
                raise
            for file in (out, errors):
                file.seek(0)
            return code, out.read(), errors.read()


@functools.cache
def commands() -> Commands:
    """The one of this process, started when it is first asked for."""
    return Commands()


def next_command(requests: socket.socket) -> list[str] | None:
    """In a new child: the words of a command, whose folder, environment and files are set. At the end: None."""
    while True:
        first, files, _, _ = socket.recv_fds(requests, WORD, 3)
        if not first:
            return None
        words, folder, environment = json.loads(_exactly(requests, int.from_bytes(first)))
        child = os.fork()
        if child == 0:
            requests.close()
            for number, file in enumerate(files):
                os.dup2(file, number)
                os.close(file)
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environment)
            return [str(word) for word in words]
        for file in files:
            os.close(file)
        requests.sendall(_packed(child))
        requests.sendall(_packed(os.waitpid(child, 0)[1]))


def _packed(number: int) -> bytes:
    return number.to_bytes(WORD)


def _number(source: socket.socket) -> int:
    return int.from_bytes(_exactly(source, WORD))


def _exactly(source: socket.socket, size: int) -> bytes:
    read = bytearray()
    while len(read) < size:
        more: Any = source.recv(size - len(read))
        if not more:
            raise ConnectionError("The process that forks commands has ended")
        read += more
    return bytes(read)


if __name__ == "__main__":
    for module in (*(f"api.cli.{file}" for file in COMMANDS.values()), *ALSO):
        import_module(module)
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page
    if (words := next_command(socket.socket(fileno=int(sys.argv[1])))) is not None:
        sys.argv = ["rollcall", *words]
        main()
