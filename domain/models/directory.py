"""The users as a whole: what may be asked of the directory, and the port that answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.models.actor import Role
from domain.models.user import Status, User
from domain.pagination import Page, Window


class UserSort(StrEnum):
    """The orders a directory can be read in; each has an index with the id as tie-breaker."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    EMAIL = "email"
    DISPLAY_NAME = "display_name"
    LAST_SEEN_AT = "last_seen_at"


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users; None leaves a member out of the question, an empty set matches nobody."""

    status: frozenset[Status] | None = None
    role: frozenset[Role] | None = None
    online: bool | None = None
    email_verified: bool | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None

    def matches(self, user: User, online: frozenset[UUID]) -> bool:
        """Whether a user passes; `online` is who is online now."""
        return (
            (self.status is None or user.status in self.status)
            and (self.role is None or user.role in self.role)
            and (self.online is None or self.online == (user.id in online))
            and (self.email_verified is None or self.email_verified == (user.email_verified_at is not None))
            and (self.created_after is None or user.created_at > self.created_after)
            and (self.created_before is None or user.created_at < self.created_before)
        )


@dataclass(frozen=True, slots=True)
class UserQuery:
    """A question to the directory. `by_email` says whether e-mail may be searched and sorted by.

    `online_ids` is who is online now, given where the filter asks for it. `asker` is the session, or else the user,
    that asks: its searches wait for each other.
    """

    window: Window = Window()  # noqa: RUF009 - frozen
    search: str | None = None
    filter: UserFilter = UserFilter()
    sort: UserSort = UserSort.CREATED_AT
    descending: bool = False
    by_email: bool = True
    online_ids: frozenset[UUID] | None = None
    asker: UUID | None = None

    @property
    def searcher(self) -> UUID | None:
        """Who must wait for their own earlier search before this one."""
        return None if self.search is None else self.asker


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is decided on: the user, their password's hash, and the addresses of their newest sessions."""

    user: User
    password_hash: str | None = field(repr=False)
    addresses: Sequence[str]


class UserReader(Protocol):
    """Reads of the directory. Ids that are not there are simply absent from `get_many`."""

    async def find(self, user_id: UUID) -> User | None: ...
    async def get(self, user_id: UUID) -> User:
        """The user; raises NotFound."""
        ...

    async def get_many(self, user_ids: Sequence[UUID]) -> dict[UUID, User]: ...
    async def find_by_email(self, email: str) -> User | None: ...
    async def find_credentials(self, email: str) -> Credentials | None:
        """Everything that a sign-in needs, in one statement: the same for addresses that are known and unknown."""
        ...

    async def find_by_emails(self, emails: Sequence[str]) -> dict[str, User]: ...
    async def page(self, query: UserQuery) -> Page[User]: ...
    async def count(self, query: UserQuery) -> int:
        """How many users match the search and filter, whatever the window."""
        ...

    async def found_by(self, search: str, texts: Sequence[tuple[str, str | None]]) -> Sequence[bool]:
        """Whether each of these (display name, e-mail or None) would be found by a folded search, as `page` finds."""
        ...

    async def counts(self) -> Mapping[tuple[Role, Status], int]:
        """How many users have each role and status."""
        ...


class UserRepository(UserReader, Protocol):
    """Reads and writes of the directory within one transaction."""

    async def get_for_update(self, user_id: UUID) -> User:
        """The user, locked until the transaction ends; raises NotFound."""
        ...

    async def get_many_for_update(self, user_ids: Sequence[UUID]) -> dict[UUID, User]: ...
    async def add(self, user: User, password_hash: str | None) -> None:
        """Insert the user; raises Taken."""
        ...

    async def add_many(self, users: Sequence[User]) -> set[UUID]:
        """Insert users without passwords; returns the ids that were inserted, skipping e-mails that are taken."""
        ...

    async def save(self, user: User) -> None:
        """Write a changed user over the version before it; raises VersionConflict and Taken."""
        ...

    async def save_many(self, users: Sequence[User]) -> None: ...
    async def remove(self, user_id: UUID) -> None: ...
    async def password_hash(self, user_id: UUID) -> str | None: ...
    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None: ...
    async def count_other_active_admins(self, user_id: UUID) -> int:
        """Active admins besides this one, serialised: until this transaction ends no other can count."""
        ...

    async def touch_seen(self, seen: Mapping[UUID, datetime]) -> None:
        """Move `last_seen_at` forward; neither a version nor an event comes of it."""
        ...
