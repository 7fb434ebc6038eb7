"""All live sockets of this process: who is on them, who must go, one watchdog for all of them.

Off means off: whatever ends a session or a right is an event, and once a stretch of events has been written to
everybody, each socket of the users concerned is held against the table. What is gone gets its `SessionNotice` and is
closed with 4403. The same check runs over all sockets every few seconds, for when the broadcast was lost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from starlette.types import Receive, Scope, Send

from api.http.fair import in_the_name_of
from api.http.operations import Operations
from api.sockets.connection import Connection
from api.sockets.subscription_budget import Charge, SubscriptionBudget
from domain.errors import Unavailable
from domain.models.actor import Actor, Role
from domain.models.event import Event
from domain.models.session import EndReason, Principal
from domain.models.user import Status
from domain.services.live import LivePresence
from domain.services.session import SessionService
from domain.services.unit import Clock
from domain.tasks import end
from schema.context import Context
from schema.execution.documents import Document, DocumentRefused
from schema.feeds.events import NoticeProjection
from schema.feeds.messages import SessionNotice, SessionNoticeKind
from schema.live.stream import Live
from schema.live.subscriber import Subscriber

CHECK_SECONDS = 4.0
"""How often every socket is held against the table, whatever the broadcast says."""
WARN_SECONDS = 60.0
"""How long before its token's end a socket is told."""
STALL_SECONDS = 15.0
GRACE_SECONDS = 5.0
"""How long a closed peer may take to read its goodbye."""

SETTLE_SECONDS = 1.5
"""Longer than an event takes to come by the table, where Redis is away."""

Authenticate = Callable[[Scope, Mapping[str, Any]], Awaitable[tuple[Actor, float]]]

log = structlog.get_logger(__name__)


