"""GraphQL over WebSocket: the graphql-transport-ws connection loop.

Ours and not the library's, because limits, slow readers, expiry, revocation and strict input all live in it. Every
refusal has its code: 4400 for what is no message, 4401 before the acknowledgement and after the token's end, 4403
when the session or its rights are gone, 4406 for another subprotocol, 4408 without connection_init in time, 4409 for
an operation id in use, 4410 for a reader too slow to keep (resume from the cursor), 4429 for a second init, 1013 (try
again later) for a flood, 1012 when the server stops. An idle connection costs one task and no timer; the watchdog is one for all (api/sockets/registry.py).

Authentication is by `connection_init`'s payload (`{"authorization": "Bearer ..."}`) or the session cookie. A client may
authenticate again on the open socket with a ping that has the same payload; the pong's payload then says
`{"authenticated": true, "expiresAt": ...}` or `{"authenticated": false, "code": ...}`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

import orjson
import structlog
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send

from api.http.operations import Operations
from api.sockets.frames import protocol_of
from api.sockets.outbox import AsgiOutbox, FrameOutbox, Outbox
from api.sockets.pace import Flood, Pace
from api.sockets.subscription_budget import Charge
from domain.errors import DomainError, RateLimited, Unavailable
from domain.models.actor import Actor
from schema.context import Context
from schema.errors import format_error
from schema.execution.documents import Document, DocumentRefused
from schema.live.group import Subscriber
from schema.live.ports import Payloads

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 5.0
OPERATIONS_MAX = 100
MESSAGE_MAX = 64 * 1024
ID_MAX = 128
REASON_MAX = 123
"""Bytes of a close reason: a control frame has 125, two of them for the code (RFC 6455 sections 5.5 and 5.5.1)."""
CREDENTIAL = "authorization"
CREDENTIAL_NAMES = (CREDENTIAL, "token")
CREDENTIAL_SIGNS = ("bearer ", "bearer\t", "eyj")
"""The scheme that goes before a token, and how each JWT begins (the base64url of `{\"`), in small letters."""

log = structlog.get_logger(__name__)


class Edge(Protocol):
    """What a connection needs of the process around it (api/sockets/registry.py)."""

    operations: Operations

    def charge(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, actor: Actor
    ) -> Charge | None:
        """Charge a subscription to its user; None where they have too much already."""
        ...

    async def authenticate(self, scope: Scope, payload: Mapping[str, Any]) -> tuple[Actor, float]:
        """Who this is, and the Unix time at which their token ends. Raises DomainError."""
        ...

    def context(self, actor: Actor, scope: Scope) -> Context: ...
    async def serve(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, subscriber: Subscriber
    ) -> None:
        """Bring a subscription to the live stream. Raises DomainError and ConnectionError."""
        ...

    def opened(self, connection: Connection) -> None: ...
    def acknowledged(self, connection: Connection) -> None: ...
    def renewed(self, connection: Connection, actor: Actor) -> None: ...
    def closed(self, connection: Connection) -> None: ...
    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that outlives the caller."""
        ...


