"""How the application is served: one place for uvicorn's options, and deadlines that uvicorn does not have.

uvicorn waits for ever for half-sent headers and for bodies that drip. Bodies that a route reads have their own limit
(api/body.py), with an answer; these timers end what no route waits for.
"""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.frames import FrameProtocol
from api.settings import ConfigurationError, Settings

if sys.platform != "win32":
    import resource

HEADER_SECONDS = 10.0
"""From the first byte (or the connection) to the end of the headers."""
MESSAGE_SECONDS = 30.0
"""From the end of the headers to the end of the body."""
SOCKET_MESSAGE_BYTES = 128 * 1024
ENDING_SECONDS = 2
"""What is kept of SHUTDOWN_SECONDS for ending what runs behind the requests."""


class Server(uvicorn.Server):
    """uvicorn's server with room for many sockets, and a garbage collector that leaves alone what stays anyway.

    `ready` is called once it listens.
    """

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; then take schema, classes and code out of the collector's sight.

        A full collection otherwise walks them all again and again as connections come, and stops every socket for it
        (measured: up to 200 ms). Raises ConfigurationError where the address cannot be had.
        """
        raise_file_limit()
        try:
            await super().startup(sockets)
        except SystemExit:  # uvicorn has logged why
            if self.lifespan.should_exit:  # the application did not start
                raise
            where = f"{self.config.host}, port {self.config.port}"
            raise ConfigurationError(f"Rollcall cannot listen on API_HOST and API_PORT: {where}") from None
        gc.collect()
        gc.freeze()
        if self.started and self._ready is not None:
            self._ready()


def raise_file_limit() -> None:
    """Let this process open as many files, and so sockets, as the system allows it."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and soft < hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with a deadline for the headers and one for the body."""

    header_seconds = HEADER_SECONDS
    message_seconds = MESSAGE_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self._within(self.header_seconds)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._within(self.header_seconds)

    def on_headers_complete(self) -> None:
        """Its headers are here."""
        super().on_headers_complete()
        self._within(self.message_seconds)

    def on_message_complete(self) -> None:
        """All of it is here."""
        super().on_message_complete()
        self._within(None)

    def handle_websocket_upgrade(self) -> None:
        """The connection is no longer ours."""
        self._within(None)
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._within(None)
        super().connection_lost(exc)

    def _within(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


def server_config(app: ASGIApp | str, settings: Settings, **options: Any) -> uvicorn.Config:
    """The options Rollcall is served with; `options` go before them.

    Addresses of proxies are our own business (TRUSTED_PROXIES): uvicorn would believe X-Forwarded-For from loopback.
    Its access log would write query strings, its WebSocket deflate would cost each reader a compression.
    """
    given: dict[str, Any] = {
        "host": settings.api_host,
        "port": settings.api_port,
        "http": BoundedProtocol,
        "ws": FrameProtocol,
        "ws_max_size": SOCKET_MESSAGE_BYTES,
        "ws_per_message_deflate": False,
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "timeout_graceful_shutdown": max(1, settings.shutdown_seconds - ENDING_SECONDS),
    }
    return uvicorn.Config(app, **(given | options))
