"""WebSocket frames written straight to the transport, and the uvicorn protocol that hands it over.

Why: a finished frame shared by a thousand sockets costs 14 µs each when it goes to the transport and 25 to 31 µs
through ASGI, and frames that wait can leave in one write. Where the server is another one, or deflate is on, the
connection falls back to ASGI `send`.

An idle socket is kept small here too: the queue and the event of uvicorn's protocol hold four deques of 760 bytes each,
and its handshake stays in memory to the end. `Mailbox` and `Gate` do the same work in 200 bytes (measured: 29.6 KiB
a connection before, see bench/fanout).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "rollcall.protocol"
"""The key in `scope["extensions"]` under which a connection finds its protocol."""

PINGS_PER_SECOND = 20
GOODBYE_SECONDS = 5.0
"""How long a peer may take to answer a close frame."""
RETIRE_SECONDS = 2.0
"""Over how long a stopping server spreads its goodbyes."""


def frame(text: bytes) -> bytes:
    """One unmasked, final text frame (RFC 6455 section 5.2)."""
    size = len(text)
    if size < 126:
        return bytes((0x81, size)) + text
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + text
    return b"\x81\x7f" + size.to_bytes(8, "big") + text


class Mailbox:
    """What asyncio.Queue is to one reader."""

    __slots__ = ("_items", "_reader")

    def __init__(self) -> None:
        self._items: list[Any] = []
        self._reader: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        """Whether nothing waits."""
        return not self._items

    def put_nowait(self, item: Any) -> None:
        """Leave something for the reader."""
        self._items.append(item)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> Any:
        """The oldest item; one caller at a time."""
        while not self._items:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._items.pop(0)


class Gate:
    """What asyncio.Event is, made for being open."""

    __slots__ = ("_open", "_waiting")

    def __init__(self) -> None:
        self._open = True
        self._waiting: list[asyncio.Future[None]] = []

    def is_set(self) -> bool:
        """Whether it is open."""
        return self._open

    def set(self) -> None:
        """Open it."""
        self._open = True
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def clear(self) -> None:
        """Close it."""
        self._open = False

    async def wait(self) -> None:
        """Return once it is open, or was while waiting."""
        if not self._open:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await future


class FrameProtocol(WebSocketsSansIOProtocol):
    """uvicorn's sans-IO protocol that lets the application write finished frames and say goodbye in its own time."""

    retire: Callable[[float], None] | None = None
    """Set by the connection: end it after so many seconds."""
    _pings = 0
    _pings_since = 0.0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.close_timeout = GOODBYE_SECONDS
        self.queue = Mailbox()  # type: ignore[assignment]
        self.writable = Gate()  # type: ignore[assignment]

    def accepted(self) -> None:
        """Drop the handshake: its headers are in the scope, and nothing reads it again."""
        if self.handshake_complete:
            self.request = self.response = None  # type: ignore[assignment]

    async def run_asgi(self) -> None:
        """Run the application with this protocol in its scope, unless frames would need compressing."""
        if not self.config.ws_per_message_deflate:
            cast("dict[str, object]", self.scope["extensions"])[EXTENSION] = self
        await super().run_asgi()

    @property
    def unsent(self) -> int:
        """Bytes that wait for the peer to read."""
        return int(self.transport.get_write_buffer_size())

    async def drained(self) -> None:
        """Return when the peer has read enough for more; raises ConnectionError once it has disconnected."""
        await self.writable.wait()
        if self.disconnected:
            raise ConnectionError

    def abort(self) -> None:
        """Drop the connection and what it still holds, for a peer that does not read its goodbye."""
        self.transport.abort()

    def send_receive_event_to_app(self) -> None:
        """Hand a message on; a text that is not UTF-8 reaches the application as bytes, which it refuses itself."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.curr_msg_data_type = "bytes"
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answer a ping; a flood of them ends the connection before it stalls the others."""
        now = self.loop.time()
        if now - self._pings_since > 1.0:
            self._pings, self._pings_since = 0, now
        self._pings += 1
        if self._pings > PINGS_PER_SECOND:
            self.conn.fail(1008, "Too many pings")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.transport.close()
            return
        super().handle_ping()

    def shutdown(self) -> None:
        """The server stops: let the connection finish what it does and say 1012, spread over RETIRE_SECONDS."""
        if self.retire is not None and self.handshake_complete and not self.close_sent:
            self.retire(random.random() * RETIRE_SECONDS)  # noqa: S311 - jitter, not a secret
            return
        super().shutdown()


def protocol_of(scope: Any) -> FrameProtocol | None:
    """The protocol behind a connection, or None under another server."""
    found = (scope.get("extensions") or {}).get(EXTENSION)
    return found if isinstance(found, FrameProtocol) else None
