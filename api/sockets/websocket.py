"""The WebSocket protocol of the server: RFC 6455 below, ASGI above, and for our own frames the transport itself.

Why not uvicorn's: a finished frame shared by a thousand sockets costs 14 µs each when it goes to the transport and 25 to
31 µs through ASGI, and frames that wait can leave in one write. An idle socket of uvicorn's keeps its handshake, a second
parser and its timers to the end, which made up a third of its memory, and they took a third of the time in which it joins
(docs/explanation/performance.md). Where the server is another one, connections use ASGI `send`.

The handshake itself is read and checked in api/http; keepalive pings are sent by the watchdog.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import structlog
from starlette.types import ASGIApp, Message, Scope
from uvicorn import Config
from uvicorn.server import ServerState

from api.sockets.framing import NO_CODE, BrokenFrame, FrameReader, Opcode, close_frame, frame, read_close
from api.sockets.opening import Headers, accepting, head
from api.sockets.writer import Writer
from domain.jitter import JITTER

EXTENSION = "rollcall.protocol"
"""The key in `scope["extensions"]` under which a connection finds its protocol."""

PINGS_PER_SECOND = 20
GOODBYE_SECONDS = 5.0
"""How long a peer may take to answer a close frame."""
RETIRE_SECONDS = 2.0
"""Over how long a stopping server spreads its goodbyes."""
QUIET_SECONDS = 20.0
"""After how long without a word of it a peer is pinged, and how long it may take to answer."""
ABNORMAL = 1006
"""The code of a connection that ended without a close frame; it is never sent."""

log = structlog.get_logger(__name__)


class SocketProtocol(Writer):
    """One connection, from its accepted upgrade on."""

    __slots__ = (
        "_accepted",
        "_closing",
        "_goodbye",
        "_inbox",
        "_key",
        "_over",
        "_paused",
        "_pinged_at",
        "_pings",
        "_pings_since",
        "_reader",
        "_received_at",
        "_refusal",
        "_state",
        "_waiting",
        "retire",
    )

    def __init__(self, config: Config, state: ServerState, transport: asyncio.Transport, key: bytes) -> None:
        super().__init__(transport)
        self.retire: Callable[[float], None] | None = None
        """Set by the connection: end it after so many seconds."""
        self._state, self._key = state, key
        self._reader = FrameReader(config.ws_max_size)
        self._inbox: list[Message] = []
        """What the application has not taken yet; asyncio.Queue would need 2 KiB."""
        self._waiting: asyncio.Future[None] | None = None
        """The application waits for a message."""
        self._accepted = False
        self._closing = False
        """Whether a close frame was sent: nothing follows it."""
        self._over = False
        """Whether nothing more is read."""
        self._paused = False
        self._goodbye: asyncio.TimerHandle | None = None
        self._refusal: Message | None = None
        self._received_at = self.loop.time()
        self._pinged_at: float | None = None
        """Since when it has not answered a ping."""
        self._pings, self._pings_since = 0, 0.0

    def start(self, app: ASGIApp, scope: Scope) -> None:
        """Run the application for this connection."""
        self._state.connections.add(self)  # type: ignore[arg-type]
        self._put({"type": "websocket.connect"})
        served = cast("Coroutine[Any, Any, None]", app(scope, self.receive, self.send))
        task = self.loop.create_task(served)
        self._state.tasks.add(task)
        task.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        """The application has returned."""
        self._state.tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, ConnectionError):
            log.error("socket.failed", exc_info=error)
            self._fail(1011, "Internal error")
        if not self._accepted and not self._over:
            self._refuse(500, (), b"")
        if self._goodbye is None:
            self.transport.close()

    # What the transport reports

    def data_received(self, data: bytes) -> None:
        """Bytes of the peer."""
        self._received_at, self._pinged_at = self.loop.time(), None
        try:
            for opcode, payload in () if self._over else self._reader.read(data):
                self._take(opcode, payload)
                if self._over:
                    return
        except BrokenFrame as broken:
            self._fail(broken.code, broken.reason)

    def _take(self, opcode: int, payload: bytes) -> None:
        match opcode:
            case Opcode.CLOSE:
                self._closed_by_peer(*read_close(payload))
            case Opcode.PING:
                self._answer_ping(payload)
            case Opcode.TEXT | Opcode.BINARY if not self._closing:
                waited = self._put(_received(opcode, payload))
                if not waited and not self._paused:
                    self._paused = True
                    self.transport.pause_reading()

    def _closed_by_peer(self, code: int, reason: str) -> None:
        self._over = True
        if not self._closing:
            self._put({"type": "websocket.disconnect", "code": code, "reason": reason})
            self._say_goodbye(code, reason)
        self._stop_waiting()
        self.transport.close()

    def _answer_ping(self, payload: bytes) -> None:
        """Answer a ping; a flood of them ends the connection before it stalls the others."""
        now = self._received_at
        if now - self._pings_since > 1.0:
            self._pings, self._pings_since = 0, now
        self._pings += 1
        if self._pings > PINGS_PER_SECOND:
            self._fail(1008, "Too many pings")
        elif not self._closing:
            self.transport.write(frame(payload, Opcode.PONG))

    def connection_lost(self, error: Exception | None) -> None:
        """The connection has ended."""
        self._over = True
        self._put({"type": "websocket.disconnect", "code": NO_CODE if self._accepted else ABNORMAL})
        self._state.connections.discard(self)
        self._stop_waiting()
        super().connection_lost(error)

    # What a connection uses directly

    def keep_alive(self, now: float) -> None:
        """Ping a peer that has been quiet, and end the connection if it stays so; called about once a second."""
        if self._over or self._closing or self._paused:
            return
        if self._pinged_at is None:
            if now - self._received_at + self._spread() >= QUIET_SECONDS:
                self._pinged_at = now
                self.transport.write(frame(b"", Opcode.PING))
        elif now - self._pinged_at > QUIET_SECONDS:
            self._fail(1011, "No answer to a ping")

    def _spread(self) -> float:
        """Up to five seconds, so that sockets that were opened at once are not all pinged at once."""
        return (id(self) >> 6) % 64 / 64 * QUIET_SECONDS / 4

    def shutdown(self) -> None:
        """The server stops: let the connection finish what it does and say 1012, spread over RETIRE_SECONDS."""
        if self.retire is not None and not self._closing:
            self.retire(JITTER.random() * RETIRE_SECONDS)
            return
        if self._accepted:
            self._fail(1012, "")
        else:
            self._refuse(500, (), b"")

    # ASGI (asgi.readthedocs.io, WebSocket connection scope)

    async def receive(self) -> Message:
        """The next message of the peer."""
        while not self._inbox:
            self._waiting = self.loop.create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        message = self._inbox.pop(0)
        if self._paused and not self._inbox:
            self._paused = False
            self.transport.resume_reading()
        return message

    def _put(self, message: Message) -> bool:
        """Leave a message for the application; whether it was waiting for it."""
        self._inbox.append(message)
        if self._waiting is None or self._waiting.done():
            return False
        self._waiting.set_result(None)
        return True

    async def send(self, message: Message) -> None:
        """Accept, refuse, send or close. Raises ConnectionError once the peer has disconnected."""
        await self.drained()
        match message["type"]:
            case "websocket.accept":
                self._accept(message)
            case "websocket.http.response.start":
                self._refusal = message
            case "websocket.http.response.body":
                assert self._refusal is not None
                self._refuse(self._refusal["status"], self._refusal["headers"], message["body"])
            case "websocket.close" if not self._accepted:
                self._refuse(403, (), b"")
            case "websocket.close":
                self._close(message.get("code", 1000), message.get("reason") or "")
            case "websocket.send" if not self._closing:
                text = message.get("text")
                opcode = Opcode.BINARY if text is None else Opcode.TEXT
                self.transport.write(frame(message["bytes"] if text is None else text.encode(), opcode))
            case _:
                raise ConnectionResetError("nothing is sent after a close")

    def _accept(self, message: Message) -> None:
        headers = accepting(self._key, message.get("subprotocol"))
        self._accepted = True
        self.transport.write(head(101, [*self._state.default_headers, *headers, *message.get("headers", ())]))

    def _refuse(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer the handshake with something else."""
        self._accepted = self._closing = self._over = True
        own = [(b"connection", b"close")]
        if not any(name.lower() == b"content-length" for name, _ in headers):
            own.append((b"content-length", str(len(body)).encode()))
        self._put({"type": "websocket.disconnect", "code": ABNORMAL})
        self.transport.write(head(status, [*self._state.default_headers, *headers, *own]) + body)
        self.transport.close()

    def _close(self, code: int, reason: str) -> None:
        """Close, and wait for the peer to do so too."""
        if self._closing or self.transport.is_closing():
            return
        self._put({"type": "websocket.disconnect", "code": code, "reason": reason})
        self._say_goodbye(code, reason)
        if self._paused:
            self._paused = False
            self.transport.resume_reading()
        self._goodbye = self.loop.call_later(GOODBYE_SECONDS, self.transport.close)

    def _fail(self, code: int, reason: str) -> None:
        """End the connection at once (section 7.1.7)."""
        self._over = True
        self._put({"type": "websocket.disconnect", "code": code, "reason": reason})
        self._say_goodbye(code, reason)
        self._stop_waiting()
        self.transport.close()

    def _say_goodbye(self, code: int, reason: str) -> None:
        if self._accepted and not self._closing and not self.transport.is_closing():
            self.transport.write(close_frame(code, reason))
        self._closing = True

    def _stop_waiting(self) -> None:
        if self._goodbye is not None:
            self._goodbye.cancel()
            self._goodbye = None


def protocol_of(scope: Scope) -> SocketProtocol | None:
    """The protocol behind a connection, or None under another server."""
    found = (scope.get("extensions") or {}).get(EXTENSION)
    return found if isinstance(found, SocketProtocol) else None


def _received(opcode: int, payload: bytes) -> Message:
    """A message of the peer; a text that is not UTF-8 reaches the application as bytes, which it refuses itself."""
    if opcode == Opcode.TEXT:
        try:
            return {"type": "websocket.receive", "text": payload.decode()}
        except UnicodeDecodeError:
            pass
    return {"type": "websocket.receive", "bytes": payload}
