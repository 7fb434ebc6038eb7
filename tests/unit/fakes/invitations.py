"""A fake of invitations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import NotFound
from domain.models.invitation import Invitation
from domain.pagination import Page, Window
from tests.unit.fakes.pages import page_of
from tests.unit.fakes.state import State


class FakeInvitations:
    """Invitations in memory; `now` is the database's clock."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state, self._now = state, now

    async def find(self, invitation_id: UUID) -> Invitation | None:
        return self._state.invitations.get(invitation_id)

    async def get_many(self, invitation_ids: Sequence[UUID]) -> dict[UUID, Invitation]:
        """Those that are there."""
        return {i: self._state.invitations[i] for i in invitation_ids if i in self._state.invitations}

    async def page(self, window: Window) -> Page[Invitation]:
        """Newest first."""
        found = sorted(self._state.invitations.values(), key=lambda i: (i.created_at, i.id), reverse=True)
        return page_of(found, window)

    async def get_for_update(self, invitation_id: UUID) -> Invitation:
        """Raises NotFound."""
        if invitation_id not in self._state.invitations:
            raise NotFound
        return self._state.invitations[invitation_id]

    async def put(self, invitation: Invitation) -> Invitation:
        """Over that of the same address."""
        known = next((i for i in self._state.invitations.values() if i.email == invitation.email), invitation)
        stored = replace(invitation, id=known.id)
        self._state.invitations[stored.id] = stored
        return stored

    async def remove(self, invitation_id: UUID) -> None:
        self._state.invitations.pop(invitation_id, None)

    async def forget(self, email: str) -> None:
        self._state.invitations = {i: v for i, v in self._state.invitations.items() if v.email != email}

    async def prune(self, age: timedelta, limit: int) -> int:
        """Delete the oldest that have expired."""
        old = [i.id for i in self._state.invitations.values() if i.expires_at < self._now - age][:limit]
        for invitation_id in old:
            del self._state.invitations[invitation_id]
        return len(old)
