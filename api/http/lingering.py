"""A response whose request may not have arrived completely when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class LingeringTransport(asyncio.Transport):
    """A transport as uvicorn uses it for one request; `end` is called instead of closing the connection."""

    def __init__(self, transport: asyncio.Transport, end: Callable[[], None]) -> None:
        super().__init__()
        self._transport, self._end = transport, end

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write to the connection."""
        self._transport.write(data)

    def is_closing(self) -> bool:
        """Whether the connection is closing."""
        return self._transport.is_closing()

    def close(self) -> None:
        """The response is complete, or it cannot be completed."""
        self._end()
