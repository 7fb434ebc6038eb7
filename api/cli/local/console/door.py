"""The console's process, which is the front door of a local run: started, watched, and started again when it dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from api.cli.local.console.node import node
from api.cli.local.embedded import EngineError
from api.cli.local.embedded.engine import Engine
from api.cli.local.embedded.private import make_directory, new_log, write_text
from api.cli.local.embedded.process import Account, end, family, has_ended, spawn
from domain.backoff import Backoff

READY = b"Rollcall console on "
"""What frontend/server.js prints once it listens."""
RECORD = "console.json"
STOP_SECONDS = 10.0
STEADY_SECONDS = 60.0
"""A process that ran this long did not fail at its start."""


class FrontDoor(Engine):
    """Runs `server.js`, one process at a time, on the port named in `environment`."""

    def __init__(self, folder: Path, log: Path, environment: Mapping[str, str]) -> None:
        super().__init__(folder, Account(), log)
        self._environment = environment

    def _launch(self) -> subprocess.Popen[bytes]:
        # The log of the previous process is kept beside the new one.
        with new_log(self.log) as output:
            return spawn([node(), self.directory / "server.js"], environment=self._environment, output=output)

    def _ready(self) -> bool:
        return READY in self.log.read_bytes()

    def wait(self) -> int | None:
        """Wait for its end; returns the exit code, or None if it is not running."""
        process = self._process
        return None if process is None else process.wait()


class Console:
    """Keeps the front door running until `stop`, restarting it with increasing pauses of at most `longest` seconds."""

    def __init__(
        self,
        folder: Path,
        data_dir: Path,
        environment: Mapping[str, str],
        say: Callable[[str], None],
        *,
        pause: float = 1.0,
        longest: float = 30.0,
    ) -> None:
        self._log = data_dir / "console.log"
        self.door = FrontDoor(folder, self._log, environment)
        self._record = data_dir / RECORD
        self._say, self._backoff = say, Backoff(pause, longest)
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="console", daemon=True)

    def start(self) -> None:
        """Start it and restart it when it ends; raises EngineError if it does not start the first time."""
        make_directory(self._log.parent)
        self.door.start()
        self._write_record()
        self._watcher.start()

    def stop(self) -> None:
        """Stop it and do not restart it."""
        self._stopping.set()
        self.door.stop()
        if self._watcher.is_alive():
            self._watcher.join()
        self.door.stop()  # a process that was just being started
        record = read_record(self._record)
        if record and record["owner"][0] == os.getpid():
            self._record.unlink(missing_ok=True)

    def _watch(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            code = self.door.wait()
            if time.monotonic() - began > STEADY_SECONDS:
                self._backoff.reset()
            if self._stopping.is_set():
                return
            pause = self._backoff.take()
            ending = "did not start" if code is None else f"exited unexpectedly ({code})"
            self._say(f"The console {ending}; restarting in {pause:g} s. Its log: {self._log}")
            if self._stopping.wait(pause):
                return
            self._start_again()

    def _start_again(self) -> None:
        try:
            self.door.start()
            self._write_record()
        except EngineError as error:
            if not self._stopping.is_set():
                self._say(str(error))

    def _write_record(self) -> None:
        record = {"console": identity(self.door.pid), "owner": identity(os.getpid())}
        write_text(self._record, json.dumps(record))


def identity(pid: int) -> tuple[int, float]:
    """A process id with its start time, which distinguishes it from a later process with the same id."""
    return pid, psutil.Process(pid).create_time()


def find_process(pid: int, began: float) -> psutil.Process | None:
    """The process with this identity, if it is still running."""
    try:
        process = psutil.Process(pid)
        return None if has_ended(process) or abs(process.create_time() - began) > 1 else process
    except psutil.NoSuchProcess:
        return None


def read_record(path: Path) -> dict[str, tuple[int, float]]:
    """The identities of the console and its owner; empty if they cannot be read."""
    try:
        found = json.loads(path.read_text())
        return {who: (int(found[who][0]), float(found[who][1])) for who in ("console", "owner")}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def end_earlier_console(data_dir: Path) -> None:
    """End the console that a killed run left behind, so that its port is free, unless its owner is still running.

    On Linux the kernel has already signalled it, but it may still be shutting down.
    """
    record = read_record(data_dir / RECORD)
    if not record or find_process(*record["owner"]) is not None:
        return
    orphan = find_process(*record["console"])
    if orphan is not None:
        end(family(orphan.pid), (signal.SIGTERM, signal.SIGKILL), STOP_SECONDS)
