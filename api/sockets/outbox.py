"""The outgoing messages of one socket: bounded in messages and bytes, written without waiting.

A reader that falls behind loses its connection (4410), not its position: it resumes from its cursor, and no other reader
is affected. See api/sockets/websocket.py for the two ways a frame can leave.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from starlette.types import Send

from api.sockets.framing import frame
from api.sockets.websocket import SocketProtocol

MESSAGES_MAX = 1024
BYTES_MAX = 256 * 1024


class Outbox:
    """Base of the two ways. `overflow` is called when there is no room for a message."""

    __slots__ = ("_overflow",)

    def __init__(self, overflow: Callable[[], None]) -> None:
        self._overflow = overflow

    def encode(self, messages: Sequence[bytes]) -> Any:
        """The messages in the form `put` takes, to be shared by every outbox of this class."""
        raise NotImplementedError

    def put(self, encoded: Any, count: int) -> None:
        """Send `count` encoded messages without waiting."""
        raise NotImplementedError

    @property
    def waiting_bytes(self) -> int:
        """How many bytes wait for the peer to read."""
        raise NotImplementedError

    async def room(self) -> None:
        """Return when there is room for more; raises ConnectionError once the peer has disconnected."""
        raise NotImplementedError

    def stalled(self, now: float) -> float:
        """For how many seconds, as seen by earlier calls, something has waited without the peer reading any of it."""
        raise NotImplementedError

    def stop(self) -> None:
        """Send nothing more."""


class FrameOutbox(Outbox):
    """Frames on the transport; what waits is the transport's own buffer.

    Besides ours only uvicorn closes the transport, and does so in the same step in which it says goodbye.
    """

    __slots__ = ("_count", "_marks", "_protocol", "_seen", "_stopped", "_transport", "_written")

    def __init__(self, protocol: SocketProtocol, overflow: Callable[[], None]) -> None:
        super().__init__(overflow)
        self._protocol = protocol
        self._transport = protocol.transport  # asked directly: this runs once for each message and reader
        self._stopped = False
        self._written = 0
        self._marks: deque[tuple[int, int]] | None = None  # made when a write has to wait: an empty one has 760 bytes
        self._count = 0
        self._seen: tuple[int, float] = (0, 0.0)

    def encode(self, messages: Sequence[bytes]) -> bytes:
        """All messages as one run of frames."""
        return b"".join([frame(m) for m in messages])

    def put(self, encoded: bytes, count: int) -> None:
        """Write the frames, or overflow."""
        transport = self._transport
        if self._stopped or transport.is_closing():
            return
        if self._marks is not None and not self._has_room(len(encoded), count):
            self._overflow()
            return
        transport.write(encoded)
        if transport.get_write_buffer_size():
            self._written += len(encoded)
            if self._marks is None:
                self._marks = deque()
            self._marks.append((self._written, count))
            self._count += count

    def _has_room(self, size: int, count: int) -> bool:
        """Whether more may be queued; into an empty buffer, a message of any size."""
        unsent = self._transport.get_write_buffer_size()
        if not unsent:
            self._marks, self._count = None, 0
            return True
        self._forget_sent(unsent)
        return unsent + size <= BYTES_MAX and self._count + count <= MESSAGES_MAX

    def _forget_sent(self, unsent: int) -> None:
        """Subtract what the peer has read; `_marks` has the position at which each write ended."""
        sent = self._written - unsent
        while self._marks and self._marks[0][0] <= sent:
            self._count -= self._marks.popleft()[1]

    def stalled(self, now: float) -> float:
        """See the base class."""
        unsent = self._protocol.unsent
        sent = self._written - unsent
        if not unsent or sent > self._seen[0] or not self._seen[1]:
            self._seen = (sent, now)
        return now - self._seen[1]

    @property
    def waiting_bytes(self) -> int:
        """See the base class."""
        return self._protocol.unsent

    async def room(self) -> None:
        """Return when the transport's buffer is below its high-water mark."""
        await self._protocol.drained()

    def stop(self) -> None:
        """Write nothing more; what the transport has is still sent."""
        self._stopped = True


class AsgiOutbox(Outbox):
    """Messages through ASGI `send`, by a task that lives only while something waits."""

    __slots__ = ("_bytes", "_empty", "_queue", "_send", "_sending_since", "_stopped", "_task")

    def __init__(self, send: Send, overflow: Callable[[], None]) -> None:
        super().__init__(overflow)
        self._send = send
        self._queue: deque[str] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._empty = asyncio.Event()
        self._empty.set()
        self._stopped = False
        self._sending_since = 0.0

    def encode(self, messages: Sequence[bytes]) -> list[str]:
        """The messages as text."""
        return [m.decode() for m in messages]

    def put(self, encoded: Sequence[str], count: int) -> None:
        """Queue the messages, or overflow."""
        if self._stopped:
            return
        size = sum(map(len, encoded))
        if self._queue and (self._bytes + size > BYTES_MAX or len(self._queue) + count > MESSAGES_MAX):
            self._overflow()
            return
        self._queue.extend(encoded)
        self._bytes += size
        self._empty.clear()
        if self._task is None:
            self._task = asyncio.create_task(self._drain())

    @property
    def waiting_bytes(self) -> int:
        """See the base class."""
        return self._bytes

    async def room(self) -> None:
        """Return when nothing waits any more."""
        await self._empty.wait()
        if self._stopped:
            raise ConnectionError

    def stalled(self, now: float) -> float:
        """See the base class."""
        return 0.0 if self._task is None else now - self._sending_since

    def stop(self) -> None:
        """Drop what waits."""
        self._stopped = True
        self._queue.clear()
        self._empty.set()
        if self._task is not None:
            self._task.cancel()

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._queue:
                text = self._queue.popleft()
                self._bytes -= len(text)
                self._sending_since = loop.time()
                await self._send({"type": "websocket.send", "text": text})
        except OSError:
            self._stopped = True
        finally:
            self._task = None
            self._empty.set()
