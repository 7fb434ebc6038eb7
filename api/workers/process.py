"""A worker as its supervisor sees it: a process, and the channel over which it gets its connections."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from api.workers.channel import READY, ChannelClosed, give

ROOT = Path(__file__).parents[2]
START = "import sys; sys.path.append(sys.argv.pop(1)); from api.cli.worker import main; main()"
"""The installed package or, where it is not installed, that of the supervisor; never a folder of the working directory."""


class Worker:
    """A process that was started; `changed` is called when it begins or ceases to take connections."""

    def __init__(
        self, number: int, process: asyncio.subprocess.Process, channel: socket.socket, changed: Callable[[], None]
    ) -> None:
        self.number, self._process, self._channel, self._changed = number, process, channel, changed
        self._loop = asyncio.get_running_loop()
        self._began = time.monotonic()
        self.takes = self.was_ready = self._leaving = False
        self._settled = asyncio.Event()
        self.ended = self._loop.create_task(self._wait())
        channel.settimeout(0)
        self._loop.add_reader(channel, self._receive)

    @classmethod
    async def start(cls, number: int, changed: Callable[[], None], *, count: int, folder: str) -> Self:
        """Start a worker; `folder` is where the `count` workers find each other."""
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = [str(ROOT), str(number), str(count), str(theirs.fileno()), folder]
            # In a process group of its own: Ctrl-C reaches the supervisor alone, which passes it on once.
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-c", START, *arguments, pass_fds=[theirs.fileno()], process_group=0
            )
        return cls(number, process, ours, changed)

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    @property
    def seconds(self) -> float:
        """Since its start."""
        return time.monotonic() - self._began

    def give(self, connection: socket.socket) -> bool:
        """Hand it a connection; False if it takes none now."""
        if not self.takes:
            return False
        try:
            return give(self._channel, connection)
        except ChannelClosed:
            self._close()
            return False

    def leave(self) -> None:
        """Give it no more connections: it answers those that it has, and ends."""
        self.takes, self._leaving = False, True
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_WR)
        self._changed()

    def signal(self, number: int) -> None:
        """Send its process a signal, if it still runs."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def became_ready(self) -> bool:
        """Wait until it answers requests; False if it ended before."""
        await self._settled.wait()
        return self.was_ready

    async def _wait(self) -> int:
        code = await self._process.wait()
        self._settled.set()
        self._close()
        return code

    def _receive(self) -> None:
        try:
            said = self._channel.recv(len(READY))
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if not said:
            self._close()
            return
        self.was_ready, self.takes = True, not self._leaving
        self._settled.set()
        self._changed()

    def _close(self) -> None:
        if self._channel.fileno() != -1:
            self._loop.remove_reader(self._channel)
            self._channel.close()
            self.takes = False
            self._changed()
