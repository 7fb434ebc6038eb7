"""The hosts' network: each has a network namespace of its own, joined to the others by a bridge, and can be cut off.

All of it is in a network namespace of this program's own: it sees nothing of the machine's network, changes nothing
there, and vanishes with the processes in it. It needs root, and the programs `ip`, `unshare` and `nsenter`; without them
all hosts are 127.0.0.1, and no host can be cut off.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from api.cli.local.embedded.process import end, family, wait_until
from bench.process import StartError
from bench.topology.hosts import SYSTEM_PATH, Host

PROGRAMS = ("ip", "unshare", "nsenter")
INSIDE = "ROLLCALL_TOPOLOGY_NAMESPACE"
"""Set in the environment of the program once it is in its namespace."""
BRIDGE, NET = "hosts", "10.83.0"
GATE = f"{NET}.254"
STOP_SECONDS = 5.0


def has_namespaces() -> bool:
    """Whether hosts can have networks of their own here."""
    return os.geteuid() == 0 and all(shutil.which(name, path=SYSTEM_PATH) for name in PROGRAMS)


def enter(arguments: Sequence[str]) -> None:
    """Start this program again in a network namespace of its own, if that is possible and it is not in one."""
    unshare = shutil.which("unshare", path=SYSTEM_PATH)
    if unshare is None or not has_namespaces() or INSIDE in os.environ:
        return
    command = [unshare, "--net", sys.executable, "-m", "bench.topology", *arguments]
    os.execve(unshare, command, {**os.environ, INSIDE: "1", "PATH": SYSTEM_PATH})  # noqa: S606 - no shell is wanted


class Network:
    """The hosts of these names and the gate before them, until the block ends."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._stack = ExitStack()
        self.hosts: Sequence[Host] = [Host(name) for name in names]
        self.gate = Host("gate")

    @property
    def can_cut(self) -> bool:
        """Whether a host can be cut off from all others."""
        return INSIDE in os.environ

    def __enter__(self) -> Self:
        """Raises StartError."""
        if self.can_cut:
            with ExitStack() as stack:
                _ip("link", "set", "lo", "up")
                if subprocess.run(["ip", "link", "show", BRIDGE], capture_output=True, check=False).returncode:  # noqa: S607
                    _ip("link", "add", BRIDGE, "type", "bridge")
                    _ip("address", "add", f"{GATE}/24", "dev", BRIDGE)
                    _ip("link", "set", BRIDGE, "up")
                self.gate = Host("gate", GATE)
                self.hosts = [self._host(stack, name, number) for number, name in enumerate(self._names, 1)]
                self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _host(self, stack: ExitStack, name: str, number: int) -> Host:
        """One whose namespace lives as long as a process that only waits in it."""
        command = ["unshare", "--net", "sleep", "infinity"]
        holder = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        stack.callback(holder.wait)
        stack.callback(lambda: end(family(holder.pid), (signal.SIGKILL,), STOP_SECONDS))
        own = _namespace(os.getpid())
        if not wait_until(lambda: _namespace(holder.pid) != own, STOP_SECONDS):
            raise StartError(f"The host {name} has no network of its own")
        inside, prefix = f"{name}-in", (_path("nsenter"), f"--net=/proc/{holder.pid}/ns/net")
        _ip("link", "add", _port(name), "type", "veth", "peer", "name", inside)
        stack.callback(_ip, "link", "delete", _port(name))
        _ip("link", "set", inside, "netns", str(holder.pid))
        _ip("link", "set", _port(name), "master", BRIDGE, "up")
        for words in (
            ("link", "set", "lo", "up"),
            ("address", "add", f"{NET}.{number}/24", "dev", inside),
            ("link", "set", inside, "up"),
        ):
            _run(*prefix, "ip", *words)
        return Host(name, f"{NET}.{number}", prefix)

    def cut(self, host: Host) -> None:
        """From now on nothing reaches this host, and nothing comes from it; what runs there goes on. Raises StartError."""
        _ip("link", "set", _port(host.name), "down")

    def join(self, host: Host) -> None:
        """Undo `cut`. Raises StartError."""
        _ip("link", "set", _port(host.name), "up")


def _path(program: str) -> str:
    path = shutil.which(program, path=SYSTEM_PATH)
    assert path is not None, "has_namespaces() has looked for it"
    return path


def _port(name: str) -> str:
    """The bridge's end of the cable to a host."""
    return f"{name}-out"


def _namespace(process: int) -> str:
    return str(Path(f"/proc/{process}/ns/net").readlink())


def _ip(*words: str) -> None:
    _run("ip", *words)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StartError(f"{' '.join(command)} failed: {done.stderr.strip()}")
