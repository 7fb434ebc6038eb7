"""Fakes of the domain's ports: memory in place of a database, a clock that is moved, a hasher that hashes nothing."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.cursors import LogCursor
from domain.errors import EmailTaken, NotFound, TokenExpired, TokenInvalid, VersionConflict
from domain.models.directory import Credentials
from domain.models.event import NewEvent
from domain.models.session import EndReason, Principal, Session
from domain.models.text import fold
from domain.models.user import User
from domain.services.credentials import AccessClaims, RefreshClaims
from domain.services.unit import KeptResult


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """The time it was moved to."""
        return self.time

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.time += timedelta(**by)


class FakeHasher:
    """Hashes that can be read; it keeps what it was asked to verify."""

    def __init__(self) -> None:
        self.strength = 1
        self.verified: list[tuple[str, str | None]] = []

    async def hash(self, password: str) -> str:
        """The password, marked with the present strength."""
        return f"hash{self.strength}:{password}"

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether it fits, however strong."""
        self.verified.append((password, password_hash))
        return password_hash is not None and password_hash.partition(":")[2] == password

    def is_dated(self, password_hash: str) -> bool:
        """Whether it was made with another strength."""
        return not password_hash.startswith(f"hash{self.strength}:")


class FakeTokens:
    """Tokens that can be read."""

    def issue_access(self, session_id: UUID, user_id: UUID, now: datetime) -> tuple[str, datetime]:
        """The token, and when it expires."""
        return f"access {session_id} {user_id}", now + timedelta(minutes=10)

    def read_access(self, token: str, now: datetime) -> AccessClaims:
        """What it says."""
        _, session_id, user_id = token.split()
        if not user_id:
            raise TokenExpired
        return AccessClaims(UUID(session_id), UUID(user_id), now + timedelta(minutes=10))

    def session_of_access(self, token: str) -> UUID:
        """The session it names."""
        return UUID(token.split()[1])

    def issue_refresh(self, session_id: UUID, generation: int) -> tuple[str, bytes]:
        """The token, and its hash."""
        token = f"refresh {session_id} {generation}"
        return token, self.refresh_hash(token)

    def read_refresh(self, token: str) -> RefreshClaims:
        """What it says. Raises TokenInvalid."""
        kind, *rest = token.split()
        if kind != "refresh" or len(rest) != 2:
            raise TokenInvalid
        return RefreshClaims(UUID(rest[0]), int(rest[1]))

    def refresh_hash(self, token: str) -> bytes:
        """The token as bytes."""
        return token.encode()

    def fingerprint(self, data: bytes) -> bytes:
        """The data."""
        return data


