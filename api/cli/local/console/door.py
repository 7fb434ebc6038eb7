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
from api.cli.local.embedded.process import Account, end, family, gone, spawn
from domain.backoff import Backoff

READY = b"Rollcall console on "
"""Its own word that it listens (frontend/server.js)."""
RECORD = "console.json"
STOP_SECONDS = 10.0
STEADY_SECONDS = 60.0
"""Who lived that long did not die of its start."""


class FrontDoor(Engine):
    """One run of `server.js` after the other, on the port that `environment` names."""

    def __init__(self, folder: Path, log: Path, environment: Mapping[str, str]) -> None:
        super().__init__(folder, Account(), log)
        self._environment = environment

    def _launch(self) -> subprocess.Popen[bytes]:
        # What the last one said as it died stays readable beside it.
        with new_log(self.log) as output:
            return spawn([node(), self.directory / "server.js"], environment=self._environment, output=output)

    def _ready(self) -> bool:
        return READY in self.log.read_bytes()

    def wait(self) -> int | None:
        """Wait for its end; the exit code, or None where it does not run."""
        process = self._process
        return None if process is None else process.wait()


class Console:
    """The front door, kept open until `stop`: after a death it waits a little longer each time, at most `longest`."""

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
        """Start it and keep it; raises EngineError where it does not start at all."""
        make_directory(self._log.parent)
        self.door.start()
        self._write_down()
        self._watcher.start()

    def stop(self) -> None:
        """End it for good."""
        self._stopping.set()
        self.door.stop()
        if self._watcher.is_alive():
            self._watcher.join()
        self.door.stop()  # one that was being started just then
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
            ending = "did not start" if code is None else f"ended by itself ({code})"
            self._say(f"The console {ending}; it starts again in {pause:g} s. Its log: {self._log}")
            if self._stopping.wait(pause):
                return
            self._start_again()

    def _start_again(self) -> None:
        try:
            self.door.start()
            self._write_down()
        except EngineError as error:
            if not self._stopping.is_set():
                self._say(str(error))

    def _write_down(self) -> None:
        record = {"console": identity(self.door.pid), "owner": identity(os.getpid())}
        write_text(self._record, json.dumps(record))


def identity(pid: int) -> tuple[int, float]:
    """A process, told from a later one with the same id by when it began."""
    return pid, psutil.Process(pid).create_time()


def living(pid: int, began: float) -> psutil.Process | None:
    """The process of that identity, if it still runs."""
    try:
        process = psutil.Process(pid)
        return None if gone(process) or abs(process.create_time() - began) > 1 else process
    except psutil.NoSuchProcess:
        return None


def read_record(path: Path) -> dict[str, tuple[int, float]]:
    """The console's and its owner's identity, or nothing where none can be read."""
    try:
        found = json.loads(path.read_text())
        return {who: (int(found[who][0]), float(found[who][1])) for who in ("console", "owner")}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def end_earlier_console(data_dir: Path) -> None:
    """End the console that a killed run left behind, so that its port is free; one whose run goes on is left alone.

    The kernel has told it of its owner's end already (on Linux), but it may still be about to go.
    """
    record = read_record(data_dir / RECORD)
    if not record or living(*record["owner"]) is not None:
        return
    orphan = living(*record["console"])
    if orphan is not None:
        end(family(orphan.pid), (signal.SIGTERM, signal.SIGKILL), STOP_SECONDS)
