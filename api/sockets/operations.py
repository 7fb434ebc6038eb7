"""The operations of one socket, each under its id: queries and mutations answered once, and live subscriptions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

import orjson
import structlog
from graphql import GraphQLError
from starlette.types import Scope

from api.http.operations import Operations
from api.sockets.outbox import Outbox
from api.sockets.protocol import Refused, id_of, request_of
from api.sockets.subscription_budget import Charge
from domain.errors import DomainError, RateLimited, Unavailable
from domain.models.actor import Actor
from schema.context import Context
from schema.error_shape import error_shape
from schema.errors import format_error
from schema.execution.documents import Document, DocumentRefused
from schema.live.ports import Payloads
from schema.live.subscriber import Subscriber

OPERATIONS_MAX = 100

log = structlog.get_logger(__name__)


class Edge(Protocol):
    """What a socket needs of the process around it (api/sockets/endpoint.py)."""

    operations: Operations

    async def authenticate(self, scope: Scope, payload: Mapping[str, Any]) -> tuple[Actor, float]:
        """The client, and the Unix time at which its token expires. Raises DomainError."""
        ...

    def charge(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, actor: Actor
    ) -> Charge | None:
        """Charge a subscription to its user; None if theirs cost too much already."""
        ...

    def context(self, actor: Actor, scope: Scope) -> Context: ...
    async def serve(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, subscriber: Subscriber
    ) -> None:
        """Bring a subscription to the live stream. Raises DomainError and ConnectionError."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that outlives the caller."""
        ...


class OperationSink:
    """Sends the messages of a subscription through its connection's outbox, under its operation id."""

    __slots__ = ("_connection", "_head", "_id", "shape", "write")

    def __init__(self, connection: SocketOperations, operation_id: str) -> None:
        self._connection, self._id = connection, operation_id
        self.write: Callable[[Any, int], None] = connection.outbox.put
        self._head = b'{"id":' + orjson.dumps(operation_id) + b',"type":"next","payload":'
        self.shape = (type(connection.outbox), operation_id)

    def encode(self, payloads: Payloads) -> Any:
        """The payloads as `next` messages of this id."""
        head = self._head
        return self._connection.outbox.encode([head + p + b"}" for p in payloads])

    async def send(self, payloads: Payloads) -> None:
        """Send messages, waiting for room first. Raises ConnectionError."""
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
        """Close the connection, because its subscriptions cost more than can be rendered in time."""
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
        """Stop sending messages, and release the budget that the operation holds."""
        if self.subscriber is not None:
            self.subscriber.close()
        if self.charge is not None:
            self.charge.release()


class SocketOperations:
    """The operations of one socket; the connection handles its opening and closing (api/sockets/connection.py)."""

    __slots__ = ("_edge", "_retiring", "actor", "operations", "outbox", "scope")

    outbox: Outbox

    def __init__(self, edge: Edge, scope: Scope) -> None:
        self._edge, self.scope = edge, scope
        self.actor: Actor | None = None
        self.operations: dict[str, Operation] = {}
        self._retiring = False

    def end(self, code: int, reason: str) -> None:
        """Close the connection; the first reason wins."""
        raise NotImplementedError

    def _subscribe(self, message: dict[str, Any]) -> None:
        if self.actor is None:
            raise Refused(4401, "Unauthorized")
        id_, payload = id_of(message), message.get("payload")
        query, variables, name = request_of(payload)
        if id_ in self.operations:
            raise Refused(4409, f"Subscriber for {id_} already exists")
        if len(self.operations) >= OPERATIONS_MAX or self._retiring:
            text = "The server is stopping" if self._retiring else "Too many operations on this connection"
            self._refuse(id_, [error_shape(text, "LIMIT_EXCEEDED")])
            return
        try:
            document = self._edge.operations.document(query, self.actor, self.actor.origin)
            kind = document.operation_type(name)
        except DocumentRefused as refusal:
            self._refuse(id_, refusal.errors)
        except DomainError as error:
            self._refuse(id_, [_problem(error)])
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
        charge = self._edge.charge(document, name, variables, actor)
        if charge is None:
            self._refuse(
                id_, [error_shape("Your subscriptions cost too much together: end some first", "LIMIT_EXCEEDED")]
            )
            return
        operation = self.operations[id_] = Operation(Subscriber(OperationSink(self, id_), actor), charge)
        operation.task = asyncio.create_task(self._live(id_, operation, document, variables, name))

    def _refuse(self, id_: str, errors: Sequence[Mapping[str, Any]]) -> None:
        self._put({"id": id_, "type": "error", "payload": errors})

    async def _once(
        self, id_: str, operation: Operation, document: Document, variables: dict[str, Any] | None, name: str | None
    ) -> None:
        """A query or a mutation: one `next`, then `complete`; or `error` if nothing could be executed."""
        try:
            assert self.actor is not None
            result = await self._edge.operations.execute(
                document, name, variables, self._edge.context(self.actor, self.scope)
            )
        except (RateLimited, Unavailable) as error:
            result = {"errors": [_problem(error)]}
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
            await self._edge.serve(document, name, variables, subscriber)
        except ConnectionError:
            subscriber.close()
        except DomainError as error:
            self.finish(id_, {"id": id_, "type": "error", "payload": [_problem(error)]})
        except Exception:
            log.exception("socket.subscription_failed")
            self.finish(id_, {"id": id_, "type": "error", "payload": [error_shape("Internal error", "INTERNAL_ERROR")]})
        finally:
            operation.task = None

    def finish(self, id_: str, message: dict[str, Any]) -> None:
        """End an operation on the server's initiative."""
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


def _problem(error: DomainError) -> dict[str, Any]:
    return format_error(GraphQLError("", original_error=error))
