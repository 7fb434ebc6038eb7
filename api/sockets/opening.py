"""Answers to an opening handshake (RFC 6455 section 4.2.2)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from http import HTTPStatus

ID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
Headers = Iterable[tuple[bytes, bytes]]


def head(status: int, headers: Headers) -> bytes:
    """The head of a response."""
    lines = [name + b": " + value for name, value in headers]
    return b"\r\n".join([f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode(), *lines, b"", b""])


def accepting(key: bytes, subprotocol: str | None) -> list[tuple[bytes, bytes]]:
    """The headers with which a handshake of this key is accepted."""
    digest = hashlib.sha1(key + ID).digest()  # noqa: S324 - what the RFC wants; it protects nothing
    agreed = [(b"sec-websocket-protocol", subprotocol.encode())] if subprotocol else []
    accept = (b"sec-websocket-accept", base64.b64encode(digest))
    return [(b"upgrade", b"websocket"), (b"connection", b"Upgrade"), accept, *agreed]
