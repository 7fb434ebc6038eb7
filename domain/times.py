"""How times are written wherever clients read them."""

from __future__ import annotations

from datetime import UTC, datetime


def write_time(moment: datetime) -> str:
    """RFC 3339 in UTC, ending in Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
