"""Accepts connections and hands them to the workers in turn."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence

from api.settings import ConfigurationError
from api.workers.process import Worker

BACKLOG = 2048
BATCH = 64
"""Connections that are accepted in one turn of the event loop."""
AGAIN_SECONDS = 0.05
"""Until the next attempt, after one at which the workers or the system took no more."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on all addresses of a host. Raises ConfigurationError."""
    listening: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _, _, _, address in dict.fromkeys(found):
            one = socket.socket(family)
            listening.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.listen(BACKLOG)
            one.settimeout(0)
    except OSError:
        for one in listening:
            one.close()
        where = f"{host}, port {port}"
        raise ConfigurationError(f"Rollcall cannot listen on API_HOST and API_PORT: {where}") from None
    return listening


class Handout:
    """While no worker takes connections, they wait where the system keeps them."""

    def __init__(self, listening: Sequence[socket.socket], workers: Callable[[], Sequence[Worker]]) -> None:
        self._listening, self._workers = list(listening), workers
        self._loop = asyncio.get_running_loop()
        self._accepting = False
        self._held: socket.socket | None = None
        self._turn = 0

    def refresh(self) -> None:
        """Accept if a worker takes connections."""
        if self._held is not None:  # it comes first
            return
        wanted = any(worker.takes for worker in self._workers())
        if wanted != self._accepting:
            self._accepting = wanted
            for one in self._listening:
                if wanted:
                    self._loop.add_reader(one, self._accept, one)
                else:
                    self._loop.remove_reader(one)

    def close(self) -> None:
        """Refuse connections from now on."""
        for one in self._listening:
            self._loop.remove_reader(one)
            one.close()
        self._listening.clear()
        if self._held is not None:
            self._held.close()
            self._held = None

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(BATCH):
            try:
                connection, _ = listening.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return None
            except OSError:  # as many files are open as the system allows
                return self._rest()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self._hand(connection):
                self._held = connection
                return self._rest()
        return None

    def _hand(self, connection: socket.socket) -> bool:
        workers = self._workers()
        for _ in workers:
            self._turn += 1
            if workers[self._turn % len(workers)].give(connection):
                connection.close()
                return True
        return False

    def _rest(self) -> None:
        """Accept nothing for a moment."""
        self._accepting = False
        for one in self._listening:
            self._loop.remove_reader(one)
        self._loop.call_later(AGAIN_SECONDS, self._continue)

    def _continue(self) -> None:
        if self._held is not None and self._listening:
            if not self._hand(self._held):
                self._rest()
                return
            self._held = None
        self.refresh()
