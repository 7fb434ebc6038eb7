"""Fakes of the store: a unit of work changes a copy of the stored state, and `commit` replaces the state with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from domain.cursors import LogCursor
from domain.errors import NotFound, Taken, VersionConflict
from domain.models.actor import Role
from domain.models.directory import Count, Credentials, CsvLines, UserQuery
from domain.models.event import NewEvent
from domain.models.relevance import SLIPPED, is_little
from domain.models.user import Status, User
from domain.pagination import Page
from domain.services.unit import NewUsers
from tests.unit.fakes.api_keys import FakeApiKeys
from tests.unit.fakes.idempotency import FakeKeys
from tests.unit.fakes.invitations import FakeInvitations
from tests.unit.fakes.log import FakeEvents, FakeLog, FakeRestorer
from tests.unit.fakes.mail import FakeLinks, FakeMails
from tests.unit.fakes.pages import page_of
from tests.unit.fakes.passkeys import FakePasskeys
from tests.unit.fakes.personal_data import FakePersonalData
from tests.unit.fakes.ranks import sort_key, tier_of
from tests.unit.fakes.second_factors import FakeSecondFactors
from tests.unit.fakes.sessions import FakeSessions
from tests.unit.fakes.signing_keys import FakeSigningKeys
from tests.unit.fakes.state import State
from tests.unit.fakes.webhooks import FakeWebhookEndpoints, FakeWebhookQueue


class FakeUsers:
    """Users in memory."""

    def __init__(self, state: State, steps: list[str]) -> None:
        self._state, self._steps = state, steps

    async def find(self, user_id: UUID) -> User | None:
        return self._state.users.get(user_id)

    async def get(self, user_id: UUID) -> User:
        """Raises NotFound."""
        if user_id not in self._state.users:
            raise NotFound
        return self._state.users[user_id]

    async def get_for_update(self, user_id: UUID) -> User:
        """Raises NotFound."""
        self._steps.append("lock user")
        return await self.get(user_id)

    async def get_many(self, user_ids: Sequence[UUID]) -> dict[UUID, User]:
        """Users by id, without those that do not exist."""
        return {i: self._state.users[i] for i in user_ids if i in self._state.users}

    async def get_many_for_update(self, user_ids: Sequence[UUID]) -> dict[UUID, User]:
        """The same, locked."""
        self._steps.append("lock users")
        return await self.get_many(user_ids)

    def _found(self, query: UserQuery) -> list[User]:
        online = query.online_ids or frozenset()
        users = [u for u in self._state.users.values() if query.filter.matches(u, online)]
        if query.search is None:
            return users
        left_out = {None} if self._finds_little(query) else {None, *SLIPPED}
        return [u for u in users if tier_of(u, query) not in left_out]

    def _finds_little(self, query: UserQuery) -> bool:
        visible = [u for u in self._state.users.values() if query.by_email or u.status is Status.ACTIVE]
        return is_little(tier_of(u, query) for u in visible)

    async def finds_little(self, query: UserQuery) -> bool:
        """Whether slips count."""
        self._steps.append("finds_little")
        return self._finds_little(query)

    async def page(self, query: UserQuery) -> Page[User]:
        """The matching users, sorted and cut to the window."""
        found = sorted(self._found(query), key=lambda u: (sort_key(u, query), u.id), reverse=query.descending)
        return page_of(found, query.window)

    async def count(self, query: UserQuery) -> Count:
        """The number of matching users."""
        return Count(len(self._found(query)))

    async def counts(self) -> Mapping[tuple[Role, Status], int]:
        """Numbers of users by role and status."""
        return Counter((u.role, u.status) for u in self._state.users.values())

    async def find_by_email(self, email: str) -> User | None:
        return next((u for u in self._state.users.values() if u.email == email), None)

    async def find_credentials(self, email: str) -> Credentials | None:
        """The credentials, with the addresses of the newest sessions."""
        self._steps.append("find_credentials")
        user = await self.find_by_email(email)
        if user is None:
            return None
        theirs = [s.ip_address for s in self._state.sessions.values() if s.user_id == user.id]
        return Credentials(user, self._state.hashes[user.id], [a for a in theirs if a is not None][-20:])

    async def find_by_emails(self, emails: Sequence[str]) -> dict[str, User]:
        return {u.email: u for u in self._state.users.values() if u.email in emails}

    async def add(self, user: User, password_hash: str | None) -> None:
        """Raises Taken."""
        if await self.find_by_email(user.email):
            raise Taken("email")
        self._state.users[user.id], self._state.hashes[user.id] = user, password_hash

    async def save(self, user: User) -> None:
        """Replace the previous version. Raises VersionConflict and Taken."""
        known = self._state.users[user.id]
        if known.version != user.version - 1:
            raise VersionConflict(known)
        other = await self.find_by_email(user.email)
        if other is not None and other.id != user.id:
            raise Taken("email")
        self._state.users[user.id] = user

    async def save_many(self, users: Sequence[User]) -> None:
        for user in users:
            await self.save(user)

    async def remove(self, user_id: UUID) -> None:
        """Delete the user and what belongs to them."""
        del self._state.users[user_id]
        self._state.links = {k: link for k, link in self._state.links.items() if link.user_id != user_id}
        self._state.mails = {i: queued for i, queued in self._state.mails.items() if queued.mail.user_id != user_id}
        self._state.sessions = {i: s for i, s in self._state.sessions.items() if s.user_id != user_id}
        self._state.passkeys = {i: p for i, p in self._state.passkeys.items() if p.user_id != user_id}
        self._state.invitations = {i: v for i, v in self._state.invitations.items() if v.invited_by != user_id}
        self._state.totp.pop(user_id, None)
        self._state.recovery.pop(user_id, None)

    async def password_hashes(self, user_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """The hashes of those who have one."""
        return {i: hashed for i in user_ids if (hashed := self._state.hashes.get(i)) is not None}

    async def password_hash(self, user_id: UUID) -> str | None:
        return self._state.hashes.get(user_id)

    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None:
        self._state.hashes[user_id] = password_hash
        self._state.users[user_id] = replace(self._state.users[user_id], can_sign_in=True)

    async def set_password_hashes(self, hashes: Mapping[UUID, str]) -> None:
        for user_id, password_hash in hashes.items():
            await self.set_password_hash(user_id, password_hash)

    async def count_other_active_admins(self, user_id: UUID) -> int:
        """The number of other active admins who can sign in."""
        others = [u for u in self._state.users.values() if u.is_active_admin and u.id != user_id]
        with_passkey = {p.user_id for p in self._state.passkeys.values()}
        return sum(self._state.hashes[u.id] is not None or u.id in with_passkey for u in others)

    async def touch_seen(self, seen: Mapping[UUID, datetime]) -> None:
        """Update the times at which users were last seen."""
        for user_id, at in seen.items():
            self._state.users[user_id] = replace(self._state.users[user_id], last_seen_at=at)


class FakeNewUsers:
    """Users with their hashes and events, as they were added."""

    def __init__(self) -> None:
        self.rows: list[tuple[User, str | None, NewEvent]] = []

    def add(self, user: User, password_hash: str | None, event: NewEvent) -> None:
        self.rows.append((user, password_hash, event))


class FakeUnit:
    """One transaction over a copy of the state; `commit` replaces the state with the copy."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self._copy = store.state.copied()
        self.users, self.sessions = FakeUsers(self._copy, store.steps), FakeSessions(self._copy, store.time)
        self.second_factors, self.passkeys = FakeSecondFactors(self._copy), FakePasskeys(self._copy)
        self.events, self.keys = FakeEvents(self._copy.log), FakeKeys(self._copy)
        self.log = FakeLog(self._copy.log, store.time)
        self.restorer = FakeRestorer(self._copy.log)
        self.links, self.mails = FakeLinks(self._copy), FakeMails(self._copy, store.time)
        self.invitations = FakeInvitations(self._copy, store.time)
        self.webhooks, self.webhook_queue = FakeWebhookEndpoints(self._copy), FakeWebhookQueue(self._copy, store.time)
        self.signing_keys, self.api_keys = FakeSigningKeys(self._copy), FakeApiKeys(self._copy)
        self.personal_data = FakePersonalData(self._copy)

    async def add_new(self, new: NewUsers) -> set[UUID]:
        """Add the users whose e-mail address is free, and their events."""
        assert isinstance(new, FakeNewUsers)
        taken = {u.id for u, _, _ in new.rows if await self.users.find_by_email(u.email)}
        for user, password_hash, event in new.rows:
            if user.id not in taken:
                await self.users.add(user, password_hash)
                await self.events.append(event)
        return taken

    async def commit(self) -> None:
        """Replace the state with the copy."""
        self._store.state = self._copy.copied()
        self._store.commits += 1


class FakeStore:
    """Units over memory. `time` is the database's clock."""

    def __init__(self) -> None:
        self.state = State()
        self.commits = 0
        self.steps: list[str] = []
        self.held: set[UUID] = set()
        """Users whom another writer holds."""
        self.reads: list[tuple[LogCursor | None, UUID | None]] = []
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[FakeUnit]:
        self.steps.append("write")
        yield FakeUnit(self)

    @asynccontextmanager
    async def read(self, at_least: LogCursor | None = None, searcher: UUID | None = None) -> AsyncIterator[FakeUnit]:
        """A unit that sees everything; records the requested position and the searcher."""
        self.steps.append("read")
        self.reads.append((at_least, searcher))
        yield FakeUnit(self)

    def new_users(self) -> FakeNewUsers:
        """Nothing yet."""
        return FakeNewUsers()

    async def amend(self, user: User, event: NewEvent) -> int | None:
        """The same in a unit, unless the version is another one, or a writer holds the user."""
        self.steps.append("amend user")
        known = self.state.users.get(user.id)
        if known is None or known.version != user.version - 1 or user.id in self.held:
            return None
        async with self.write() as unit:
            await unit.users.save(user)
            position = await unit.events.append(event)
            await unit.commit()
        return position

    async def users_by_id(self, user_ids: Sequence[UUID], at_least: LogCursor | None = None) -> dict[UUID, User]:
        """In a unit of its own."""
        async with self.read(at_least) as unit:
            return await unit.users.get_many(user_ids)

    async def page_of_users(self, query: UserQuery, at_least: LogCursor | None = None) -> Page[User]:
        """In a unit of its own."""
        async with self.read(at_least, query.searcher) as unit:
            return await unit.users.page(query)

    async def csv_of_users(self, query: UserQuery) -> CsvLines | None:
        """Never: this database cannot."""
        self.steps.append("csv_of_users")
        return None
