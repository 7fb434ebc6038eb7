"""Idempotency keys in memory."""

from __future__ import annotations

from uuid import UUID

from domain.services.unit import KeptResult
from tests.unit.fakes.state import State


class FakeKeys:
    """Idempotency keys in memory."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def find(self, actor_id: UUID | None, key: str) -> KeptResult | None:
        """The stored first result."""
        return self._state.keys.get((actor_id, key))

    async def keep(self, actor_id: UUID | None, key: str, result: KeptResult) -> None:
        self._state.keys[actor_id, key] = result

    async def prune(self, limit: int) -> int:
        """Results do not expire here."""
        return 0
