"""A server under test: started on its own port, observed, and ended with all of its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

import psutil

from api.cli.local.embedded.process import end, family, free_port, port_taken

ROOT = Path(__file__).parents[1]
START_SECONDS, STOP_SECONDS = 120.0, 12.0


class StartError(Exception):
    """A program did not start; the message contains the end of its output."""


class Server:
    """A process that listens on `port`; `{port}` in the command and the environment is replaced by it.

    It is pinned to the first core, unless `core` says otherwise.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path, core: int | None = 0) -> None:
        self.port = free_port()
        self._command = [part.format(port=self.port) for part in command]
        self._environment = {key: value.format(port=self.port) for key, value in environment.items()}
        self._log, self._core = log, core

    def __enter__(self) -> Self:
        with self._log.open("wb") as output:
            self._child = spawn(
                self._command, self._environment, core=self._core, stdout=output, stderr=subprocess.STDOUT
            )
        self.process = psutil.Process(self._child.pid)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait(self) -> None:
        give_up = time.monotonic() + START_SECONDS
        while not port_taken("127.0.0.1", self.port):
            if self._child.poll() is not None or time.monotonic() > give_up:
                text = self._log.read_text(errors="replace")[-2000:]
                raise StartError(f"{' '.join(self._command)} did not start:\n{text}")
            time.sleep(0.05)

    def __exit__(self, *_: object) -> None:
        end(family(self._child.pid), (signal.SIGTERM, signal.SIGKILL), STOP_SECONDS)
        self._child.wait(STOP_SECONDS)

    def memory(self) -> int:
        """Resident bytes."""
        return int(self.process.memory_info().rss)

    def processor(self) -> float:
        """Seconds of processor time used so far."""
        used = self.process.cpu_times()
        return float(used.user + used.system)


def spawn(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    core: int | None,
    stdin: int = subprocess.DEVNULL,
    stdout: int | IO[Any] = subprocess.DEVNULL,
    stderr: int | IO[Any] | None = None,
) -> subprocess.Popen[str]:
    """Start a program in the project's directory, in a separate session, so that Ctrl-C reaches only the benchmark."""
    child = subprocess.Popen(
        list(command),
        cwd=ROOT,
        env=os.environ | dict(environment),
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        text=True,
        start_new_session=True,
    )
    if core is not None:
        pin(child.pid, core)
    return child


def pin(pid: int, core: int) -> None:
    """Pin a process to one core: the server under test has the first, everything else the second.

    Does nothing on a machine with one core, or if the system has no such call.
    """
    process = psutil.Process(pid)
    if not hasattr(process, "cpu_affinity"):
        return
    cores = sorted(os.sched_getaffinity(0) | ALL_CORES)
    if len(cores) > 1:
        process.cpu_affinity([cores[core % len(cores)]])


ALL_CORES = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()
"""The cores available to this program, recorded before it pins itself to one of them."""
