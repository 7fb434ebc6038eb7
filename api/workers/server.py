"""A worker's server: uvicorn over the connections that a supervisor hands out."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

import uvicorn

from api.http.server import Server
from api.workers.channel import READY, Handed

LEAVING_SECONDS = 1.0
"""From the last connection that was handed over to the end of those that are idle: their first requests arrive in it."""


class WorkerServer(Server):
    """On a signal it stops as a server without workers does, draining included.

    If no more connections are handed over, another worker has taken its place, or the supervisor has died: then it
    answers what is under way and ends, without being unready meanwhile, because the port is served by others.
    """

    def __init__(
        self, config: uvicorn.Config, channel: socket.socket, stopping: Callable[[], None], drain_seconds: float
    ) -> None:
        super().__init__(config, self._say_ready, stopping, drain_seconds)
        self._channel = channel
        self._replaced = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start without a port of its own."""
        await super().startup(sockets or [])
        self.servers.append(Handed(self._channel, self._protocol, self._leave))  # type: ignore[arg-type] # as far as it is used

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; draining is for the whole port."""
        if self._replaced:
            await uvicorn.Server.shutdown(self, sockets)
        else:
            await super().shutdown(sockets)

    def _say_ready(self) -> None:
        with contextlib.suppress(OSError):  # the supervisor has died; the channel's end says so too
            self._channel.send(READY)

    def _leave(self) -> None:
        asyncio.get_running_loop().call_later(LEAVING_SECONDS, self._stop)

    def _stop(self) -> None:
        self._replaced = not self.should_exit
        self.should_exit = True

    def _protocol(self) -> asyncio.Protocol:
        config = self.config
        protocol: asyncio.Protocol = config.http_protocol_class(  # type: ignore[call-arg] # as uvicorn calls it
            config=config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol
