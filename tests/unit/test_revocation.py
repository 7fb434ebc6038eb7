"""When the response to a revocation is sent: after the sockets are checked, without a query to the database meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from api.sockets.registry import SocketRegistry
from api.sockets.revocation import Bounds, Revocation
from domain.errors import Unavailable
from domain.models.actor import Actor, Role
from domain.models.event import Event, NewEvent, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.models.session import Principal
from domain.models.user import Status
from tests.unit.fakes import FakeClock, FakePresence
from tests.unit.test_turns import settled

NEVER = 3600.0
"""Seconds: the limit of a wait that something else has to end."""


class Presence(FakePresence):
    """Presence that ignores sockets."""

    def hold(self, user_id: UUID) -> None:
        """Ignored."""

    def release(self, user_id: UUID) -> None:
        """Ignored."""


@dataclass(eq=False)
class Socket:
    """The parts of a connection that a check needs."""

    actor: Actor
    ending: tuple[int, str] | None = None
    operations: dict[str, Any] = field(default_factory=dict)

    def end(self, code: int, reason: str) -> None:
        self.ending = (code, reason)


class Desk:
    """A registry over a directory that answers when a test lets it."""

    def __init__(self, settle: float = NEVER) -> None:
        self.clock, self.registry = FakeClock(), SocketRegistry(Presence())
        self.principals: dict[UUID, Principal] = {}
        self.lookups = 0
        self.unavailable = 0
        self.asking, self.answer = asyncio.Event(), asyncio.Event()
        self.answer.set()
        self.revocation = Revocation(self.registry, self.find, self.clock, Bounds(NEVER, settle))

    async def find(self, session_ids: Sequence[UUID]) -> Mapping[UUID, Principal]:
        """The directory's answer at the time of the query."""
        self.lookups += 1
        found = {s: self.principals[s] for s in session_ids}
        self.asking.set()
        await self.answer.wait()
        if self.unavailable:
            self.unavailable -= 1
            raise Unavailable
        return found

    def open(self) -> Any:
        """A socket of a new user."""
        ends = self.clock.now() + timedelta(days=1)
        principal = Principal(uuid4(), uuid4(), Role.MEMBER, Status.ACTIVE, ends, None, None)
        self.principals[principal.session_id] = principal
        socket: Any = Socket(Actor(principal.user_id, principal.role, principal.session_id))
        self.registry.opened(socket)
        self.registry.acknowledged(socket)
        return socket

    def commit(self, socket: Any, type_: EventType = EventType.PASSWORD_CHANGED) -> Event:
        """Commit an event that concerns the socket's user; returns the log's entry."""
        user_id, now = socket.actor.user_id, self.clock.now()
        subject = Subject(SubjectKind.USER, user_id)
        self.revocation.committed([NewEvent(type_, subject, user_id, now)])
        return Event(type_, subject, user_id, now, id=uuid4(), seq=1, ord=1)

    def disable(self, socket: Any) -> Event:
        """Disable the socket's user, and commit the event."""
        session_id = socket.actor.session_id
        self.principals[session_id] = replace(self.principals[session_id], status=Status.DISABLED)
        return self.commit(socket, EventType.USER_DISABLED)


@asynccontextmanager
async def settling(desk: Desk, *sockets: Any) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Use cases that wait for one user each; all must have ended at the end of the block."""
    tasks = [asyncio.create_task(desk.revocation.settle(s.actor.user_id)) for s in sockets]
    await asyncio.sleep(0)
    yield tasks
    async with asyncio.timeout(60):
        await asyncio.gather(*tasks)


async def test_without_a_reason_nothing_is_waited_for() -> None:
    desk = Desk()
    socket = desk.open()
    async with asyncio.timeout(60):
        await desk.revocation.settle(uuid4())
        await desk.revocation.settle(socket.actor.user_id)
        desk.commit(socket, EventType.USER_UPDATED)
        await desk.revocation.settle(socket.actor.user_id)
        socket.end(1000, "by itself")
        desk.disable(socket)
        await desk.revocation.settle(socket.actor.user_id)
    assert desk.lookups == 0


async def test_a_waiting_use_case_is_woken_by_the_check_after_the_event_and_queries_nothing() -> None:
    desk = Desk()
    socket, other = desk.open(), desk.open()
    async with desk.revocation:
        event = desk.disable(socket)
        async with settling(desk, socket, socket) as waiting:
            await settled()
            assert not any(t.done() for t in waiting)
            assert desk.lookups == 0, "the event is what triggers the query"
            desk.revocation.written([event])
        assert desk.lookups == 1
        assert socket.ending == (4403, "This account is disabled")
        assert other.ending is None
        await desk.revocation.settle(socket.actor.user_id)


async def test_a_check_that_began_before_the_commit_does_not_count() -> None:
    desk = Desk()
    socket = desk.open()
    async with desk.revocation:
        desk.answer.clear()
        desk.revocation.recheck()
        await desk.asking.wait()
        event = desk.disable(socket)
        async with settling(desk, socket) as [waiting]:
            desk.answer.set()
            await settled()
            assert not waiting.done(), "the check saw the directory before the commit"
            desk.revocation.written([event])
        assert socket.ending is not None
        assert desk.lookups == 2


async def test_a_commit_during_a_check_is_waited_for() -> None:
    desk = Desk()
    socket = desk.open()
    async with desk.revocation:
        desk.answer.clear()
        desk.revocation.written([desk.commit(socket)])  # an event that leaves this session valid
        await desk.asking.wait()
        event = desk.disable(socket)
        async with settling(desk, socket) as [waiting]:
            desk.answer.set()
            await settled()
            assert not waiting.done(), "the check saw only the first commit"
            desk.revocation.written([event])
        assert socket.ending is not None


async def test_a_socket_that_the_client_closed_meanwhile_is_not_waited_for() -> None:
    desk = Desk()
    socket = desk.open()
    async with desk.revocation:
        event = desk.disable(socket)
        async with settling(desk, socket):
            desk.registry.closed(socket)
            desk.revocation.written([event])
        assert desk.lookups == 0, "no socket is left to check"


async def test_without_the_event_the_sockets_are_checked_after_the_time_limit() -> None:
    desk = Desk(settle=0.01)
    socket = desk.open()
    desk.disable(socket)
    async with settling(desk, socket):
        pass
    assert socket.ending == (4403, "This account is disabled")
    assert desk.lookups == 1
    await desk.revocation.settle(socket.actor.user_id)


async def test_a_check_that_fails_is_repeated_until_it_succeeds() -> None:
    desk = Desk()
    socket = desk.open()
    desk.unavailable = 2
    async with desk.revocation:
        event = desk.disable(socket)
        async with settling(desk, socket):
            desk.revocation.written([event])
        assert socket.ending is not None
        assert desk.lookups == 3
