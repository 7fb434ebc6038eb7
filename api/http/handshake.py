"""Reading the head of a request before uvicorn does: which host it names, whether it may become a WebSocket."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable

HOST = re.compile(r"(?:\[[0-9a-f:.]{2,45}\]|[\w.~!$&'()*+;=%-]*)(?::[0-9]{0,5})?", re.ASCII | re.IGNORECASE)
"""`Host` of RFC 9110 section 7.2, without the comma that a list would have."""
WEBSOCKET_VERSION = b"13"
Headers = Iterable[tuple[bytes, bytes]]


def names_one_host(headers: Headers, version: str) -> bool:
    """Whether a request has exactly one valid Host (RFC 9112 section 3.2); HTTP/1.0 needs none."""
    hosts = [value for name, value in headers if name == b"host"]
    if not hosts:
        return version == "1.0"
    return len(hosts) == 1 and HOST.fullmatch(hosts[0].decode("latin-1")) is not None


def has_body(headers: Headers) -> bool:
    """Whether a message is followed by a body (RFC 9112 section 6)."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0 ") != b"")
        for name, value in headers
    )


def wrong_version(headers: Headers) -> bool:
    """Whether a handshake asks for another WebSocket than version 13 (RFC 6455 section 4.2.2)."""
    return [v.strip() for n, v in headers if n == b"sec-websocket-version"] != [WEBSOCKET_VERSION]


def wrong_key(headers: Headers) -> bool:
    """Whether a handshake has no nonce of 16 bytes (RFC 6455 section 4.2.1)."""
    keys = [value for name, value in headers if name == b"sec-websocket-key"]
    try:
        return len(keys) != 1 or len(base64.b64decode(keys[0].strip(), validate=True)) != 16
    except binascii.Error:
        return True


def without_upgrade(method: str, target: bytes, version: str, headers: Headers) -> bytes:
    """The head of a request, without its request for another protocol (RFC 9110 section 7.8)."""
    lines = [f"{method} ".encode() + target + f" HTTP/{version}".encode()]
    lines += [n + b": " + v for n, v in headers if n not in (b"upgrade", b"connection")]
    options = b",".join(v for n, v in headers if n == b"connection").split(b",")
    kept = [w.strip() for w in options if w.strip().lower() != b"upgrade"]
    return b"\r\n".join([*lines, *([b"connection: " + b", ".join(kept)] if kept else []), b"", b""])
