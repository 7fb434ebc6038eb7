"""Keyset pagination: the window to read, the page that comes back, and opaque cursors that name a row by sort key."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar, overload
from uuid import UUID

from domain.errors import ValidationFailed

T = TypeVar("T")

PAGE_MAX, PAGE_DEFAULT = 100, 20


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of an ordered list: `size` rows after (or, backward, before) a cursor, both opaque."""

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


class Cursors(Sequence[str], Generic[T]):
    """The cursors of rows, each made when it is asked for: many readers of a page need none or the last one only."""

    __slots__ = ("_encode", "_made", "_rows")

    def __init__(self, rows: Sequence[T], encode: Callable[[T], str]) -> None:
        self._rows, self._encode = rows, encode
        self._made: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Cursors[T]: ...
    def __getitem__(self, index: int | slice) -> str | Cursors[T]:
        """One of them, or those of some of the rows."""
        if isinstance(index, slice):
            return Cursors(self._rows[index], self._encode)
        at = range(len(self._rows))[index]
        if at not in self._made:
            self._made[at] = self._encode(self._rows[at])
        return self._made[at]

    def __eq__(self, other: object) -> bool:
        """Whether the other sequence has the same cursors, so that pages can be compared."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment] # as of other sequences that are compared by their items


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows in the requested order, each with its cursor, and whether there are more on either side."""

    items: Sequence[T]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool

    @property
    def known(self) -> int:
        """How many rows the list has at least."""
        return len(self.items) + self.has_next + self.has_previous

    @classmethod
    def cut(cls, rows: Sequence[T], cursors: Sequence[str], window: Window) -> Page[T]:
        """Build the page from up to size + 1 rows, fetched in the direction of the window."""
        more = len(rows) > window.size
        items, marks = list(rows[: window.size]), cursors[: window.size]
        if window.backward:
            return cls(items[::-1], marks[::-1], has_next=window.before is not None, has_previous=more)
        return cls(items, marks, has_next=more, has_previous=window.after is not None)


def encode_key(kind: str, value: str, row_id: UUID) -> str:
    """An opaque cursor for a row: the kind of order, its sort key as text, its id."""
    if value.isprintable() and '"' not in value and "\\" not in value:
        return encode_plain_key(kind, value, row_id)
    raw = json.dumps([kind, value, str(row_id)], separators=(",", ":"), ensure_ascii=False).encode()
    return _in_base64(raw)


def encode_plain_key(kind: str, value: str, row_id: UUID) -> str:
    """As `encode_key`, faster, for a value without characters that JSON escapes, such as a time."""
    return _in_base64(f'["{kind}","{value}","{row_id}"]'.encode())


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _in_base64(raw: bytes) -> str:
    """As base64.urlsafe_b64encode without padding, in half the time: every row of a page has a cursor."""
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode()


def decode_key(kind: str, cursor: str, field: str = "after") -> tuple[str, UUID]:
    """The sort key and id of a cursor.

    Raises ValidationFailed on the field for a cursor that is damaged or belongs to another order.
    """
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        got, value, row_id = raw
        if got != kind or not isinstance(value, str) or "\0" in value:
            raise ValueError(got)
        value.encode()  # raises for half of a surrogate pair, which JSON can contain
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
