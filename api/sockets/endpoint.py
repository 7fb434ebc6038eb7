"""The WebSocket route: what each connection needs of the process around it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Self

from starlette.types import Receive, Scope, Send

from api.auth.authenticator import Identity
from api.http.fair import in_the_name_of
from api.http.operations import Operations
from api.sockets.connection import Connection
from api.sockets.registry import SocketRegistry
from api.sockets.subscription_budget import Charge, SubscriptionBudget
from domain.models.actor import Actor
from domain.tasks import Tasks
from schema.context import Context
from schema.execution.documents import Document, DocumentRefused
from schema.live.stream import Live
from schema.live.subscriber import Subscriber

Authenticate = Callable[[Scope, Mapping[str, Any]], Awaitable[Identity]]
MakeContext = Callable[[Actor, Scope], Context]


class SocketEndpoint:
    """One per process; an ASGI application."""

    def __init__(
        self,
        registry: SocketRegistry,
        operations: Operations,
        live: Live,
        authenticate: Authenticate,
        make_context: MakeContext,
    ) -> None:
        self.operations = operations
        self._registry, self._live = registry, live
        self._authenticate, self._make_context = authenticate, make_context
        self._budget = SubscriptionBudget()
        self._tasks = Tasks()
        self.joins = 0
        """How many subscriptions have been started."""

    async def __aenter__(self) -> Self:
        """Accept sockets."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Abort the sockets that are still open."""
        for connection in self._registry.connections:
            connection.abort()
        await self._tasks.end()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Serve one socket, without a coroutine of its own."""
        return Connection(self, self._registry, scope, receive, send).run()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that outlives the caller."""
        self._tasks.spawn(work)

    async def authenticate(self, scope: Scope, payload: Mapping[str, Any]) -> tuple[Actor, float]:
        """The client, and the Unix time at which its token expires. Raises DomainError."""
        identity = await self._authenticate(scope, payload)
        return identity.actor, identity.expires_at

    def context(self, actor: Actor, scope: Scope) -> Context:
        """A context for one operation of a socket."""
        return self._make_context(actor, scope)

    def charge(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, actor: Actor
    ) -> Charge | None:
        """Charge a subscription to its user; None if theirs cost too much already. Raises DocumentRefused."""
        assert actor.user_id is not None  # the system itself has no socket
        return self._budget.charge(actor.user_id, document.subscription_key(name, variables), document.cost(name))

    async def serve(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, subscriber: Subscriber
    ) -> None:
        """Bring a subscription to the live stream. Raises DomainError and ConnectionError."""
        self.joins += 1
        context = self._live.context(subscriber.actor, None)
        try:
            executor = self.operations.executions.prepare(document, name, variables, context)
        except DocumentRefused as refusal:
            subscriber.sink.fail(refusal.errors)
            return
        # Otherwise the pages of its snapshot would count as the process's own work, which takes precedence over all requests.
        with in_the_name_of(subscriber.actor, subscriber.actor.origin):
            await self._live.serve(executor, document, subscriber)
