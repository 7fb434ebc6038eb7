"""GraphQL over WebSocket: the graphql-transport-ws connection loop.

Ours and not the library's, because limits, slow readers, expiry, revocation and strict input all live in it. Every
refusal has its code: 4400 for an invalid message, 4401 before the acknowledgement and after the token's end, 4403
when the session was revoked or its rights changed, 4406 for another subprotocol, 4408 without connection_init in time, 4409 for
an operation id in use, 4410 for a reader too slow to keep (resume from the cursor), 4429 for a second init, 1013 (try
again later) for a flood, 1012 when the server stops. An idle connection costs one task and no timer; the watchdog is one for all (api/sockets/watchdog.py).

Authentication is by `connection_init`'s payload (`{"authorization": "Bearer ..."}`) or the session cookie. A client may
authenticate again on the open socket with a ping that has the same payload; the pong's payload then says
`{"authenticated": true, "expiresAt": ...}` or `{"authenticated": false, "code": ...}`.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Protocol

from starlette.types import Message, Receive, Scope, Send

from api.sockets.operations import Edge, SocketOperations
from api.sockets.outbox import AsgiOutbox, FrameOutbox, Outbox
from api.sockets.pace import Flood, Pace
from api.sockets.protocol import (
    CREDENTIAL,
    PROTOCOL,
    Refused,
    credentials_of,
    cut_reason,
    holds_credential,
    id_of,
    object_of,
    payload_of,
)
from api.sockets.websocket import protocol_of
from domain.errors import DomainError, Unavailable
from domain.models.actor import Actor

INIT_SECONDS = 5.0


class Registry(Protocol):
    """Where a connection reports that it opened, authenticated and closed (api/sockets/registry.py)."""

    def opened(self, connection: Connection) -> None: ...
    def acknowledged(self, connection: Connection) -> None: ...
    def renewed(self, connection: Connection, actor: Actor) -> None: ...
    def closed(self, connection: Connection) -> None: ...


class Connection(SocketOperations):
    """One socket, from its upgrade to its close."""

    __slots__ = (
        "_initialised",
        "_opened_at",
        "_pace",
        "_protocol",
        "_receive",
        "_registry",
        "_send",
        "_task",
        "ended_at",
        "ending",
        "expires_at",
        "warned",
    )

    def __init__(self, edge: Edge, registry: Registry, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__(edge, scope)
        self._registry, self._receive, self._send = registry, receive, send
        self._protocol = protocol_of(scope)
        self.outbox: Outbox = (
            FrameOutbox(self._protocol, self._overflow) if self._protocol else AsgiOutbox(send, self._overflow)
        )
        self.expires_at = 0.0
        self.warned = False
        self.ending: tuple[int, str] | None = None
        self.ended_at = 0.0
        self._initialised = False
        self._opened_at = asyncio.get_running_loop().time()
        self._pace = Pace(self._opened_at)
        self._task: asyncio.Task[Any] | None = None

    async def run(self) -> None:
        """Serve the socket until either side ends it."""
        message = await self._receive()
        if message["type"] != "websocket.connect":
            return
        offered = PROTOCOL in self.scope["subprotocols"]
        await self._send({"type": "websocket.accept", "subprotocol": PROTOCOL if offered else None})
        if not offered:
            await self._send({"type": "websocket.close", "code": 4406, "reason": "Subprotocol not acceptable"})
            return
        if self._protocol is not None:
            self._protocol.retire = self._retire
        self._task = asyncio.current_task()
        self._registry.opened(self)
        del message
        try:
            while not _is_last(message := await self._receive()):
                if self.ending is None:
                    await self._take(message)
                del message  # it would be kept until the next one
        finally:
            self.stop_operations()
            self.outbox.stop()
            self._registry.closed(self)
            if self._protocol is not None:
                self._protocol.retire = None

    async def _take(self, message: Message) -> None:
        try:
            await self._slow_down()
            if self.ending is None:
                await self._handle(object_of(message))
        except Refused as refusal:
            self.end(refusal.code, refusal.reason)

    async def _slow_down(self) -> None:
        """Wait if the peer sends faster than allowed; nothing is read meanwhile. Raises Refused for a flood."""
        try:
            delay = self._pace.delay(asyncio.get_running_loop().time())
        except Flood:
            raise Refused(1013, "Too many messages: try again later") from None
        if delay:
            await asyncio.sleep(delay)

    async def _handle(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "connection_init":
                await self._init(payload_of(message))
            case "ping":
                await self._ping(payload_of(message))
            case "pong":
                payload_of(message)
            case "subscribe":
                self._subscribe(message)
            case "complete":
                operation = self.operations.pop(id_of(message), None)
                if operation is not None:
                    operation.close()
            case _:
                raise Refused(4400, "Unknown message type")

    async def _init(self, payload: dict[str, Any] | None) -> None:
        if self._initialised:
            raise Refused(4429, "Too many initialisation requests")
        self._initialised = True
        try:
            self.actor, self.expires_at = await self._edge.authenticate(self.scope, credentials_of(payload or {}))
        except Unavailable as error:
            raise Refused(1013, error.message) from error
        except DomainError as error:
            raise Refused(4403 if error.status == 403 else 4401, error.message) from error
        self._registry.acknowledged(self)
        self._put({"type": "connection_ack"})

    async def _ping(self, payload: dict[str, Any] | None) -> None:
        """Answer a ping with its own payload. A credential is never echoed: the answer is the result of authenticating, or empty."""
        credentials = credentials_of(payload or {})
        if CREDENTIAL in credentials and self.actor is not None:
            payload = await self._reauthenticate(credentials)
        elif holds_credential(payload):
            payload = None
        self._put({"type": "pong"} | ({} if payload is None else {"payload": payload}))

    async def _reauthenticate(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Authenticate again: the same user continues with a later expiry; another user is refused."""
        try:
            actor, expires_at = await self._edge.authenticate(self.scope, payload)
        except DomainError as error:
            return {"authenticated": False, "code": error.code}
        if self.actor is None or (actor.user_id, actor.role) != (self.actor.user_id, self.actor.role):
            raise Refused(4403, "This token belongs to another user")
        self._registry.renewed(self, actor)
        self.expires_at, self.warned = expires_at, False
        return {"authenticated": True, "expiresAt": int(expires_at)}

    def _overflow(self) -> None:
        self.end(4410, "Too slow to keep: resume from your cursor")

    def check_initialised(self, now: float) -> None:
        """End the connection if connection_init is late; `now` is the loop's time."""
        if not self._initialised and now - self._opened_at > INIT_SECONDS:
            self.end(4408, "Connection initialisation timeout")

    def end(self, code: int, reason: str) -> None:
        """Close the connection; the first reason wins. Nothing is sent after it."""
        if self.ending is not None:
            return
        self.ending = (code, reason)
        self.ended_at = asyncio.get_running_loop().time()
        self.stop_operations()
        self._edge.spawn(self._close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(Exception):  # if the peer has disconnected, there is nothing left to close
            if isinstance(self.outbox, AsgiOutbox) and code != 4410:
                async with asyncio.timeout(2.0):
                    await self.outbox.room()
            self.outbox.stop()
            await self._send({"type": "websocket.close", "code": code, "reason": cut_reason(reason)})

    def keep_alive(self, now: float) -> None:
        """Ping a quiet peer; another server pings by itself."""
        if self._protocol is not None:
            self._protocol.keep_alive(now)

    def abort(self) -> None:
        """Drop the connection without waiting for its peer."""
        if self._protocol is not None:
            self._protocol.abort()
        elif self._task is not None:
            self._task.cancel()

    def _retire(self, delay: float) -> None:
        self._retiring = True
        asyncio.get_running_loop().call_later(delay, lambda: self._edge.spawn(self._finish()))

    async def _finish(self) -> None:
        """Let running operations finish, then close with the code for a restart."""
        tasks = [o.task for o in self.operations.values() if o.one_shot and o.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=4.0)
        self.end(1012, "The server is restarting")


def _is_last(message: Message) -> bool:
    return bool(message["type"] == "websocket.disconnect")
