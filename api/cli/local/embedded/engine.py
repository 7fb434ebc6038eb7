"""What PostgreSQL and Valkey have in common as child processes: starting, stopping, killing and pausing."""

from __future__ import annotations

import signal
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from api.cli.local.embedded.private import BoundedLog
from api.cli.local.embedded.process import Account, end, end_of, family, send, wait_until
from api.cli.local.errors import EngineError

START_SECONDS = 120.0
"""Long enough for recovery after a crash."""
STOP_SECONDS = 20.0
ATTEMPTS = 5
"""How many ports are tried if another process takes the free one first."""


class Engine(ABC):
    """One server process on the loopback address. `start` keeps the port that an earlier start got."""

    stop_signal = signal.SIGTERM

    def __init__(self, directory: Path, account: Account, log: Path) -> None:
        self.directory = directory
        self.account = account
        self.log = log
        self.port: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._bounded: BoundedLog | None = None

    @property
    def pid(self) -> int:
        """The server's process id; raises EngineError when it was not started."""
        if self._process is None:
            raise EngineError(f"{type(self).__name__} is not running")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process exists, paused or not."""
        return self._process is not None and self._process.poll() is None

    @abstractmethod
    def _launch(self) -> subprocess.Popen[bytes]:
        """Start the process on `self.port`, or on a free port."""

    @abstractmethod
    def _ready(self) -> bool:
        """Whether it answers."""

    def start(self) -> None:
        """Start it and wait until it answers; raises EngineError with the end of its log."""
        fixed = self.port
        for _ in range(ATTEMPTS):
            self.port = fixed
            self._process = process = self._launch()
            wait_until(lambda: self._ready() or not self.running, START_SECONDS)
            if self.running and self._ready():
                self._bounded = BoundedLog(self.log)
                self._bounded.start()
                return
            self._end(process, (signal.SIGKILL,))
            if "in use" not in end_of(self.log):
                break
        raise EngineError(f"{type(self).__name__} did not start. The end of {self.log}:\n{end_of(self.log)}")

    def stop(self) -> None:
        """Shut it down, and kill it if that takes too long."""
        if self._process is not None:
            self.resume()
            self._end(self._process, (self.stop_signal, signal.SIGQUIT, signal.SIGKILL))

    def kill(self) -> None:
        """Kill it and all its processes immediately, as a power cut would."""
        if self._process is not None:
            self._end(self._process, (signal.SIGKILL,))

    def pause(self) -> None:
        """Freeze it: connections stay open, but it does not respond."""
        send(family(self.pid), signal.SIGSTOP)

    def resume(self) -> None:
        """Undo `pause`."""
        if self.running:
            send(family(self.pid), signal.SIGCONT)

    def _end(self, process: subprocess.Popen[bytes], signals: tuple[signal.Signals, ...]) -> None:
        end(family(process.pid), signals, STOP_SECONDS)
        process.wait()
        self._process = None
        if self._bounded is not None:
            self._bounded.stop()
            self._bounded = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
