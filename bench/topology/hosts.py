"""The hosts of the topology, and the programs that run on them: each is started, waited for, killed, and ended with us."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx
import psutil

from api.cli.local.embedded.process import end, end_of, family, send, spawn
from bench.process import ROOT, StartError

START_SECONDS, STOP_SECONDS = 60.0, 20.0
POLL_SECONDS = 0.05
RESTART_SECONDS = 0.1
"""The pause of systemd (RestartSec)."""
SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
PATRONI = ROOT / ".venv-patroni" / "bin"
NOT_ROOT = ("--user", "--map-user=65534", "--map-group=65534")
"""Options of `unshare`. PostgreSQL and PgBouncer refuse to run as root: for them root is another user, with the same rights to files."""
PACKAGES = {
    "etcd": "etcd-server",
    "haproxy": "haproxy",
    "pgbouncer": "pgbouncer",
    "caddy": "caddy",
    "unshare": "util-linux",
}
"""The programs that no wheel has, with Debian's packages."""


def find_programs() -> dict[str, str]:
    """The path of each program. Raises StartError, which says how to install those that are missing."""
    needed = [name for name in PACKAGES if name != "unshare" or os.geteuid() == 0]
    found = {name: shutil.which(name, path=SYSTEM_PATH) for name in needed}
    missing = [PACKAGES[name] for name, path in found.items() if path is None]
    if missing:
        raise StartError(
            f"{', '.join(missing)} must be installed. On Debian and Ubuntu: apt-get install {' '.join(missing)}"
        )
    if not (PATRONI / "patroni").exists():
        raise StartError(f"{PATRONI / 'patroni'} is missing: `make stack` installs it")
    return {name: path for name, path in found.items() if path is not None}


def not_root(command: Sequence[str | Path]) -> list[str | Path]:
    """The command, run by another user if this one is root."""
    if os.geteuid() != 0:
        return [*command]
    unshare = shutil.which("unshare", path=SYSTEM_PATH)
    assert unshare is not None
    return [unshare, *NOT_ROOT, *command]


@dataclass(frozen=True, slots=True)
class Host:
    """A machine of the topology; `prefix` is what runs a command there."""

    name: str
    address: str = "127.0.0.1"
    prefix: tuple[str, ...] = ()


def listens(host: Host, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host.address, port), timeout=1.0):
            return True
    except OSError:
        return False


def answer_of(url: str, token: str | None = None) -> httpx.Response | None:
    """The answer to a GET; None without one."""
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    try:
        return httpx.get(url, timeout=2.0, trust_env=False, headers=headers)
    except httpx.HTTPError:
        return None


def is_ok(url: str) -> bool:
    """Whether a GET is answered with 200."""
    answer = answer_of(url)
    return answer is not None and answer.status_code == 200


@dataclass
class Part:
    """A program on a host, with its own log. `ready` is asked until it holds; `stop_signal` ends the program in good order."""

    name: str
    host: Host
    command: Sequence[str | Path]
    folder: Path
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = STOP_SECONDS
    _child: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What it has written."""
        return self.folder / f"{self.name}.log"

    def launch(self) -> None:
        """Start it, without waiting."""
        environment = {"PATH": SYSTEM_PATH, "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        with self.log.open("ab") as output:
            self._child = spawn(
                [*self.host.prefix, *self.command],
                environment=environment | dict(self.environment),
                output=output,
                death_signal=self.stop_signal,
                cwd=self.folder,
            )

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Return once it is ready. Raises StartError."""
        give_up = time.monotonic() + seconds
        while not self.ready():
            if self._child is None or self._child.poll() is not None or time.monotonic() > give_up:
                raise StartError(f"{self.name} did not start:\n{end_of(self.log)}")
            time.sleep(POLL_SECONDS)

    def start(self) -> None:
        """Start it, and return once it is ready. Raises StartError."""
        self.launch()
        self.wait()

    @property
    def processes(self) -> list[psutil.Process]:
        """It and its children."""
        return [] if self._child is None else family(self._child.pid)

    def kill(self) -> None:
        """End it and its children at once, as the loss of a machine does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in good order, or by force if that takes too long."""
        send(self.processes, signal.SIGCONT)
        self._end(self.stop_signal, signal.SIGKILL)

    def _end(self, *signals: signal.Signals) -> None:
        if self._child is not None:
            end(self.processes, signals, self.stop_seconds)
            self._child.wait()
            self._child = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@dataclass
class Kept(Part):
    """A program that is started again when it ends by itself, as a service manager does."""

    _keeper: threading.Thread | None = None
    _changing: threading.Lock = field(default_factory=threading.Lock)

    def launch(self) -> None:
        """Start it, and keep it running until it is stopped or killed."""
        super().launch()
        self._keeper = threading.Thread(target=self._keep, name=self.name, daemon=True)
        self._keeper.start()

    def _keep(self) -> None:
        while (child := self._child) is not None:
            child.wait()
            time.sleep(RESTART_SECONDS)
            with self._changing:
                if self._child is child:
                    super().launch()

    def _end(self, *signals: signal.Signals) -> None:
        with self._changing:
            child, self._child = self._child, None
        if child is not None:
            end(family(child.pid), signals, self.stop_seconds)
            child.wait()
        if self._keeper is not None:
            self._keeper.join()
