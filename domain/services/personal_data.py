"""A user's own data, all of it, as the law gives them a right to it (GDPR articles 15 and 20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain import policies
from domain.models.actor import Actor
from domain.services.unit import Clock, Store
from domain.times import write_time

ROWS_MAX = 10_000
"""How many rows of a kind are given at once; only the log can have more, and `events` reads all of it."""


class PersonalDataService:
    """Collects what is held about the actor."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def own(self, actor: Actor) -> Mapping[str, Any]:
        """Everything about the actor, by kind; `incomplete` names the kinds of which only the newest are there.

        Raises Forbidden for an actor who is no user, and NotFound for one who has just been erased.
        """
        user_id = policies.require_user(actor)
        async with self._store.read() as unit:
            records = await unit.personal_data.of_user(await unit.users.get(user_id), ROWS_MAX)
        incomplete = sorted(kind for kind, rows in records.items() if len(rows) >= ROWS_MAX)
        exported_at = write_time(self._clock.now())
        return {"exportedAt": exported_at, "incomplete": incomplete, **records}
