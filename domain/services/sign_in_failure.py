"""Failed sign-ins in the log, written after they were answered.

An event that is written within the answer makes a known address slower than an unknown one, which tells them apart.
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
    """An attempt that was refused; `user_id` is None where the address is nobody's."""

    user_id: UUID | None
    origin: Origin
    at: datetime


class FailedSignIns(Protocol):
    """Failed sign-ins on their way to the log: written after the answer, and lost by nothing but the process's death."""

    def check_room(self) -> None:
        """Raises RateLimited where too many wait to be written, before a password is checked that could not be told of."""
        ...

    def report(self, failure: FailedSignIn) -> None:
        """Have it written soon; for an unknown address the same steps are taken, and nothing is written."""
        ...


class SignInFailureService:
    """Writes failed sign-ins down."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def record(self, failures: Sequence[FailedSignIn]) -> None:
        """Append an event for each failure that concerns somebody, in one transaction. Raises Unavailable.

        Their rows are locked, so that nothing personal is appended for a user who has been erased meanwhile.
        """
        ids = {f.user_id for f in failures if f.user_id is not None}
        if not ids:
            return
        async with self._store.write() as unit:
            users = await unit.users.get_many_for_update(sorted(ids))
            entries = [
                sign_in_failed(Actor(None, Role.MEMBER, None, f.origin), users[f.user_id], f.at)
                for f in failures
                if f.user_id in users
            ]
            if entries:
                await unit.events.append_many(entries)
                await unit.commit()
