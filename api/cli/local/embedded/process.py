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

# The kernel tells a child of the end of the *thread* that started it, so all start from one that lives as long as the
# process, and an engine may be started from any thread or event loop.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="child-starter")


class EngineError(Exception):
    """An engine could not be started or stopped; the message says why, with the end of its log."""


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that a child runs as; -1 is whoever runs this process."""

    user: int = -1
    group: int = -1

    @property
    def other(self) -> bool:
        """Whether it is not who runs this process."""
        return self.user >= 0

    def own(self, path: Path) -> None:
        """Hand a path over to it."""
        if self.other:
            os.chown(path, self.user, self.group)

    def can_reach(self, path: Path) -> bool:
        """Whether it may go through every directory on the way and read the path; asked of the system itself."""
        command = ["/bin/sh", "-c", 'test -r "$1" && test -x "$1"', "-", str(path)]
        if not self.other:
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
    """Start a command in a session of its own, so that Ctrl-C reaches it through us alone and in order.

    Its output goes to `output`, or to ours; its environment is ours unless given.
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
    """Ask until the condition holds or the time is over; tells which."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def family(pid: int) -> list[psutil.Process]:
    """A process and all that descend from it; none when it is gone."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def send(processes: Sequence[psutil.Process], what: signal.Signals) -> None:
    """Signal each process that is still there, in order."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(what)


def gone(process: psutil.Process) -> bool:
    """Whether it has ended, even if nobody asked for its result: under some containers nobody ever does."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def end(members: Sequence[psutil.Process], signals: Sequence[signal.Signals], seconds: float) -> None:
    """Signal the first process of a family, more and more firmly, until all have gone; SIGKILL goes to each of them.

    Each signal is given `seconds` to work.
    """
    for what in signals:
        send(members if what is signal.SIGKILL else members[:1], what)
        if wait_until(lambda: all(gone(member) for member in members), seconds):
            return


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_taken(host: str, port: int) -> bool:
    """Whether the address cannot be listened on."""
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