class Sockets:
    """One per process; an ASGI endpoint for the WebSocket route."""

    def __init__(
        self,
        *,
        operations: Operations,
        live: Live,
        sessions: SessionService,
        presence: LivePresence,
        clock: Clock,
        authenticate: Authenticate,
        context: Callable[[Actor, Scope], Context],
    ) -> None:
        self.operations = operations
        self._live, self._sessions, self._presence, self._clock = live, sessions, presence, clock
        self._authenticate, self._context = authenticate, context
        self.budget = SubscriptionBudget()
        self._open: set[Connection] = set()
        self._by_user: dict[UUID, set[Connection]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._due: set[UUID] = set()
        self._wake = asyncio.Event()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Serve one socket, without a coroutine of its own."""
        return Connection(self, scope, receive, send).run()

    def start(self) -> None:
        """Begin to watch."""
        self._live.after_batch(self._hear)
        self.spawn(self._watch())
        self.spawn(self._check_due())

    async def stop(self) -> None:
        """Stop watching and drop what is still open."""
        for connection in list(self._open):
            connection.abort()
        await end(self._tasks)

    @property
    def count(self) -> int:
        """How many sockets are open."""
        return len(self._open)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that outlives the caller."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def opened(self, connection: Connection) -> None:
        """A socket completed its handshake."""
        self._open.add(connection)

    def acknowledged(self, connection: Connection) -> None:
        """A socket's user is known."""
        user_id = _user(connection)
        if user_id is not None:
            self._by_user.setdefault(user_id, set()).add(connection)
            self._presence.hold(user_id)

    def renewed(self, connection: Connection, actor: Actor) -> None:
        """A socket's user authenticated again, with a session that may be another one."""
        connection.actor = actor
        for operation in connection.operations.values():
            if operation.subscriber is not None:
                operation.subscriber.actor = actor

    def closed(self, connection: Connection) -> None:
        """A socket is gone."""
        self._open.discard(connection)
        user_id = _user(connection)
        if user_id is None:
            return
        members = self._by_user.get(user_id, set())
        if connection in members:
            members.discard(connection)
            self._presence.release(user_id)
            if not members:
                del self._by_user[user_id]

    async def serve(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, subscriber: Subscriber
    ) -> None:
        """Bring a subscription to the live stream. Raises DomainError and ConnectionError."""
        context = self._live.context(subscriber.actor, None)
        try:
            executor = self.operations.documents.prepare(document, name, variables, context)
        except DocumentRefused as refusal:
            subscriber.sink.fail(refusal.errors)
            return
        # Otherwise the pages of its snapshot would count as the process's own work, which is served before everybody.
        with in_the_name_of(subscriber.actor, subscriber.actor.origin):
            await self._live.serve(executor, document.key, subscriber)

    def charge(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, actor: Actor
    ) -> Charge | None:
        """Charge a subscription to its user; None where they have too much already. Raises DocumentRefused."""
        assert actor.user_id is not None  # the system itself has no socket
        return self.budget.charge(actor.user_id, document.question(name, variables), document.cost(name))

    async def authenticate(self, scope: Scope, payload: Mapping[str, Any]) -> tuple[Actor, float]:
        """Who this is, and the Unix time at which their token ends. Raises DomainError."""
        return await self._authenticate(scope, payload)

    def context(self, actor: Actor, scope: Scope) -> Context:
        """A context for one operation of a socket."""
        return self._context(actor, scope)

    async def settle(self, user_id: UUID) -> None:
        """Return when no socket here outlives its right: at once where the user has none.

        The event is waited for, so that each socket is told of it first, but for SETTLE_SECONDS at most.
        """
        if user_id not in self._by_user:
            return
        waiting = [c for c in self._by_user[user_id] if c.ending is None]
        end = asyncio.get_running_loop().time() + SETTLE_SECONDS
        while any(c.ending is None for c in waiting) and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.005)
            if not await self._stale(waiting):
                return
        await self._check(waiting)

    async def _stale(self, connections: Sequence[Connection]) -> bool:
        """Whether any of these should be closed and is not yet."""
        live = [c for c in connections if c.ending is None]
        found = await self._principals(live)
        return any(self._verdict(c, found) is not None for c in live)

    def recheck(self) -> None:
        """Have every socket checked now: the directory was restored."""
        self._due |= self._by_user.keys()
        self._wake.set()

    def _hear(self, events: Sequence[Event]) -> None:
        concerned = self._by_user.keys() & {e.user_id for e in events if e.type.traits.ends_sessions}
        if concerned:
            self._due |= concerned
            self._wake.set()

    async def _check_due(self) -> None:
        """Check the users whose events came, at once; everybody, every few seconds."""
        while True:
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                self._due |= self._by_user.keys()
            self._wake.clear()
            due, self._due = self._due, set()
            try:
                await self._check([c for u in due for c in self._by_user.get(u, ())])
            except Unavailable:
                self._due |= due
                await asyncio.sleep(0.2)

    async def _check(self, connections: Iterable[Connection]) -> None:
        live = [c for c in connections if c.ending is None]
        found = await self._principals(live)
        for connection in live:
            verdict = self._verdict(connection, found)
            if verdict is not None and connection.ending is None:
                await self._notify(connection, *verdict)
                connection.end(4403, verdict[1])

    async def _principals(self, connections: Sequence[Connection]) -> dict[UUID, Principal]:
        ids = {c.actor.session_id for c in connections if c.actor is not None and c.actor.session_id is not None}
        return await self._sessions.principals(list(ids)) if ids else {}

    def _verdict(self, connection: Connection, found: Mapping[UUID, Principal]) -> tuple[SessionNoticeKind, str] | None:
        """Why this socket must go, or None while it may stay."""
        actor = connection.actor
        if actor is None or actor.is_system:
            return None
        if actor.session_id is None:  # who adds a credential must say here what keeps it valid
            return SessionNoticeKind.SIGNED_OUT, "This credential cannot be checked"
        return self._session_verdict(found.get(actor.session_id), actor.role)

    def _session_verdict(self, principal: Principal | None, role: Role) -> tuple[SessionNoticeKind, str] | None:
        if principal is None:
            return SessionNoticeKind.DISABLED, "This account is gone"
        if principal.status is not Status.ACTIVE:
            return SessionNoticeKind.DISABLED, f"This account is {principal.status}"
        if not principal.is_live(self._clock.now()):
            signed_out = principal.end_reason is EndReason.SIGNED_OUT
            return SessionNoticeKind.SIGNED_OUT, "You signed out" if signed_out else "This session was ended"
        if principal.role is not role:
            return SessionNoticeKind.ROLE_CHANGED, f"Your role is now {principal.role}"
        return None

    async def _notify(self, connection: Connection, kind: SessionNoticeKind, text: str) -> None:
        for operation in list(connection.operations.values()):
            subscriber = operation.subscriber
            if subscriber is None or subscriber.group is None:
                continue
            group = subscriber.group
            if isinstance(group.projection, NoticeProjection):
                payload = await group.payload(SessionNotice(kind=kind, message=text), subscriber.actor)
                subscriber.sink.write(subscriber.sink.encode([payload]), 1)

    async def _watch(self) -> None:
        """Once a second: tokens that end, writes that stall, peers that do not read their goodbye."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1.0)
            now, clock = loop.time(), time.time()
            for connection in list(self._open):
                try:
                    self._look(connection, now, clock)
                except Exception:
                    log.exception("sockets.watch_failed")
                    connection.end(1011, "Internal error")

    def _look(self, connection: Connection, now: float, clock: float) -> None:
        if connection.ending is not None:
            if now - connection.ended_at > GRACE_SECONDS:
                connection.abort()
            return
        if connection.outbox.stalled(now) > STALL_SECONDS:
            connection.end(4410, "Too slow to keep: resume from your cursor")
        if connection.actor is None or not connection.expires_at:
            return
        if clock >= connection.expires_at:
            connection.end(4401, "The token has expired")
        elif clock >= connection.expires_at - WARN_SECONDS and not connection.warned:
            connection.warned = True
            text = "Your token ends soon: authenticate again"
            self.spawn(self._notify(connection, SessionNoticeKind.EXPIRING, text))


def _user(connection: Connection) -> UUID | None:
    return None if connection.actor is None else connection.actor.user_id
