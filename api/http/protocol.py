"""uvicorn's HTTP protocol with the bounds that it does not have: of time, of size, and of what it takes for a WebSocket.

uvicorn waits for ever for half-sent headers and for bodies that drip, reads heads of any length, takes any request with
`Upgrade: websocket` for a handshake and does not answer invalid ones. Here every connection that has got no
answer ends within HEADER_SECONDS + MESSAGE_SECONDS, and a request that only looks like a handshake is answered as the
plain request it is (RFC 9110 section 7.8).
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http import handshake
from api.http.cycle import WHOLE_BODY, Cycle
from api.http.lingering import LingeringTransport
from api.http.refusals import CLOSED, SAFE_HEADERS, Headers, refusal_body
from api.http.spool import BODY_TIME
from api.sockets.websocket import EXTENSION, SocketProtocol

HEADER_SECONDS = 5.0
"""From the first byte (or the connection) to the end of the headers."""
MESSAGE_SECONDS = 10.0
"""From the end of the headers to the end of the body."""
UNREAD_SECONDS = 30.0
"""How long a client may leave an answer unread that does not fit into the connection's buffers."""
LINGER_SECONDS = 1.0
"""How long a client may continue to send a request whose response it has already got."""
HEAD_BYTES = 16 * 1024
"""The longest request line, and the longest head altogether."""
HEADERS_MAX = 128
"""Of a handshake, whose headers are kept as long as the socket."""
MESSAGES = {
    400: "The request cannot be understood",
    414: f"The address is longer than {HEAD_BYTES} bytes",
    426: "Only WebSocket version 13 is spoken here",
    431: f"The headers are longer than {HEAD_BYTES} bytes, or those of a handshake are more than {HEADERS_MAX}",
}
CODES = {414: "URI_TOO_LONG", 426: "UPGRADE_REQUIRED", 431: "HEADERS_TOO_LARGE"}
VERSION: Headers = ((b"upgrade", b"websocket"), (b"sec-websocket-version", handshake.WEBSOCKET_VERSION))


