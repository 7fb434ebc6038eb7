"""What the service reports about itself: its settings, and the results of its health checks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in force, by the name of its variable."""

    name: str
    value: str | None
    """The value as text; None if the setting is not set, and always for a secret."""
    is_set: bool


@dataclass(frozen=True, slots=True)
class Check:
    """The latest result of a health check."""

    name: str
    fault: str | None
    """What does not work, as text for people, without addresses; None if all is well."""
