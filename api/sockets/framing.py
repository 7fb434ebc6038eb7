"""WebSocket frames (RFC 6455 section 5), without any input or output: what a server writes, and reads of its clients."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum


class Opcode(IntEnum):
    """What a frame is (section 5.2)."""

    MORE = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


KNOWN = frozenset(Opcode)
CONTROL = 8
"""The first opcode of control frames."""
CONTROL_MAX = 125
CLOSE_CODES = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})
"""Those that may be sent, besides 3000 to 4999 (section 7.4)."""
NO_CODE = 1005
"""What a close frame without a code stands for; it is never sent."""


class BrokenFrame(Exception):
    """What was received is no frame that a client may send; the connection ends with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(reason)


def frame(payload: bytes, opcode: int = Opcode.TEXT) -> bytes:
    """One unmasked, final frame."""
    size, first = len(payload), 0x80 | opcode
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65536:
        return bytes((first, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame with a code and a reason of up to 123 bytes; one without a code for NO_CODE."""
    return frame(b"" if code == NO_CODE else code.to_bytes(2, "big") + reason.encode(), Opcode.CLOSE)


def read_close(payload: bytes) -> tuple[int, str]:
    """The code and the reason of a close frame. Raises BrokenFrame."""
    if not payload:
        return NO_CODE, ""
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or not (code in CLOSE_CODES or 3000 <= code < 5000):
        raise BrokenFrame(1002, "This close code may not be sent")
    try:
        return code, payload[2:].decode()
    except UnicodeDecodeError:
        raise BrokenFrame(1007, "The reason of a close must be UTF-8") from None


class FrameReader:
    """Reads the messages of one client, of up to `most` bytes, from data that may be cut anywhere."""

    __slots__ = ("_kind", "_most", "_needed", "_parts", "_rest")

    def __init__(self, most: int) -> None:
        self._most = most
        self._rest: bytearray | None = None
        """The beginning of a frame that is read once `_needed` bytes of it are here."""
        self._needed = 0
        self._parts: bytearray | None = None
        """What is here of a message in several frames, which is of `_kind`."""
        self._kind = 0

    def read(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The opcode and the payload of every message and control frame that is now complete. Raises BrokenFrame."""
        if self._rest is not None:
            self._rest += data
            if len(self._rest) < self._needed:
                return
            data, self._rest = bytes(self._rest), None
        at, end = 0, len(data)
        while at < end:
            body, size = self._head(data, at, end)
            if size < 0 or body + size > end:
                self._rest, self._needed = bytearray(data[at:]), body + max(size, 0) - at
                return
            payload = data[body : body + size]
            whole = self._joined(data[at], _unmasked(payload, data[body - 4 : body]) if size else payload)
            at = body + size
            if whole is not None:
                yield whole

    def _head(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        """Where the payload of the frame at `at` begins, and its size; -1 until all of the size is here."""
        if end - at < 2:
            return at + 2, -1
        size, body = data[at + 1] & 0x7F, at + 6
        if size >= 126:
            body += 2 if size == 126 else 8
            if end < body - 4:
                return body - 4, -1
            size = int.from_bytes(data[at + 2 : body - 4], "big")
        self._check(data[at], data[at + 1], size)
        return body, size

    def _check(self, first: int, second: int, size: int) -> None:
        opcode, final = first & 0x0F, first & 0x80
        if not second & 0x80:
            raise BrokenFrame(1002, "Frames must be masked")
        if first & 0x70 or opcode not in KNOWN:
            raise BrokenFrame(1002, "Nothing was agreed on that makes sense of this frame")
        if opcode >= CONTROL:
            if size > CONTROL_MAX or not final:
                raise BrokenFrame(1002, "A control frame must be short and in one piece")
            return
        if (opcode == Opcode.MORE) != (self._parts is not None):
            raise BrokenFrame(1002, "A message must be whole before the next one begins")
        if size + len(self._parts or b"") > self._most:
            raise BrokenFrame(1009, "This message is too large")

    def _joined(self, first: int, payload: bytes) -> tuple[int, bytes] | None:
        """The message that a frame completes, or the control frame that it is."""
        opcode, final = first & 0x0F, first & 0x80
        if opcode >= CONTROL or (final and opcode != Opcode.MORE):
            return opcode, payload
        if self._parts is None:
            self._parts, self._kind = bytearray(), opcode
        self._parts += payload
        if not final:
            return None
        whole, self._parts = bytes(self._parts), None
        return self._kind, whole


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    """Section 5.3; as one number, which is many times faster than byte by byte."""
    size = len(payload)
    repeated = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")).to_bytes(size, "little")
