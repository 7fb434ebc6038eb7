"""The scalars of the contract: serializing and parsing them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NewType
from uuid import UUID

import strawberry
from strawberry.types.scalar import ScalarDefinition

from domain.times import write_time

Cursor = NewType("Cursor", str)
JSON = NewType("JSON", object)


def uuid_of(text: str) -> UUID | None:
    """The UUID of an id, or None for text that is not a valid id."""
    try:
        return UUID(text)
    except ValueError:
        return None


RFC_3339 = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)T(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d|60)(?P<fraction>\.\d+)?"
    r"(?P<offset>Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII | re.IGNORECASE,
)
"""`date-time` of RFC 3339 section 5.6; T and Z may be in lower case."""


def read_time(text: object) -> datetime:
    """A moment in RFC 3339, in UTC; digits beyond microseconds are truncated. Raises ValueError.

    A leap second becomes the first second of the next day, as in POSIX time and PostgreSQL.
    """
    if not isinstance(text, str):
        raise ValueError("A DateTime must be text")
    found = RFC_3339.fullmatch(text)
    if found is None:
        raise ValueError("A DateTime must be in RFC 3339 with its offset, such as 2026-01-31T12:00:00Z")
    leap = found["second"] == "60"
    second = "59" if leap else found["second"]
    fraction = (found["fraction"] or "")[:7]
    written = f"{found['day']}T{found['hour']}:{found['minute']}:{second}{fraction.ljust(7, '0') if fraction else ''}"
    try:
        moment = datetime.fromisoformat(written + found["offset"].upper()).astimezone(UTC)
        return _after_leap_second(moment) if leap else moment
    except OverflowError:
        raise ValueError("A DateTime must be between the years 1 and 9999 in UTC") from None
    except ValueError as error:
        raise ValueError(f"A DateTime must be a valid date and time: {error}") from None


def _after_leap_second(moment: datetime) -> datetime:
    """One second later. Raises ValueError unless it is the last minute of a month in UTC (RFC 3339 section 5.7)."""
    later = moment + timedelta(seconds=1)
    if (later.day, later.hour, later.minute) != (1, 0, 0):
        raise ValueError("a second 60 is a leap second, at 23:59:60 UTC on the last day of a month")
    return later


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
        description="An opaque position in the event log. Compare it only for equality.",
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
