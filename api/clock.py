"""The time."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The system's time, in UTC."""

    def now(self) -> datetime:
        """Now, with its zone."""
        return datetime.now(UTC)
