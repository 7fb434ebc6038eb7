"""The sending side of a connection: whether its peer reads what is written, and whether it is there at all."""

from __future__ import annotations

import asyncio


class Writer(asyncio.Protocol):
    """Base of a protocol."""

    __slots__ = ("_lost", "_writable", "loop", "transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self.loop = asyncio.get_running_loop()
        self.transport = transport
        self._lost = False
        self._writable: asyncio.Future[None] | None = None
        """Waits while the peer does not read."""

    @property
    def unsent(self) -> int:
        """Bytes that wait for the peer to read."""
        return int(self.transport.get_write_buffer_size())

    async def drained(self) -> None:
        """Return when the peer has read enough for more; raises ConnectionError once it has disconnected."""
        if self._writable is not None:
            await asyncio.shield(self._writable)
        if self._lost:
            raise ConnectionResetError("the client has disconnected")

    def abort(self) -> None:
        """Drop the connection and what it still holds, for a peer that does not read its goodbye."""
        self.transport.abort()

    def pause_writing(self) -> None:
        """The peer does not read, and enough waits for it."""
        self._writable = self._writable or self.loop.create_future()

    def resume_writing(self) -> None:
        """It reads again, or never will."""
        waiting, self._writable = self._writable, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - however it ended
        """The connection has ended."""
        self._lost = True
        self.resume_writing()
