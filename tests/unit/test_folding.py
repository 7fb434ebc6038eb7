"""The log is the directory: after any operations by any actor, folding the log's entries gives the rows.

Random histories through the services: creating, editing, importing, disabling, erasing, signing in and out, setting
passwords, with refusals among them, which must leave neither a row nor an entry.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.models.actor import Actor, Origin, Role, system
from domain.models.event import Audience, NewEvent
from domain.models.event_types import EventType, SubjectKind
from domain.models.user import Status
from domain.services.attempts import AttemptLimits
from domain.services.importing import ImportRow
from domain.services.sign_in import SignedIn, SignIn
from domain.services.sign_up import SignUp
from domain.services.user import CreateUser, UpdateUser
from tests.unit.world import World

EMAILS, NAMES = [f"{n}@example.com" for n in "abcd"], ["Ann", "Bob", "Cy"]
PASSWORDS = ["first password", "second password"]
NO_LIMITS = AttemptLimits((10**6, 1), (10**6, 1), (10**6, 1))
BY_STATUS = {
    EventType.USER_DISABLED: (Status.ACTIVE, Status.DISABLED),
    EventType.USER_ENABLED: (Status.DISABLED, Status.ACTIVE),
    EventType.USER_RESTORED: (Status.DELETED, Status.ACTIVE),
}


@dataclass
class Folded:
    """The state of one user according to the log."""

    fields: dict[str, Any] = field(default_factory=dict)
    version: int | None = None
    live: set[UUID] = field(default_factory=set)

    def apply(self, event: NewEvent) -> None:
        """Apply an entry, which must continue from the state before it."""
        if event.subject.kind is SubjectKind.USER:
            status = self.fields.get("status")
            assert event.audience_before == (status and Status(status).audience)
        for change in event.changes:
            if change.field != "reason":
                assert change.before == self.fields.get(change.field) != change.after
                self.fields[change.field] = change.after
        if event.type in BY_STATUS:
            assert [(c.before, c.after) for c in event.changes] == [BY_STATUS[event.type]]
        self.version = event.user_version
        self._sessions(event)

    def _sessions(self, event: NewEvent) -> None:
        if event.type is EventType.SESSION_STARTED:
            assert event.session_id is not None
            self.live.add(event.session_id)
        elif event.type in (EventType.SESSION_REVOKED, EventType.SESSION_REUSE_DETECTED):
            assert event.session_id in self.live, "only a live session ends, and once"
            self.live.discard(event.session_id)
        elif event.audience_after is not Audience.EVERYONE:
            self.live.clear()


def folded(entries: Sequence[NewEvent]) -> Folded:
    """The state that follows from the entries of one user."""
    one = Folded()
    for event in entries:
        one.apply(event)
    return one


def assert_rows_match_the_log(world: World) -> None:
    """Fail where rows and log differ. Of an erased user the log keeps the events without personal data."""
    state = world.store.state
    entries: dict[UUID, list[NewEvent]] = {}
    for event in state.events:
        assert event.user_id is not None
        entries.setdefault(event.user_id, []).append(event)
    erased = {i for i, own in entries.items() if own[-1].type is EventType.USER_ERASED}
    assert set(entries) - erased == set(state.users)
    for own in (entries[i] for i in erased):
        assert own[-1].audience_after is None
        assert not [c for e in own for c in e.changes if {c.before, c.after} & {*EMAILS, *NAMES}]
    for user in state.users.values():
        one = folded(entries[user.id])
        assert one.fields == {f: getattr(user, f) for f in ("email", "display_name", "role", "status")}
        assert one.version == user.version
        assert one.live == {s.id for s in state.sessions.values() if s.user_id == user.id and s.ended_at is None}


class RandomSteps:
    """Random operations, one after another."""

    def __init__(self, world: World, data: st.DataObject) -> None:
        self._world, self._data = world, data
        self._entered: list[SignedIn] = []

    def pick(self, *options: Any) -> Any:
        return self._data.draw(st.sampled_from(options))

    def user(self) -> UUID:
        """A stored user, or an unknown id."""
        return UUID(str(self.pick(*self._world.store.state.users, UUID(int=1))))

    def actor(self) -> Actor:
        """The system, or a user with their role and perhaps one of their sessions."""
        user = self._world.store.state.users.get(self.user())
        if user is None:
            return system()
        sessions = [s.session.id for s in self._entered if s.user.id == user.id]
        return Actor(user.id, user.role, self.pick(None, *sessions))

    async def step(self) -> None:
        """Execute one operation, which may be refused."""
        steps = [
            self.create,
            self.edit,
            self.edit,
            self.set_status,
            self.erase,
            self.import_rows,
            self.sign_in,
            self.sign_in,
        ]
        await self.pick(*steps, self.refresh, self.end_sessions, self.change_password)()

    async def create(self) -> None:
        """Create a user as an admin, or sign up."""
        email, name, password = self.pick(*EMAILS), self.pick(*NAMES), self.pick(*PASSWORDS)
        if self.pick(True, False):
            self._entered.append(await self._world.sessions.sign_up(Origin(), SignUp(email, password, name)))
        else:
            command = CreateUser(email, name, self.pick(*Role), password, self.pick(None, "key"))
            await self._world.users.create(self.actor(), command)

    async def edit(self) -> None:
        """Change any fields at once."""
        wanted = {
            "email": self.pick(None, None, *EMAILS),
            "display_name": self.pick(None, *NAMES),
            "role": self.pick(None, *Role),
            "status": self.pick(None, None, *Status),
            "password": self.pick(None, None, *PASSWORDS),
            "expected_version": self.pick(None, None, None, 1, 2),
        }
        await self._world.users.update(self.actor(), UpdateUser(self.user(), **wanted))

    async def set_status(self) -> None:
        restore = self.pick(True, False)
        status = Status.ACTIVE if restore else self.pick(*Status)
        await self._world.users.set_status(self.actor(), self.user(), status, restore=restore)

    async def erase(self) -> None:
        """Erase a user, in one case of three."""
        if self.pick(True, False, False):
            await self._world.users.erase(self.actor(), self.user())

    async def import_rows(self) -> None:
        """Import a batch, with rows that are refused."""
        rows = [
            ImportRow(line, self.pick(*EMAILS, "none"), self.pick(*NAMES, ""), self.pick("", *Role, "king"))
            for line in range(2, 2 + self.pick(1, 2, 3, 4))
        ]
        await self._world.imports.import_batch(self.actor(), rows, dry_run=self.pick(True, False, False))

    async def sign_in(self) -> None:
        command = SignIn(self.pick(*EMAILS), self.pick(*PASSWORDS))
        self._entered.append(await self._world.sessions.sign_in(Origin(), command))
        await self._world.failures.flush()

    async def refresh(self) -> None:
        """Use a refresh token, perhaps an outdated one."""
        if self._entered:
            token = self.pick(*self._entered).refresh_token
            self._entered.append(await self._world.sessions.refresh(Origin(), token))

    async def end_sessions(self) -> None:
        """End one session or all."""
        sessions = self._world.sessions
        if self._entered and self.pick(True, False):
            entered = self.pick(*self._entered)
            ways = [
                lambda: sessions.revoke(self.actor(), entered.session.id),
                lambda: sessions.sign_out_by_token(Origin(), entered.refresh_token),
            ]
            await self.pick(*ways)()
        else:
            await self.pick(lambda: sessions.revoke_all(self.actor(), self.user()), self.sign_out)()

    async def sign_out(self) -> None:
        await self._world.sessions.sign_out(self.actor())

    async def change_password(self) -> None:
        await self._world.sessions.change_password(self.actor(), self.pick(*PASSWORDS), self.pick(*PASSWORDS))


@settings(max_examples=150)
@given(st.data())
def test_folding_the_whole_log_gives_the_directory(data: st.DataObject) -> None:
    async def run() -> None:
        world = World.over(NO_LIMITS)
        steps = RandomSteps(world, data)
        for _ in range(data.draw(st.integers(1, 25))):
            world.clock.move(seconds=data.draw(st.sampled_from((5, 60))))  # a refresh token overlaps for 30
            before, commits = world.store.state, world.store.commits
            try:
                await steps.step()
            except DomainError:
                ended = len(world.store.state.events) > len(before.events)  # a token's reuse ends its session
                assert world.store.commits == commits + ended
            assert_rows_match_the_log(world)

    asyncio.run(run())


async def test_a_row_without_an_event_is_detected() -> None:
    world = World.over(NO_LIMITS)
    user = await world.user()
    assert_rows_match_the_log(world)
    for other in (replace(user, display_name="Else"), replace(user, version=2), replace(user, role=Role.ADMIN)):
        world.store.state.users[user.id] = other
        with pytest.raises(AssertionError):
            assert_rows_match_the_log(world)
