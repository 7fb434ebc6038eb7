"""How the application is served: one place for uvicorn's options. The bounds of a connection are in api/http/protocol.py."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from api.http.protocol import BoundedProtocol
from api.settings import ConfigurationError, Settings
from api.sockets.websocket import SocketProtocol

if sys.platform != "win32":
    import resource

SOCKET_MESSAGE_BYTES = 128 * 1024
ENDING_SECONDS = 2
"""What is kept of SHUTDOWN_SECONDS for ending what runs behind the requests."""

COLLECTIONS = (10_000, 10, 5)
"""Objects that are new since the last collection, and after how many collections the next older generation has one.

With Python's own (700, 10, 10), a fifth of the time in which sockets join goes into full collections; with rarer ones than these, what
closed sockets leave takes 100 MB more before it is collected (docs/explanation/performance.md).
"""

DRAIN_STEP = 0.1
"""Seconds between checks for a second signal."""


class Server(uvicorn.Server):
    """uvicorn's server with room for many sockets, and a garbage collector that leaves alone what stays anyway.

    `ready` is called once it listens. On a signal it calls `stopping`, and goes on answering for
    `drain_seconds`, so that a gateway that asks /readyz sends no more requests here before they are refused.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        ready: Callable[[], None] = lambda: None,
        stopping: Callable[[], None] = lambda: None,
        drain_seconds: float = 0.0,
    ) -> None:
        super().__init__(config)
        self._ready, self._stopping, self._drain_seconds = ready, stopping, drain_seconds

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
        gc.set_threshold(*COLLECTIONS)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, once the time for draining is over; a second signal ends it at once."""
        self._stopping()
        for _ in range(round(self._drain_seconds / DRAIN_STEP)):
            if not self.force_exit:
                await asyncio.sleep(DRAIN_STEP)
        await super().shutdown(sockets)


def raise_file_limit() -> None:
    """Let this process open as many files, and so sockets, as the system allows it."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and soft < hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def server_config(app: ASGIApp | str, settings: Settings, **options: Any) -> uvicorn.Config:
    """The options Rollcall is served with; `options` go before them.

    Addresses of proxies are our own business (TRUSTED_PROXIES): uvicorn would believe X-Forwarded-For from loopback.
    Its access log would write query strings, its WebSocket deflate would cost each reader a compression.
    """
    given: dict[str, Any] = {
        "host": settings.api_host,
        "port": settings.api_port,
        "http": BoundedProtocol,
        "ws": SocketProtocol,
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