class Refused(Exception):
    """The connection must end with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(reason)


class OperationSink:
    """A subscription's way out through its connection's outbox, under its operation id."""

    __slots__ = ("_connection", "_head", "_id", "shape", "write")

    def __init__(self, connection: Connection, operation_id: str) -> None:
        self._connection, self._id = connection, operation_id
        self.write: Callable[[Any, int], None] = connection.outbox.put
        self._head = b'{"id":' + orjson.dumps(operation_id) + b',"type":"next","payload":'
        self.shape = (type(connection.outbox), operation_id)

    def encode(self, payloads: Payloads) -> Any:
        """The payloads as `next` messages of this id."""
        head = self._head
        return self._connection.outbox.encode([head + p + b"}" for p in payloads])

    async def send(self, payloads: Payloads) -> None:
        """Take messages, waiting for room first. Raises ConnectionError."""
        if payloads:
            await self._connection.outbox.room()
            self._connection.outbox.put(self.encode(payloads), len(payloads))

    def complete(self) -> None:
        """End the operation."""
        self._connection.finish(self._id, {"id": self._id, "type": "complete"})

    def fail(self, errors: Sequence[Mapping[str, Any]]) -> None:
        """End the operation with errors."""
        self._connection.finish(self._id, {"id": self._id, "type": "error", "payload": errors})

    def overrun(self) -> None:
        """End the connection: its operations cost more than can be rendered in time."""
        self._connection.end(4410, "Your subscriptions cost too much to keep up with: ask for less, and resume")


class Operation:
    """A running operation: a task while it works, a subscriber once it is a live subscription."""

    __slots__ = ("charge", "one_shot", "subscriber", "task")

    def __init__(self, subscriber: Subscriber | None, charge: Charge | None) -> None:
        self.task: asyncio.Task[None] | None = None
        self.subscriber, self.charge = subscriber, charge
        self.one_shot = subscriber is None

    def close(self) -> None:
        """Stop it."""
        self.leave()
        if self.task is not None:
            self.task.cancel()

    def leave(self) -> None:
        """Take no more messages, and give back what the operation holds."""
        if self.subscriber is not None:
            self.subscriber.close()
        if self.charge is not None:
            self.charge.release()


class Connection:
    """One socket, from its upgrade to its close."""

    __slots__ = (
        "_initialised",
        "_pace",
        "_protocol",
        "_receive",
        "_retiring",
        "_send",
        "_sockets",
        "_task",
        "actor",
        "ended_at",
        "ending",
        "expires_at",
        "operations",
        "outbox",
        "scope",
        "warned",
    )

    def __init__(self, sockets: Edge, scope: Scope, receive: Receive, send: Send) -> None:
        self._sockets, self.scope, self._receive, self._send = sockets, scope, receive, send
        self._protocol = protocol_of(scope)
        self.outbox: Outbox = (
            FrameOutbox(self._protocol, self._overflow) if self._protocol else AsgiOutbox(send, self._overflow)
        )
        self.actor: Actor | None = None
        self.expires_at = 0.0
        self.warned = False
        self.ending: tuple[int, str] | None = None
        self.ended_at = 0.0
        self.operations: dict[str, Operation] = {}
        self._initialised = False
        self._retiring = False
        self._pace = Pace(asyncio.get_running_loop().time())
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
        loop = asyncio.get_running_loop()
        if self._protocol is not None:
            self._protocol.accepted()
            self._protocol.retire = lambda delay: self._retire(loop, delay)
        timer = loop.call_later(INIT_SECONDS, self._late)
        self._task = asyncio.current_task()
        self._sockets.opened(self)
        try:
            await self._read()
        finally:
            timer.cancel()
            self.stop_operations()
            self.outbox.stop()
            self._sockets.closed(self)
            if self._protocol is not None:
                self._protocol.retire = None

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            if self.ending is not None:
                continue
            try:
                await self._slow_down()
                if self.ending is None:
                    await self._take(_object(message))
            except Refused as refusal:
                self.end(refusal.code, refusal.reason)

    async def _slow_down(self) -> None:
        """Wait while the peer sends faster than it may: until then nothing more is read. Raises Refused for a flood."""
        try:
            delay = self._pace.delay(asyncio.get_running_loop().time())
        except Flood:
            raise Refused(1013, "Too many messages: try again later") from None
        if delay:
            await asyncio.sleep(delay)

    async def _take(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "connection_init":
                await self._init(_payload(message))
            case "ping":
                await self._ping(_payload(message))
            case "pong":
                _payload(message)
            case "subscribe":
                self._subscribe(message)
            case "complete":
                operation = self.operations.pop(_id(message), None)
                if operation is not None:
                    operation.close()
            case _:
                raise Refused(4400, "Unknown message type")

    async def _init(self, payload: dict[str, Any] | None) -> None:
        if self._initialised:
            raise Refused(4429, "Too many initialisation requests")
        self._initialised = True
        try:
            self.actor, self.expires_at = await self._sockets.authenticate(self.scope, _credentials(payload or {}))
        except Unavailable as error:
            raise Refused(1013, error.message) from error
        except DomainError as error:
            raise Refused(4403 if error.status == 403 else 4401, error.message) from error
        self._sockets.acknowledged(self)
        self._put({"type": "connection_ack"})

    async def _ping(self, payload: dict[str, Any] | None) -> None:
        """Answer a ping with its own payload, but a credential never: with what came of it, or with nothing."""
        credentials = _credentials(payload or {})
        if CREDENTIAL in credentials and self.actor is not None:
            payload = await self._again(credentials)
        elif _holds_credential(payload):
            payload = None
        self._put({"type": "pong"} | ({} if payload is None else {"payload": payload}))

    async def _again(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Authenticate again: the same user goes on with a later end; anybody else is refused."""
        try:
            actor, expires_at = await self._sockets.authenticate(self.scope, payload)
        except DomainError as error:
            return {"authenticated": False, "code": error.code}
        if self.actor is None or (actor.user_id, actor.role) != (self.actor.user_id, self.actor.role):
            raise Refused(4403, "This token belongs to somebody else")
        self._sockets.renewed(self, actor)
        self.expires_at, self.warned = expires_at, False
        return {"authenticated": True, "expiresAt": int(expires_at)}

    def _subscribe(self, message: dict[str, Any]) -> None:
        if self.actor is None:
            raise Refused(4401, "Unauthorized")
        id_, payload = _id(message), message.get("payload")
        query, variables, name = _request(payload)
        if id_ in self.operations:
            raise Refused(4409, f"Subscriber for {id_} already exists")
        if len(self.operations) >= OPERATIONS_MAX or self._retiring:
            text = "The server is stopping" if self._retiring else "Too many operations on this connection"
            self._refuse(id_, [_problem(text, "LIMIT_EXCEEDED")])
            return
        try:
            document = self._sockets.operations.document(query, self.actor, self.actor.origin)
            kind = document.operation_type(name)
        except DocumentRefused as refusal:
            self._refuse(id_, refusal.errors)
        except DomainError as error:
            self._refuse(id_, [_told(error)])
        else:
            self._begin(id_, self.actor, document, kind, variables, name)

    def _begin(
        self,
        id_: str,
        actor: Actor,
        document: Document,
        kind: str,
        variables: dict[str, Any] | None,
        name: str | None,
    ) -> None:
        if kind != "subscription":
            operation = self.operations[id_] = Operation(None, None)
            operation.task = asyncio.create_task(self._once(id_, operation, document, variables, name))
            return
        charge = self._sockets.charge(document, name, variables, actor)
        if charge is None:
            self._refuse(id_, [_problem("Your subscriptions cost too much together: end some first", "LIMIT_EXCEEDED")])
            return
        operation = self.operations[id_] = Operation(Subscriber(OperationSink(self, id_), actor), charge)
        operation.task = asyncio.create_task(self._live(id_, operation, document, variables, name))

    def _refuse(self, id_: str, errors: Sequence[Mapping[str, Any]]) -> None:
        self._put({"id": id_, "type": "error", "payload": errors})

    async def _once(
        self, id_: str, operation: Operation, document: Document, variables: dict[str, Any] | None, name: str | None
    ) -> None:
        """A query or a mutation: one `next`, then `complete`; or `error` where nothing could be executed."""
        try:
            assert self.actor is not None
            result = await self._sockets.operations.execute(
                document, name, variables, self._sockets.context(self.actor, self.scope)
            )
        except (RateLimited, Unavailable) as error:
            result = {"errors": [_told(error)]}
        finally:
            if self.operations.get(id_) is operation:
                del self.operations[id_]
        if "data" not in result:
            self._put({"id": id_, "type": "error", "payload": result["errors"]})
            return
        self._put({"id": id_, "type": "next", "payload": result})
        self._put({"id": id_, "type": "complete"})

    async def _live(
        self, id_: str, operation: Operation, document: Document, variables: dict[str, Any] | None, name: str | None
    ) -> None:
        """A subscription, until it is live: from then on its group writes to the outbox by itself."""
        subscriber = operation.subscriber
        assert subscriber is not None
        try:
            await self._sockets.serve(document, name, variables, subscriber)
        except ConnectionError:
            subscriber.close()
        except DomainError as error:
            self.finish(id_, {"id": id_, "type": "error", "payload": [_told(error)]})
        except Exception:
            log.exception("socket.subscription_failed")
            self.finish(id_, {"id": id_, "type": "error", "payload": [_problem("Internal error", "INTERNAL_ERROR")]})
        finally:
            operation.task = None

    def finish(self, id_: str, message: dict[str, Any]) -> None:
        """End an operation from this side."""
        operation = self.operations.pop(id_, None)
        if operation is not None:
            operation.leave()
        self._put(message)

    def _put(self, message: dict[str, Any]) -> None:
        self.outbox.put(self.outbox.encode([orjson.dumps(message, default=str)]), 1)

    def stop_operations(self) -> None:
        """Stop everything that runs on this connection."""
        for operation in list(self.operations.values()):
            operation.close()
        self.operations.clear()

    def _overflow(self) -> None:
        self.end(4410, "Too slow to keep: resume from your cursor")

    def _late(self) -> None:
        if not self._initialised:
            self.end(4408, "Connection initialisation timeout")

    def end(self, code: int, reason: str) -> None:
        """Close the connection; the first reason wins. Nothing is sent after it."""
        if self.ending is not None:
            return
        self.ending = (code, reason)
        self.ended_at = asyncio.get_running_loop().time()
        self.stop_operations()
        self._sockets.spawn(self._close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(Exception):  # the peer may be gone, and then there is nothing left to close
            if isinstance(self.outbox, AsgiOutbox) and code != 4410:
                async with asyncio.timeout(2.0):
                    await self.outbox.room()
            self.outbox.stop()
            await self._send({"type": "websocket.close", "code": code, "reason": _cut(reason)})

    def abort(self) -> None:
        """Drop the connection without waiting for its peer."""
        if self._protocol is not None:
            self._protocol.abort()
        elif self._task is not None:
            self._task.cancel()

    def _retire(self, loop: asyncio.AbstractEventLoop, delay: float) -> None:
        self._retiring = True
        loop.call_later(delay, lambda: self._sockets.spawn(self._leave()))

    async def _leave(self) -> None:
        """Let what was asked finish, then say that the server restarts."""
        tasks = [o.task for o in self.operations.values() if o.one_shot and o.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=4.0)
        self.end(1012, "The server is restarting")


def _cut(reason: str) -> str:
    """A close reason of at most REASON_MAX bytes of UTF-8, cut between two characters."""
    return reason.encode()[:REASON_MAX].decode(errors="ignore")


def _credentials(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with its credential under the name `authorization`, in whatever case the client wrote it."""
    plain = {k: v for k, v in payload.items() if k.lower() != CREDENTIAL}
    given = [v for k, v in payload.items() if k.lower() == CREDENTIAL and v]
    return plain | ({CREDENTIAL: given[0]} if given else {})


def _holds_credential(payload: Any) -> bool:
    """Whether anything in a payload, however deep, is named or looks like a credential."""
    waiting = [payload]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if any(name in key.lower() for key in value for name in CREDENTIAL_NAMES):
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and any(sign in value.lower() for sign in CREDENTIAL_SIGNS):
            return True
    return False


def _problem(message: str, code: str) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code}}


def _told(error: DomainError) -> dict[str, Any]:
    return format_error(GraphQLError("", original_error=error))


def _object(message: Mapping[str, Any]) -> dict[str, Any]:
    text = message.get("text")
    if text is None:
        raise Refused(4400, "Messages must be text in UTF-8")
    if len(text) > MESSAGE_MAX:
        raise Refused(4400, "This message is too large")
    try:
        value = orjson.loads(text)
    except ValueError:
        raise Refused(4400, "Messages must be JSON") from None
    if not isinstance(value, dict):
        raise Refused(4400, "Messages must be JSON objects")
    return value


def _payload(message: dict[str, Any]) -> dict[str, Any] | None:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise Refused(4400, "The payload must be an object")
    return payload


def _id(message: dict[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= ID_MAX:
        raise Refused(4400, "The id must be a text of 1 to 128 characters")
    return id_


def _request(payload: object) -> tuple[str, dict[str, Any] | None, str | None]:
    if not isinstance(payload, dict):
        raise Refused(4400, "The payload must be an object")
    query, variables, name = payload.get("query"), payload.get("variables"), payload.get("operationName")
    extensions = payload.get("extensions")
    if (
        not isinstance(query, str)
        or not isinstance(variables, dict | None)
        or not isinstance(name, str | None)
        or not isinstance(extensions, dict | None)
    ):
        raise Refused(4400, "Invalid subscribe message")
    return query, variables, name
