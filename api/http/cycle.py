"""A request and its response on a connection: uvicorn's, with less work for the responses that are most frequent.

uvicorn checks name and value of every header of every response with regular expressions, and writes head and body one
after the other. Here a header line whose value is one of few is checked once, and the head is written with the first part
of the body, which the ASGI specification asks for anyway (HTTP, `http.response.start`: the server must not send it before).
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any, Self
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

WHOLE_BODY = "rollcall.whole_body"
"""The ASGI extension whose `take` is `Cycle.take_body`."""
WITHOUT_BODY = (204, 304)
STEADY = frozenset(
    {
        b"access-control-allow-credentials",
        b"access-control-expose-headers",
        b"cache-control",
        b"content-security-policy",
        b"content-type",
        b"cross-origin-resource-policy",
        b"referrer-policy",
        b"strict-transport-security",
        b"vary",
        b"x-content-type-options",
        b"x-frame-options",
    }
)
"""Headers that have few values, none of them secret: their lines are kept."""


class Cycle(RequestResponseCycle):
    """One request, and its response."""

    _head = b""
    """The head that waits for the first part of the body."""

    @classmethod
    def of(cls, protocol: HttpToolsProtocol) -> Self:
        """The one of the request whose head the protocol has read, as uvicorn makes it; its scope is completed.

        Raises httptools.HttpParserError for a target that is not an address.
        """
        scope, version, root = protocol.scope, protocol.parser.get_http_version(), protocol.root_path
        url = httptools.parse_url(protocol.url)
        path = url.path.decode("ascii")
        if version != "1.1":
            scope["http_version"] = version
        scope["path"] = root + (unquote(path) if "%" in path else path)
        scope["raw_path"] = root.encode("ascii") + url.path
        scope["query_string"] = url.query or b""
        return cls(
            scope=scope,
            transport=protocol.transport,
            flow=protocol.flow,
            logger=protocol.logger,
            access_logger=protocol.access_logger,
            access_log=protocol.access_log,
            default_headers=protocol.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=protocol.expect_100_continue,
            keep_alive=version != "1.0" and protocol.parser.should_keep_alive(),
            on_response=protocol.on_response_complete,
        )

    def take_body(self) -> bytes | None:
        """The whole body, which `receive` does not give any more; None while it is not all here, or was asked for before."""
        if self.more_body or self.disconnected or self.response_complete or not self.message_event.is_set():
            return None
        self.message_event.clear()
        self.flow.resume_reading()
        body, self.body = bytes(self.body), bytearray()
        return body

    async def send(self, message: Any) -> None:
        """Take the start of the response or a part of its body. Raises RuntimeError for what is not valid HTTP."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        expected = "http.response.body" if self.response_started else "http.response.start"
        if self.response_complete or message["type"] != expected:
            raise RuntimeError(f"The response cannot go on with {message['type']}")
        if self.response_started:
            self._write(message.get("body", b""), more=message.get("more_body", False))
        else:
            self._start(message["status"], message.get("headers", ()))

    def _start(self, status: int, headers: Any) -> None:
        self.response_started, self.waiting_for_100_continue = True, False
        lines, closes = [STATUS_LINE[status]], False
        for given, value in (*self.default_headers, *headers):
            name = given.lower()
            lines.append(_kept_line(name, value) if name in STEADY else _line(name, value))
            if name == b"content-length" and self.chunked_encoding is None:
                self.expected_content_length, self.chunked_encoding = int(value), False
            elif name == b"transfer-encoding" and value.lower() == b"chunked":
                self.expected_content_length, self.chunked_encoding = 0, True
            elif name == b"connection" and b"close" in value.lower():
                self.keep_alive, closes = False, True
        if not self.keep_alive and not closes:
            lines.append(b"connection: close\r\n")
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in WITHOUT_BODY:
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        self._head = b"".join(lines)

    def _write(self, body: bytes, *, more: bool) -> None:
        if self.scope["method"] == "HEAD":
            self.expected_content_length, part = 0, b""
        elif self.chunked_encoding:
            part = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            part = part if more else part + b"0\r\n\r\n"
        else:
            self.expected_content_length -= len(body)
            part = body
        if self.expected_content_length < 0 or (self.expected_content_length and not more):
            raise RuntimeError("The body is not as long as its Content-Length")
        head, self._head = self._head, b""
        if head or part:
            self.transport.write(head + part)
        if not more:
            self.response_complete = True
            self.message_event.set()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()


def _line(name: bytes, value: bytes) -> bytes:
    """A header as it is sent (RFC 9112 section 5). Raises RuntimeError for a name or a value that would end the line."""
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise RuntimeError("A header of the response has characters that are not allowed")
    return b"%b: %b\r\n" % (name, value)


_kept_line = lru_cache(512)(_line)
