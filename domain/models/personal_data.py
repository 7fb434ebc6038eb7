"""What Rollcall holds about a user: to hand it to them, and to remove what their row does not take along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from domain.models.user import User

Records = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows as JSON, by what they are; no password, token, key or hash is among them."""


class PersonalDataReader(Protocol):
    """Reads everything about one user."""

    async def of_user(self, user: User, limit: int) -> Records:
        """All that is stored about a user, of each kind the newest `limit`."""
        ...


class PersonalDataRepository(PersonalDataReader, Protocol):
    """Reads and writes within one transaction."""

    async def remove_named(self, user: User) -> None:
        """Delete what may name the user and belongs neither to their row nor to their address."""
        ...
