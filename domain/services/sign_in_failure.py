"""Failed sign-ins in the log, written after they were answered.

An event that is written within the answer makes a known address slower than an unknown one, which tells them apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain import events
from domain.models.actor import Actor
from domain.models.user import Role
from domain.ports import FailedSignIn, Store


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
                events.sign_in_failed(Actor(None, Role.MEMBER, None, f.origin), users[f.user_id], f.at)
                for f in failures
                if f.user_id in users
            ]
            if entries:
                await unit.events.append_many(entries)
                await unit.commit()
