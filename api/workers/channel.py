"""The channel between a supervisor and a worker: a pair of stream sockets.

The supervisor sends one byte with each connection; when it closes its side, also because it has died, the worker finishes
what it has and ends. The worker sends one byte once it answers requests, and closes its side when it takes no more.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable

import structlog

CONNECTION, READY = b"c", b"r"
BATCH = 64
"""Connections that are received in one turn of the event loop."""
FULL = {errno.EAGAIN, errno.ENOBUFS, errno.ETOOMANYREFS}
"""More connections wait in the channel than the system allows."""

log = structlog.get_logger("worker")


class ChannelClosed(Exception):
    """The worker takes no more connections."""


def give(channel: socket.socket, connection: socket.socket) -> bool:
    """Hand over a connection; False if too many wait already. Raises ChannelClosed."""
    try:
        socket.send_fds(channel, [CONNECTION], [connection.fileno()])
    except OSError as error:
        if error.errno in FULL:
            return False
        raise ChannelClosed from error
    return True


class Handed:
    """A worker's server: it serves the connections that come over the channel, as asyncio's does those of a port.

    `finished` is called once no more will come.
    """

    def __init__(
        self, channel: socket.socket, protocol: Callable[[], asyncio.Protocol], finished: Callable[[], None]
    ) -> None:
        self._channel, self._protocol, self._finished = channel, protocol, finished
        self._loop = asyncio.get_running_loop()
        self._opening = set[asyncio.Task[object]]()
        channel.settimeout(0)
        self._loop.add_reader(channel, self._receive)

    def close(self) -> None:
        """Take no more connections."""
        if self._channel.fileno() != -1:
            self._loop.remove_reader(self._channel)
            self._channel.close()

    async def wait_closed(self) -> None:
        """Wait for connections that were received and not opened yet."""
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _receive(self) -> None:
        for _ in range(BATCH):
            try:
                said, descriptors, _, _ = socket.recv_fds(self._channel, 1, 1)
            except BlockingIOError:
                return
            except OSError:
                said, descriptors = b"", []
            if not said:
                self._loop.remove_reader(self._channel)
                self._finished()
                return
            for descriptor in descriptors:
                self._open(socket.socket(fileno=descriptor))

    def _open(self, connection: socket.socket) -> None:
        connection.settimeout(0)
        opening = self._loop.create_task(self._opened(connection))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    async def _opened(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, connection)
        except OSError as error:  # it was closed by the client meanwhile
            connection.close()
            log.debug("worker.connection_lost", reason=str(error))
