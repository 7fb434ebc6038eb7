"""API keys in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from domain.errors import NotFound
from domain.models.actor import lesser_role
from domain.models.api_key import ApiKey
from domain.models.session import Principal
from tests.unit.fakes.state import State


class FakeApiKeys:
    """The table of API keys."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def find_by_public_id(self, public_id: str) -> ApiKey | None:
        return next((k for k in self._state.api_keys.values() if k.public_id == public_id), None)

    async def get_many(self, key_ids: Sequence[UUID]) -> dict[UUID, ApiKey]:
        """Keys by id, without those that do not exist."""
        return {i: self._state.api_keys[i] for i in key_ids if i in self._state.api_keys}

    async def of_user(self, user_id: UUID) -> Sequence[ApiKey]:
        """The user's, newest first."""
        own = [k for k in self._state.api_keys.values() if k.user_id == user_id and k.revoked_at is None]
        return sorted(own, key=lambda k: k.created_at, reverse=True)

    async def principals(self, key_ids: Collection[UUID]) -> dict[UUID, Principal]:
        """The principals of these keys."""
        forever, users = datetime.max.replace(tzinfo=UTC), self._state.users
        return {
            k.id: Principal(
                k.id,
                k.user_id,
                lesser_role(k.role, users[k.user_id].role),
                users[k.user_id].status,
                k.expires_at or forever,
                k.revoked_at,
                None,
                k.scopes,
            )
            for k in (await self.get_many(list(key_ids))).values()
        }

    async def get_for_update(self, key_id: UUID) -> ApiKey:
        """Raises NotFound."""
        if key_id not in self._state.api_keys:
            raise NotFound
        return self._state.api_keys[key_id]

    async def add(self, key: ApiKey) -> None:
        self._state.api_keys[key.id] = key

    async def save(self, key: ApiKey) -> None:
        self._state.api_keys[key.id] = key

    async def touch_used(self, used: Mapping[UUID, datetime]) -> None:
        for key_id, at in used.items():
            self._state.api_keys[key_id] = replace(self._state.api_keys[key_id], last_used_at=at)
