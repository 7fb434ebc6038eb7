"""Failed sign-ins in the log, written after the response was sent.

Writing the event before the response would make known addresses slower than unknown ones, which reveals them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.models.actor import Actor, Origin, Role
from domain.models.user import sign_in_failed
from domain.services.unit import Store


@dataclass(frozen=True, slots=True)
class FailedSignIn:
    """A failed sign-in; `user_id` is None if no user has the address."""

    user_id: UUID | None
    origin: Origin
    at: datetime
    reason: str | None = None
    """Why it failed, where that is more than a wrong password."""


class FailedSignIns(Protocol):
    """A queue of failed sign-ins to log after the response; only a crash of the process loses them."""

    def check_room(self) -> None:
        """Raises RateLimited if the queue is full, so that no password is checked whose failure could not be logged."""
        ...

    def report(self, failure: FailedSignIn) -> None:
        """Queue the failure; for an unknown address the steps are the same, but nothing is written."""
        ...


class SignInFailureService:
    """Appends failed sign-ins to the log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def record(self, failures: Sequence[FailedSignIn]) -> None:
        """Append an event for each failure of a known user, in one transaction. Raises Unavailable.

        The users' rows are locked, so that no personal data is appended for a user who has just been erased.
        """
        ids = {f.user_id for f in failures if f.user_id is not None}
        if not ids:
            return
        async with self._store.write() as unit:
            users = await unit.users.get_many_for_update(sorted(ids))
            entries = [
                sign_in_failed(Actor(None, Role.MEMBER, None, f.origin), users[f.user_id], f.at, f.reason)
                for f in failures
                if f.user_id in users
            ]
            if entries:
                await unit.events.append_many(entries)
                await unit.commit()