class FakeLimiter:
    """Counts without a window."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}

    async def hit(self, bucket: str, key: str, limit: int, window: int) -> int | None:
        """Count one."""
        self.counts[bucket, key] = self.counts.get((bucket, key), 0) + 1
        return window if self.counts[bucket, key] > limit else None

    async def forgive(self, bucket: str, key: str) -> None:
        """Forget."""
        self.counts.pop((bucket, key), None)


class FakePresence:
    """Nobody is online but who is put there."""

    def __init__(self) -> None:
        self.online: frozenset[UUID] = frozenset()

    def online_ids(self) -> frozenset[UUID]:
        """Who was put there."""
        return self.online

    def listen(self, _: Callable[[UUID, bool], None]) -> Callable[[], None]:
        """Nobody comes or goes."""
        return lambda: None


class FakeLive:
    """Remembers whose sockets had to be settled."""

    def __init__(self) -> None:
        self.settled: list[UUID] = []

    async def settle(self, user_id: UUID) -> None:
        """Remember."""
        self.settled.append(user_id)


@dataclass
class State:
    """All that is stored."""

    users: dict[UUID, User] = field(default_factory=dict)
    hashes: dict[UUID, str | None] = field(default_factory=dict)
    sessions: dict[UUID, Session] = field(default_factory=dict)
    events: list[NewEvent] = field(default_factory=list)
    keys: dict[tuple[UUID | None, str], KeptResult] = field(default_factory=dict)


class FakeUsers:
    """Users in memory."""

    def __init__(self, state: State, steps: list[str]) -> None:
        self._state, self._steps = state, steps

    async def find(self, user_id: UUID) -> User | None:
        """One or None."""
        return self._state.users.get(user_id)

    async def get(self, user_id: UUID) -> User:
        """One; raises NotFound."""
        if user_id not in self._state.users:
            raise NotFound
        return self._state.users[user_id]

    get_for_update = get

    async def get_many(self, user_ids: Sequence[UUID]) -> dict[UUID, User]:
        """Those that are there."""
        return {i: self._state.users[i] for i in user_ids if i in self._state.users}

    get_many_for_update = get_many

    async def found_by(self, search: str, texts: Sequence[tuple[str, str | None]]) -> Sequence[bool]:
        """Whether each holds every word of a folded search, in its name or its e-mail."""
        return [all(w in f"{fold(name)} {email or ''}" for w in search.split()) for name, email in texts]

    async def find_by_email(self, email: str) -> User | None:
        """By address."""
        return next((u for u in self._state.users.values() if u.email == email), None)

    async def find_credentials(self, email: str) -> Credentials | None:
        """With the addresses of their newest sessions."""
        self._steps.append("find_credentials")
        user = await self.find_by_email(email)
        if user is None:
            return None
        theirs = [s.ip_address for s in self._state.sessions.values() if s.user_id == user.id]
        return Credentials(user, self._state.hashes[user.id], [a for a in theirs if a is not None][-20:])

    async def find_by_emails(self, emails: Sequence[str]) -> dict[str, User]:
        """By addresses."""
        return {u.email: u for u in self._state.users.values() if u.email in emails}

    async def add(self, user: User, password_hash: str | None) -> None:
        """Insert; raises EmailTaken."""
        if await self.find_by_email(user.email):
            raise EmailTaken
        self._state.users[user.id], self._state.hashes[user.id] = user, password_hash

    async def add_many(self, entries: Sequence[User]) -> set[UUID]:
        """Insert those whose address is free."""
        free = [u for u in entries if not await self.find_by_email(u.email)]
        for user in free:
            await self.add(user, None)
        return {u.id for u in free}

    async def save(self, user: User) -> None:
        """Write over the version before; raises VersionConflict and EmailTaken."""
        known = self._state.users[user.id]
        if known.version != user.version - 1:
            raise VersionConflict(known)
        other = await self.find_by_email(user.email)
        if other is not None and other.id != user.id:
            raise EmailTaken
        self._state.users[user.id] = user

    async def save_many(self, entries: Sequence[User]) -> None:
        """Write several."""
        for user in entries:
            await self.save(user)

    async def remove(self, user_id: UUID) -> None:
        """Delete, with the sessions."""
        del self._state.users[user_id]
        self._state.sessions = {i: s for i, s in self._state.sessions.items() if s.user_id != user_id}

    async def password_hash(self, user_id: UUID) -> str | None:
        """The hash."""
        return self._state.hashes.get(user_id)

    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None:
        """Set it."""
        self._state.hashes[user_id] = password_hash

    async def count_other_active_admins(self, user_id: UUID) -> int:
        """Active admins besides one."""
        return sum(u.is_active_admin and u.id != user_id for u in self._state.users.values())

    async def touch_seen(self, seen: Mapping[UUID, datetime]) -> None:
        """Move the last sight."""
        for user_id, at in seen.items():
            self._state.users[user_id] = replace(self._state.users[user_id], last_seen_at=at)


class FakeSessions:
    """Sessions in memory."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def find(self, session_id: UUID) -> Session | None:
        """One, or None."""
        return self._state.sessions.get(session_id)

    async def get_for_update(self, session_id: UUID) -> Session:
        """One; raises NotFound."""
        if session_id not in self._state.sessions:
            raise NotFound
        return self._state.sessions[session_id]

    async def add(self, session: Session) -> None:
        """Insert."""
        self._state.sessions[session.id] = session

    save = add

    async def end_all(
        self, user_id: UUID, reason: EndReason, now: datetime, keep: UUID | None = None
    ) -> Sequence[UUID]:
        """End the live ones."""
        live = [s for s in self._state.sessions.values() if s.user_id == user_id and s.is_live(now) and s.id != keep]
        for session in live:
            self._state.sessions[session.id] = replace(session, ended_at=now, end_reason=reason)
        return [s.id for s in live]

    async def principals(self, session_ids: Sequence[UUID]) -> dict[UUID, Principal]:
        """What is known of them."""
        found = [self._state.sessions[i] for i in session_ids if i in self._state.sessions]
        users = self._state.users
        return {
            s.id: Principal(
                s.id, s.user_id, users[s.user_id].role, users[s.user_id].status, s.expires_at, s.ended_at, s.end_reason
            )
            for s in found
        }


class FakeEvents:
    """The log in memory."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def append(self, event: NewEvent) -> int:
        """Append one."""
        return await self.append_many([event])

    async def append_many(self, entries: Sequence[NewEvent]) -> int:
        """Append several."""
        self._state.events += entries
        return len(self._state.events)

    async def scrub(self, user_id: UUID) -> None:
        """Take the personal data out."""
        self._state.events = [
            replace(e, changes=(), ip_address=None) if e.user_id == user_id else e for e in self._state.events
        ]


class FakeKeys:
    """Idempotency keys in memory."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def find(self, actor_id: UUID | None, key: str) -> KeptResult | None:
        """The first result."""
        return self._state.keys.get((actor_id, key))

    async def keep(self, actor_id: UUID | None, key: str, result: KeptResult) -> None:
        """Keep it."""
        self._state.keys[actor_id, key] = result


class FakeUnit:
    """One transaction over a copy of the state; `commit` puts the copy in its place."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self._copy = copy.deepcopy(store.state)
        self.users, self.sessions = FakeUsers(self._copy, store.steps), FakeSessions(self._copy)
        self.events, self.keys = FakeEvents(self._copy), FakeKeys(self._copy)

    async def commit(self) -> None:
        """Make it so."""
        self._store.state = copy.deepcopy(self._copy)
        self._store.commits += 1


class FakeStore:
    """Units over memory."""

    def __init__(self) -> None:
        self.state = State()
        self.commits = 0
        self.steps: list[str] = []

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Any]:
        """A transaction."""
        self.steps.append("write")
        yield FakeUnit(self)

    @asynccontextmanager
    async def read(self, _at_least: LogCursor | None = None, _searcher: UUID | None = None) -> AsyncIterator[Any]:
        """A look, which shows everything."""
        self.steps.append("read")
        yield FakeUnit(self)
