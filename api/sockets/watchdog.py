"""Checks every socket once a second: expired tokens, stalled writes, quiet peers, those that do not read the close."""

from __future__ import annotations

import asyncio
import time
from typing import Self

import structlog

from api.sockets.connection import Connection
from api.sockets.notices import send_notice
from api.sockets.registry import SocketRegistry
from domain.tasks import Tasks
from schema.feeds.messages import SessionNoticeKind

WARN_SECONDS = 60.0
"""How long before its token expires a socket is warned."""
STALL_SECONDS = 15.0
GRACE_SECONDS = 5.0
"""How long a peer may take to read the close."""

log = structlog.get_logger(__name__)


class Watchdog:
    """One per process, so that a socket needs no timer of its own."""

    def __init__(self, registry: SocketRegistry) -> None:
        self._registry, self._tasks = registry, Tasks()
        self.late_seconds = 0.0
        """By how much this process was late in waking up once a second, in sum: the time for which it was too busy."""

    async def __aenter__(self) -> Self:
        """Begin to watch."""
        self._tasks.spawn(self._run(), name="watchdog")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop watching."""
        await self._tasks.end()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + 1.0
            await asyncio.sleep(1.0)
            now, clock = loop.time(), time.time()
            self.late_seconds += max(0.0, now - due)
            for connection in self._registry.connections:
                try:
                    self._check(connection, now, clock)
                except Exception:
                    log.exception("sockets.watch_failed")
                    connection.end(1011, "Internal error")

    def _check(self, connection: Connection, now: float, clock: float) -> None:
        if connection.ending is not None:
            if now - connection.ended_at > GRACE_SECONDS:
                connection.abort()
            return
        if connection.outbox.stalled(now) > STALL_SECONDS:
            connection.end(4410, "Too slow to keep: resume from your cursor")
            return
        connection.keep_alive(now)
        connection.check_initialised(now)
        if connection.actor is None or not connection.expires_at:
            return
        if clock >= connection.expires_at:
            connection.end(4401, "The token has expired")
        elif clock >= connection.expires_at - WARN_SECONDS and not connection.warned:
            connection.warned = True
            text = "Your token ends soon: authenticate again"
            self._tasks.spawn(send_notice(connection, SessionNoticeKind.EXPIRING, text))
