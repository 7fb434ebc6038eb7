"""The scalars of the contract, as the schema writes and reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

Cursor = NewType("Cursor", str)
JSON = NewType("JSON", object)


def write_time(moment: datetime) -> str:
    """RFC 3339 in UTC, ending in Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_time(text: object) -> datetime:
    """A moment given with its offset, in UTC. Raises ValueError."""
    if not isinstance(text, str):
        raise ValueError("A DateTime must be text")
    try:
        moment = datetime.fromisoformat(text.upper())  # RFC 3339 section 5.6: t and z may be small
    except ValueError:
        raise ValueError("A DateTime must be in RFC 3339, such as 2026-01-31T12:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError("A DateTime must have its offset, such as Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("A DateTime must be in the years 1 to 9999, in UTC too") from None


def read_text(text: object) -> str:
    """Text as it is. Raises ValueError."""
    if not isinstance(text, str):
        raise ValueError("A Cursor must be text")
    return text


def same(value: Any) -> Any:
    """The value as it is."""
    return value


SCALARS: dict[object, ScalarDefinition] = {
    Cursor: strawberry.scalar(
        name="Cursor",
        description="An opaque position in the event log. Compare only for equality; order is the log's.",
        serialize=str,
        parse_value=read_text,
    ),
    JSON: strawberry.scalar(name="JSON", description="Any JSON value.", serialize=same, parse_value=same),
    datetime: strawberry.scalar(
        name="DateTime",
        description="RFC 3339, UTC, with the offset Z.",
        serialize=write_time,
        parse_value=read_time,
    ),
}
