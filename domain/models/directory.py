"""Filters, sorting and queries over all users, and the ports that answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.models.actor import Role
from domain.models.relevance import Search
from domain.models.user import Status, User
from domain.pagination import Page, Window


class UserSort(StrEnum):
    """The sort orders of the directory; each has an index with the id as tie-breaker."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    EMAIL = "email"
    DISPLAY_NAME = "display_name"
    LAST_SEEN_AT = "last_seen_at"
    RELEVANCE = "relevance"
    """Best first, for a search only (`domain/models/relevance.py`)."""


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users; None means any value, an empty set matches nobody."""

    status: frozenset[Status] | None = None
    role: frozenset[Role] | None = None
    online: bool | None = None
    email_verified: bool | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    email: str | None = None
    """A canonical address; text that is not an address matches no user."""
    id: UUID | None = None
    can_sign_in: bool | None = None

    @property
    def is_private(self) -> bool:
        """Whether the filter uses what only auditors, admins and the user themselves may know."""
        return self.email is not None or self.can_sign_in is not None

    @property
    def restricts_traits(self) -> bool:
        """Whether the filter says anything of status, role, verification or sign-in."""
        return any(wanted is not None for wanted in (self.status, self.role, self.email_verified, self.can_sign_in))

    def matches(self, user: User, online: frozenset[UUID]) -> bool:
        """Whether a user matches; `online` has the ids of the users who are online."""
        return (
            (self.status is None or user.status in self.status)
            and (self.role is None or user.role in self.role)
            and (self.online is None or self.online == (user.id in online))
            and (self.email_verified is None or self.email_verified == (user.email_verified_at is not None))
            and (self.created_after is None or user.created_at > self.created_after)
            and (self.created_before is None or user.created_at < self.created_before)
            and (self.email is None or user.email == self.email)
            and (self.id is None or user.id == self.id)
            and (self.can_sign_in is None or self.can_sign_in == user.can_sign_in)
        )


@dataclass(frozen=True, slots=True)
class UserQuery:
    """A query for users. `by_email` says whether search and sorting may use the e-mail address.

    `online_ids` has the users who are online, if the filter needs it. `requester` is the session, or else the user, that
    sends the query: the searches of one requester wait for each other.
    """

    window: Window = Window()  # noqa: RUF009 - frozen
    search: Search | None = None
    filter: UserFilter = UserFilter()
    sort: UserSort = UserSort.CREATED_AT
    descending: bool = False
    by_email: bool = True
    online_ids: frozenset[UUID] | None = None
    requester: UUID | None = None

    @property
    def whole(self) -> UserQuery:
        """The same query without its page and order."""
        return replace(self, window=Window(), sort=UserSort.CREATED_AT, descending=False)

    @property
    def searcher(self) -> UUID | None:
        """The requester whose earlier search must finish before this one; None if this is not a search."""
        return None if self.search is None else self.requester


@dataclass(frozen=True, slots=True)
class CsvLines:
    """Users as lines of CSV, how many there are, and the cursor after which the list goes on, if it does."""

    text: str
    count: int
    end: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """The number of users; an estimate unless `exact`."""

    value: int
    exact: bool = True

    @classmethod
    def about(cls, estimate: float) -> Count:
        """An estimate, rounded to the two digits that a sample supports."""
        number = max(0, round(estimate))
        return cls(round(number, 2 - len(str(number))), exact=False)

    def with_at_least(self, known: int) -> Count:
        """The count; an estimate is at least `known`."""
        return self if self.exact else Count(max(self.value, known), exact=False)


EXACT_MAX = 10_000
"""Up to this number users are counted exactly; beyond it, only if that is cheap."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against: the user, their password hash, and the IP addresses of their newest sessions."""

    user: User
    password_hash: str | None = field(repr=False)
    addresses: Sequence[str]


class UserReader(Protocol):
    """Reads of the directory. The result of `get_many` omits ids that do not exist."""

    async def find(self, user_id: UUID) -> User | None: ...
    async def get(self, user_id: UUID) -> User:
        """The user; raises NotFound."""
        ...

    async def get_many(self, user_ids: Sequence[UUID]) -> dict[UUID, User]: ...
    async def find_by_email(self, email: str) -> User | None: ...
    async def find_credentials(self, email: str) -> Credentials | None:
        """Everything that a sign-in needs, in one statement: the same one for known and unknown addresses."""
        ...

    async def find_by_emails(self, emails: Sequence[str]) -> dict[str, User]: ...
    async def password_hashes(self, user_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """The hashes of those who have one, by id."""
        ...

    async def page(self, query: UserQuery) -> Page[User]: ...
    async def count(self, query: UserQuery) -> Count:
        """How many users match the search and filter; the window is ignored. An estimate where counting costs much."""
        ...

    async def finds_little(self, query: UserQuery) -> bool:
        """Whether the search finds few users (`is_little`), without the filter; then slips of typing count too."""
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

    async def save(self, user: User) -> None:
        """Update a user from the previous version; raises VersionConflict and Taken."""
        ...

    async def save_many(self, users: Sequence[User]) -> None: ...
    async def remove(self, user_id: UUID) -> None: ...
    async def password_hash(self, user_id: UUID) -> str | None: ...
    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None: ...
    async def set_password_hashes(self, hashes: Mapping[UUID, str]) -> None: ...
    async def count_other_active_admins(self, user_id: UUID) -> int:
        """Active admins besides this one who can sign in; no other transaction can count until this one ends."""
        ...

    async def touch_seen(self, seen: Mapping[UUID, datetime]) -> None:
        """Move `last_seen_at` forward, without a new version or an event."""
        ...
