"""Child processes that end with the process that started them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

POLL_SECONDS = 0.02
LAUNCH = Path(__file__).with_name("launch.py")

# The kernel signals a child when the *thread* that started it ends. So all children are started from one thread that
# lives as long as the process, and an engine may be started from any thread or event loop.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="child-starter")


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that a child runs as; -1 is the user of this process."""

    user: int = -1
    group: int = -1

    @property
    def is_other(self) -> bool:
        """Whether it differs from the user of this process."""
        return self.user >= 0

    def chown(self, path: Path) -> None:
        """Make it the owner of a path."""
        if self.is_other:
            os.chown(path, self.user, self.group)

    def can_reach(self, path: Path) -> bool:
        """Whether it may enter all parent directories and read the path, as decided by the operating system."""
        command = ["/bin/sh", "-c", 'test -r "$1" && test -x "$1"', "-", str(path)]
        if not self.is_other:
            return subprocess.run(command, check=False).returncode == 0
        result = subprocess.run(command, check=False, cwd="/", user=self.user, group=self.group, extra_groups=[])
        return result.returncode == 0


def spawn(
    command: Sequence[str | Path],
    *,
    account: Account = Account(),
    death_signal: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, so that Ctrl-C reaches it only through this process, and in order.

    It writes to `output` or our own output, and has the given environment or our own.
    """
    who = [os.getpid(), int(death_signal), account.user, account.group]
    line = [sys.executable, "-I", "-S", LAUNCH, *map(str, who), *command]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            line,
            env=environment,
            cwd=cwd,
            stdin=stdin,
            stdout=output,
            stderr=output and subprocess.STDOUT,
            start_new_session=True,
        )

    return _starter.submit(start).result()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until the condition holds (returns True) or the time is over (returns False)."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def family(pid: int) -> list[psutil.Process]:
    """A process and all its descendants; empty if it has ended."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def send(processes: Sequence[psutil.Process], what: signal.Signals) -> None:
    """Signal each process that still exists, in order."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(what)


def has_ended(process: psutil.Process) -> bool:
    """Whether it has ended; zombies count as ended, because in some containers nobody reaps them."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def end(members: Sequence[psutil.Process], signals: Sequence[signal.Signals], seconds: float) -> None:
    """Send the signals in turn to the first process of a family until all have ended; SIGKILL is sent to all of them.

    Each signal has `seconds` to take effect.
    """
    for what in signals:
        send(members if what is signal.SIGKILL else members[:1], what)
        if wait_until(lambda: all(has_ended(member) for member in members), seconds):
            return


def free_port() -> int:
    """A TCP port of the loopback address that is currently free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_taken(host: str, port: int) -> bool:
    """Whether it is impossible to listen on the address."""
    family_, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family_, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return True
    return False


def end_of(log: Path, lines: int = 15) -> str:
    """The last lines of a log file, for an error message."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:])