class Refused(ValueError):
    """The request is refused with this status before anything is made of it."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(MESSAGES[status])


class BoundedProtocol(HttpToolsProtocol):
    """A connection that carries requests, and perhaps becomes a socket."""

    header_seconds = HEADER_SECONDS
    message_seconds = MESSAGE_SECONDS
    unread_seconds = UNREAD_SECONDS
    linger_seconds = LINGER_SECONDS
    _deadline: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _in_head = True
    _begun = False
    """Whether a part of a head is here that is not whole."""
    _heads = 0
    _head_bytes = 0
    """Of the request line and the headers that are whole."""
    _loose_bytes = 0
    """Of what came since, without any head being whole after it: a header that does not end, blank lines."""
    _refused = 400
    _over = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self._within(self.header_seconds)

    def data_received(self, data: bytes) -> None:
        """Read on, at most a head's length at a time, so that what is not whole yet is counted."""
        for start in () if self._is_over() else range(0, len(data), HEAD_BYTES):
            self._read(data if len(data) <= HEAD_BYTES else data[start : start + HEAD_BYTES])
            if self._is_over():
                return

    def _read(self, data: bytes) -> None:
        heads = self._heads if self._in_head else -1
        self._unset_keepalive_if_required()
        self._feed(data)
        if self._is_over():
            return
        if not self._in_head:
            if self._deadline is None:
                self._within(self.message_seconds)
            return
        self._loose_bytes = self._loose_bytes + len(data) if heads == self._heads else 0
        if self._loose_bytes > HEAD_BYTES:
            self._refused = 431
            self.send_400_response("")
        elif self._deadline is None and (self._begun or self._is_idle()):
            self._within(self.header_seconds)  # uvicorn's own timer for idle connections ended with the first byte

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            rest = data[upgrade.args[0] :]
            if not self._should_upgrade():
                self._feed_plainly(rest)
            elif self.ws_protocol_class is SocketProtocol:
                self._become_socket(rest)
            else:
                self.handle_websocket_upgrade()
        except httptools.HttpParserError:
            self.send_400_response("")

    def _feed_plainly(self, rest: bytes) -> None:
        """Read a request again without its upgrade, for which the parser would not read its body."""
        head = handshake.without_upgrade(self.scope["method"], self.url, self.parser.get_http_version(), self.headers)
        self.parser = httptools.HttpRequestParser(self)
        self._feed(head + rest)

    def on_message_begin(self) -> None:
        """A request begins; one that was waited for has had a part of its time already."""
        super().on_message_begin()
        self._head_bytes, self._begun = 0, True

    def on_url(self, url: bytes) -> None:
        """A part of the request line is here."""
        super().on_url(url)
        if len(self.url) > HEAD_BYTES:
            self._refuse(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header is whole."""
        super().on_header(name, value)
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes + len(self.url) > HEAD_BYTES:
            self._refuse(431)

    def on_headers_complete(self) -> None:
        """All headers are here. A target that is not a path is refused, because it could name another host."""
        self._in_head, self._begun, self._heads = False, False, self._heads + 1
        if not self.url.startswith(b"/") or not handshake.names_one_host(self.headers, self.parser.get_http_version()):
            self._refuse(400)
        self.scope["method"] = self.parser.get_method().decode("ascii")
        if self._is_fed_again():
            return
        self._within(None)  # what of the message is not here with this head has a time of its own: `_read`
        if not self.parser.should_upgrade():
            self._begin_cycle()

    def _begin_cycle(self) -> None:
        idle, cycle = self._is_idle(), Cycle.of(self)
        self.cycle = cycle
        self.scope["extensions"] = {BODY_TIME: {"give": self._give_body_time}, WHOLE_BODY: {"take": cycle.take_body}}
        if not cycle.keep_alive and handshake.has_body(self.headers):
            cycle.transport = LingeringTransport(self.transport, self._end)
        if idle:
            self._start_asgi_task(cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def _give_body_time(self) -> None:
        """Wait once more as long for the rest of the body: a route asks for that which reads a long one as it arrives."""
        if not self._in_head:
            self._within(self.message_seconds)

    def on_message_complete(self) -> None:
        """All of it is here."""
        if self._is_fed_again():
            return
        super().on_message_complete()
        self._in_head, self._loose_bytes = True, 0
        self._within(None)

    def _should_upgrade(self) -> bool:
        plain = self.scope["method"] != "GET" or self.parser.get_http_version() != "1.1"
        return not plain and not handshake.has_body(self.headers) and super()._should_upgrade()

    def _is_fed_again(self) -> bool:
        return self.parser.should_upgrade() and not self._should_upgrade()

    def _become_socket(self, rest: bytes) -> None:
        """Hand the connection over, if the handshake is one."""
        if not self._is_handshake():
            return
        live = SocketProtocol(self.config, self.server_state, self.transport, handshake.key_of(self.headers))
        self.connections.discard(self)
        self.transport.set_protocol(live)
        live.start(self.app, handshake.socket_scope(self.scope, self.url, self.headers, {EXTENSION: live}))
        if rest:
            live.data_received(rest)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to a protocol of uvicorn's."""
        if not self._is_handshake():
            return
        super().handle_websocket_upgrade()
        live: Any = self.transport.get_protocol()
        if live is not self and not live.handshake_initiated:  # its parser gave up, and says nothing
            self._answer(431)

    def _is_handshake(self) -> bool:
        self._within(None)
        if handshake.wrong_version(self.headers):
            self._answer(426, VERSION)
        elif handshake.wrong_key(self.headers):
            self._answer(400)
        elif len(self.headers) > HEADERS_MAX:
            self._answer(431)
        return not self._over

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words
        """Refuse what cannot be read; where an answer is on its way already, only the end can say so."""
        self._within(None)
        if self._is_idle():
            self._answer(self._refused)
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        """The client does not read its answer."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        self._stop_unread_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._within(None)
        self._stop_unread_timer()
        super().connection_lost(exc)

    def _stop_unread_timer(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _is_idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _refuse(self, status: int) -> None:
        self._refused = status
        raise Refused(status)

    def _answer(self, status: int, extra: Headers = ()) -> None:
        path = getattr(self, "url", b"").partition(b"?")[0].decode("latin-1")
        body = refusal_body(path, CODES.get(status, "MALFORMED_REQUEST"), MESSAGES[status])
        length = str(len(body)).encode()
        own = ((b"content-type", b"application/json"), (b"content-length", length), (b"connection", b"close"))
        lines = [name + b": " + value for name, value in (*own, *extra, *SAFE_HEADERS, *CLOSED)]
        first = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()
        self.transport.write(b"\r\n".join([first, *lines, b"", body]))
        self._linger()

    def _end(self) -> None:
        if self._in_head:
            self.transport.close()
        else:
            self._linger()

    def _linger(self) -> None:
        self._over = True
        if self.transport.get_protocol() is self and self.transport.can_write_eof():
            # To close while more comes would reset the connection, and the answer could be lost on its way.
            self.transport.write_eof()
            self.loop.call_later(self.linger_seconds, self.transport.close)
        else:
            self.transport.close()

    def _is_over(self) -> bool:
        """Whether nothing more is to be read here: refused, closing, or a socket now."""
        return self._over or self.transport.is_closing() or self.transport.get_protocol() is not self

    def _within(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._close_late)

    def _close_late(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
