"""Reading the head of a request before uvicorn does: which host it names, whether it may become a WebSocket."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from starlette.types import Scope

HOST = re.compile(r"(?:\[[0-9a-f:.]{2,45}\]|[\w.~!$&'()*+;=%-]*)(?::[0-9]{0,5})?", re.ASCII | re.IGNORECASE)
"""`Host` of RFC 9110 section 7.2, without the comma that a list would have."""
WEBSOCKET_VERSION = b"13"
OF_HANDSHAKES = frozenset(
    {
        *(b"connection", b"upgrade", b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-protocol"),
        *(b"sec-websocket-extensions", b"cache-control", b"pragma", b"accept-encoding"),
    }
)
"""Headers that nothing reads once a socket is open."""
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


def key_of(headers: Headers) -> bytes:
    """The nonce of a handshake that has one."""
    return next(value.strip() for name, value in headers if name == b"sec-websocket-key")


def socket_scope(scope: Any, target: bytes, headers: Headers, extensions: dict[str, Any]) -> Scope:
    """The ASGI scope of a handshake, from that of the request and its target; it is kept as long as the socket.

    So what only the handshake needs of the headers is left out.
    """
    path, _, query = target.partition(b"?")
    root: str = scope["root_path"]
    offered = [
        word.strip() for name, value in headers if name == b"sec-websocket-protocol" for word in value.split(b",")
    ]
    return {
        "type": "websocket",
        "http_version": scope["http_version"],
        "server": _shared(scope["server"]),
        "client": scope["client"],
        "headers": [(n, v) for n, v in headers if n not in OF_HANDSHAKES],
        "state": scope["state"],
        "root_path": root,
        "asgi": {"version": scope["asgi"]["version"], "spec_version": "2.4"},
        "scheme": "wss" if scope["scheme"] == "https" else "ws",
        "path": root + unquote(path.decode("latin-1")),
        "raw_path": root.encode() + path,
        "query_string": query,
        "subprotocols": [word.decode("latin-1") for word in offered],
        "extensions": {"websocket.http.response": {}} | extensions,
    }


@lru_cache(64)
def _shared(address: tuple[str, int | None] | None) -> tuple[str, int | None] | None:
    """The same object for the same address."""
    return address
