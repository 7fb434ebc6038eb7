"""What is held about a user, in memory."""

from __future__ import annotations

from domain.models.personal_data import Records
from domain.models.user import User
from tests.unit.fakes.state import State


class FakePersonalData:
    """The account, and records that a test sets; idempotency keys are what may name a user besides."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def of_user(self, user: User, limit: int) -> Records:
        """At most `limit` records of each kind."""
        kinds = {kind: rows[:limit] for kind, rows in self._state.records.items()}
        return {"account": [{"email": user.email}], **kinds}

    async def remove_named(self, user: User) -> None:
        """The idempotency keys of the user, and those that made them."""
        kept = {k: r for k, r in self._state.keys.items() if user.id not in (k[0], r.user_id)}
        self._state.keys.clear()
        self._state.keys.update(kept)
