"""Keyset pagination: what to ask of a repository, and the opaque cursors that name a row by its sort key."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from domain.errors import ValidationFailed
from domain.models.event import EventType
from domain.models.user import Role, Status, User

T = TypeVar("T")

PAGE_MAX, PAGE_DEFAULT = 100, 20


class UserSort(StrEnum):
    """The orders a directory can be read in; each has an index with the id as tie-breaker."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    EMAIL = "email"
    DISPLAY_NAME = "display_name"
    LAST_SEEN_AT = "last_seen_at"


@dataclass(frozen=True, slots=True)
class Window:
    """Which stretch of an ordered list: `size` rows after (or, backward, before) a cursor, both opaque."""

    size: int = PAGE_DEFAULT
    after: str | None = None
    before: str | None = None
    backward: bool = False

    @classmethod
    def of(
        cls, first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
    ) -> Window:
        """The window of Relay's four arguments (GraphQL Cursor Connections, section 4).

        Raises ValidationFailed for a size outside 1 to 100 and for first together with last.
        """
        if first is not None and last is not None:
            raise ValidationFailed.one("first", "Give first or last, not both")
        for name, size in (("first", first), ("last", last)):
            if size is not None and not 1 <= size <= PAGE_MAX:
                raise ValidationFailed.one(name, f"{name} must be from 1 to {PAGE_MAX}", size)
        return cls(first or last or PAGE_DEFAULT, after, before, backward=last is not None)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows in the order asked for, each with its cursor, and whether there is more on either side."""

    items: Sequence[T]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool

    @classmethod
    def cut(cls, rows: Sequence[T], cursors: Sequence[str], window: Window) -> Page[T]:
        """The page of up to size + 1 rows that were fetched in the direction of the window."""
        more = len(rows) > window.size
        items, marks = list(rows[: window.size]), list(cursors[: window.size])
        if window.backward:
            return cls(items[::-1], marks[::-1], has_next=window.before is not None, has_previous=more)
        return cls(items, marks, has_next=more, has_previous=window.after is not None)


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

    window: Window = Window()
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
class EventFilter:
    """Which events; None leaves a member out of the question."""

    types: frozenset[EventType] | None = None
    user_id: UUID | None = None
    actor_id: UUID | None = None

    def matches(self, type_: EventType, user_id: UUID, actor_id: UUID | None) -> bool:
        """Whether an event passes."""
        return (
            (self.types is None or type_ in self.types)
            and (self.user_id is None or self.user_id == user_id)
            and (self.actor_id is None or self.actor_id == actor_id)
        )


def encode_key(kind: str, value: str, row_id: UUID) -> str:
    """An opaque cursor for a row: the order it belongs to, its sort key as text, its id."""
    raw = json.dumps([kind, value, str(row_id)], separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_key(kind: str, cursor: str, field: str = "after") -> tuple[str, UUID]:
    """The sort key and id of a cursor.

    Raises ValidationFailed on the field for a cursor that is damaged or belongs to another order.
    """
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        got, value, row_id = raw
        if got != kind or not isinstance(value, str) or "\0" in value:
            raise ValueError(got)
        value.encode()  # JSON can write half of a surrogate pair, which is no character
        return value, UUID(row_id)
    except (ValueError, TypeError, AttributeError, binascii.Error, UnicodeError, RecursionError):
        raise ValidationFailed.one(field, "This cursor does not belong to this list", cursor) from None


def decode_moment(kind: str, cursor: str, field: str = "after") -> tuple[datetime, UUID]:
    """As `decode_key`, for an order by time; the moment is in UTC."""
    value, row_id = decode_key(kind, cursor, field)
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment.astimezone(UTC), row_id
    except (ValueError, OverflowError):
        raise ValidationFailed.one(field, "This cursor does not belong to this list", cursor) from None
