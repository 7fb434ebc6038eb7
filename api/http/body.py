"""Request bodies: JSON, within bounds and in time, or a clear refusal."""

from __future__ import annotations

import asyncio
import codecs
import json
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.types import Receive, Scope

from api.http.cycle import WHOLE_BODY

BODY_SECONDS = 9.0
"""How long a body may take to arrive altogether; shorter than the connection waits (api/http/protocol.py), to be answered."""

BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
"""RFC 8259 section 8.1 forbids a sender to begin JSON with one. UTF-32's little-endian one begins as UTF-16's does."""


class BodyRefused(Exception):
    """The body cannot be used: a status, a code and a message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(message)


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body, at most `limit` bytes. Raises BodyRefused (408, 413) and ConnectionError if the client disconnects."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ConnectionError("the client disconnected")
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > limit:
                    raise too_large(limit)
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError:
        raise BodyRefused(408, "REQUEST_TIMEOUT", "The body took too long to arrive") from None


def _whole(scope: Scope, limit: int) -> bytes | None:
    """The whole body if all of it is here, which takes no deadline. Raises BodyRefused (413)."""
    extension = scope.get("extensions", {}).get(WHOLE_BODY)
    body: bytes | None = extension["take"]() if extension else None
    if body is not None and len(body) > limit:
        raise too_large(limit)
    return body


def check_headers(headers: Mapping[bytes, bytes], limit: int) -> None:
    """Raise BodyRefused (413, 415) for a body that is announced as compressed or as larger than `limit` bytes."""
    if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"identity", b""):
        raise BodyRefused(415, "UNSUPPORTED_MEDIA_TYPE", "The body must not be compressed")
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length[:12]) > limit:
        raise too_large(limit)


def too_large(limit: int) -> BodyRefused:
    """The refusal of a body of more than `limit` bytes."""
    return BodyRefused(413, "PAYLOAD_TOO_LARGE", f"The body is larger than {limit} bytes")


async def read_json(scope: Scope, receive: Receive, limit: int, *, strict: bool = False) -> Any:
    """The body as JSON in UTF-8 (RFC 8259). Raises BodyRefused (400, 408, 413, 415).

    With `strict` a name that comes twice in an object is refused too (RFC 8259 section 4 leaves its meaning open, and
    what a proxy checked might not be what is written here).
    """
    given = {k: v for k, v in scope["headers"] if k in (b"content-type", b"content-length", b"content-encoding")}
    kind = given.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != b"application/json":
        raise BodyRefused(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json")
    check_headers(given, limit)
    raw = _whole(scope, limit)
    if raw is None:
        raw = await read_body(receive, limit)
    if raw.startswith(BYTE_ORDER_MARKS):
        raise BodyRefused(400, "MALFORMED_REQUEST", "The body must be UTF-8 without a byte order mark")
    try:
        value = orjson.loads(raw)
        if strict:
            json.loads(raw, object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        raise BodyRefused(400, "MALFORMED_REQUEST", "The body is not JSON in UTF-8 with each name once") from None
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name comes twice")
