"""Closing sockets whose session or rights have ended: off means off.

Whatever ends a session or a right is an event. Once a batch of events has been written to every subscriber, the sockets
of the users concerned are checked against the database; those that may not stay get their `SessionNotice` and are closed
with 4403. The same check runs over all sockets every CHECK_SECONDS, for when the broadcast was lost.

A use case that ends sessions answers once that check is done in this process (`settle`). It queries nothing itself: the
commit records which users have to be checked, and the check that follows the event wakes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from api.sockets.connection import Connection
from api.sockets.notices import send_notice
from api.sockets.registry import SocketRegistry
from domain.errors import Unavailable
from domain.models.actor import Actor
from domain.models.event import Event, NewEvent
from domain.models.session import EndReason, Principal
from domain.models.user import Status
from domain.services.unit import Clock
from domain.tasks import Tasks
from schema.feeds.messages import SessionNoticeKind

CHECK_SECONDS, SETTLE_SECONDS = 4.0, 1.5
RETRY_SECONDS = 0.2

Verdict = tuple[SessionNoticeKind, str]
FindPrincipals = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Principal]]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How late a socket may be closed, in seconds.

    Every `check` seconds all sockets are checked against the database, with or without events. A use case waits up to
    `settle` seconds for its event: longer than reading it from the table takes while Redis is unavailable.
    """

    check: float = CHECK_SECONDS
    settle: float = SETTLE_SECONDS


@dataclass(slots=True)
class _Unchecked:
    """A user whose rights were changed by `commits` of this process that no check has seen yet."""

    commits: int = 0
    checked: asyncio.Event = field(default_factory=asyncio.Event)


class Revocation:
    """One per process; `settle` is the port of the services (domain/services/live.py)."""

    def __init__(self, registry: SocketRegistry, find: FindPrincipals, clock: Clock, bounds: Bounds) -> None:
        self._registry, self._find, self._clock, self._bounds = registry, find, clock, bounds
        self._unchecked: dict[UUID, _Unchecked] = {}
        self._due: set[UUID] = set()
        self._wake = asyncio.Event()
        self._tasks = Tasks()

    async def __aenter__(self) -> Self:
        """Begin to check."""
        self._tasks.spawn(self._run(), name="revocation")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop checking."""
        await self._tasks.end()

    def committed(self, events: Sequence[NewEvent]) -> None:
        """Record the users whose sockets have to be checked after a commit of this process."""
        for event in events:
            user_id = event.user_id
            if event.type.traits.ends_sessions and user_id is not None and self._registry.of_users([user_id]):
                self._unchecked.setdefault(user_id, _Unchecked()).commits += 1

    def written(self, events: Sequence[Event]) -> None:
        """Check the sockets of the users concerned, once the events have been written to every subscriber."""
        concerned = {e.user_id for e in events if e.type.traits.ends_sessions}
        self._check_soon(u for u in concerned if u in self._registry.user_ids or u in self._unchecked)

    def recheck(self) -> None:
        """Check every socket soon: the directory was restored."""
        self._check_soon(self._registry.user_ids | self._unchecked.keys())

    async def settle(self, user_id: UUID) -> None:
        """Return once no socket here has lost its right: immediately unless a commit concerned an open one.

        The event is waited for, so that each socket receives it first, but for SETTLE_SECONDS at most: then the sockets
        are checked without it. Raises Unavailable if that is not possible.
        """
        unchecked = self._unchecked.get(user_id)
        if unchecked is None:
            return
        try:
            async with asyncio.timeout(self._bounds.settle):
                await unchecked.checked.wait()
        except TimeoutError:
            await self._check({user_id})

    def _check_soon(self, user_ids: Iterable[UUID | None]) -> None:
        self._due.update(u for u in user_ids if u is not None)
        if self._due:
            self._wake.set()

    async def _run(self) -> None:
        """Check the users of new events at once, and all users every CHECK_SECONDS."""
        while True:
            try:
                async with asyncio.timeout(self._bounds.check):
                    await self._wake.wait()
            except TimeoutError:
                self.recheck()
            self._wake.clear()
            due, self._due = self._due, set()
            try:
                await self._check(due)
            except Unavailable:
                self._check_soon(due)
                await asyncio.sleep(RETRY_SECONDS)

    async def _check(self, user_ids: set[UUID]) -> None:
        """Close the sockets of these users that have lost their right, and wake the waiting use cases. Raises Unavailable."""
        seen = {u: self._unchecked[u].commits for u in user_ids & self._unchecked.keys()}
        await self._close(self._registry.of_users(user_ids))
        for user_id, commits in seen.items():
            unchecked = self._unchecked.get(user_id)
            if unchecked is not None and unchecked.commits == commits:  # otherwise another commit came meanwhile
                del self._unchecked[user_id]
                unchecked.checked.set()

    async def _close(self, connections: Sequence[Connection]) -> None:
        ids = {i for c in connections if c.actor is not None and (i := c.actor.credential_id) is not None}
        found = await self._find(list(ids)) if ids else {}
        for connection in connections:
            verdict = self._verdict(connection, found)
            if verdict is not None and connection.ending is None:
                await send_notice(connection, *verdict)
                connection.end(4403, verdict[1])

    def _verdict(self, connection: Connection, found: Mapping[UUID, Principal]) -> Verdict | None:
        """Why this socket must be closed, or None while it may stay."""
        actor = connection.actor
        if actor is None or actor.is_system:
            return None
        if actor.credential_id is None:  # a new kind of credential must say here what keeps it valid
            return SessionNoticeKind.SIGNED_OUT, "This credential cannot be checked"
        return self._session_verdict(found.get(actor.credential_id), actor)

    def _session_verdict(self, principal: Principal | None, actor: Actor) -> Verdict | None:
        if principal is None:
            return SessionNoticeKind.DISABLED, "This account no longer exists"
        if principal.status is not Status.ACTIVE:
            return SessionNoticeKind.DISABLED, f"This account is {principal.status}"
        if not principal.is_live(self._clock.now()):
            if actor.key_id is not None:
                return SessionNoticeKind.SIGNED_OUT, "This API key was revoked or has expired"
            signed_out = principal.end_reason is EndReason.SIGNED_OUT
            return SessionNoticeKind.SIGNED_OUT, "You signed out" if signed_out else "This session was ended"
        if principal.role is not actor.role:
            return SessionNoticeKind.ROLE_CHANGED, f"Your role is now {principal.role}"
        return None
