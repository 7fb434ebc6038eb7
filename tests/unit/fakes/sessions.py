"""Sessions in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import NotFound
from domain.models.session import EndReason, Principal, Session
from domain.pagination import Page, Window
from tests.unit.fakes.pages import page_of
from tests.unit.fakes.state import State


class FakeSessions:
    """Sessions in memory; `now` is the database's clock."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state, self._now = state, now

    async def find(self, session_id: UUID) -> Session | None:
        return self._state.sessions.get(session_id)

    async def get_for_update(self, session_id: UUID) -> Session:
        """Raises NotFound."""
        if session_id not in self._state.sessions:
            raise NotFound
        return self._state.sessions[session_id]

    async def add(self, session: Session) -> None:
        self._state.sessions[session.id] = session

    async def save(self, session: Session) -> None:
        """Replace the stored session."""
        self._state.sessions[session.id] = session

    async def get_many(self, session_ids: Sequence[UUID]) -> dict[UUID, Session]:
        """Sessions by id, without those that do not exist."""
        return {i: self._state.sessions[i] for i in session_ids if i in self._state.sessions}

    async def pages_for_users(
        self, user_ids: Sequence[UUID], window: Window, now: datetime
    ) -> dict[UUID, Page[Session]]:
        """The live sessions of each user, newest first."""
        live = [s for s in self._state.sessions.values() if s.is_live(now)]
        live.sort(key=lambda s: (s.created_at, s.id), reverse=True)
        return {u: page_of([s for s in live if s.user_id == u], window) for u in user_ids}

    async def touch_seen(self, seen: Mapping[UUID, datetime]) -> None:
        """Update the times at which sessions were last seen."""
        for session_id, at in seen.items():
            self._state.sessions[session_id] = replace(self._state.sessions[session_id], last_seen_at=at)

    async def prune(self, age: timedelta, limit: int) -> int:
        """Delete the oldest that are over."""
        over = {s.id: min(s.ended_at or s.expires_at, s.expires_at) for s in self._state.sessions.values()}
        old = [i for i in sorted(over, key=over.__getitem__) if over[i] <= self._now - age][:limit]
        for session_id in old:
            del self._state.sessions[session_id]
        return len(old)

    async def end_all(
        self, user_id: UUID, reason: EndReason, now: datetime, keep: UUID | None = None
    ) -> Sequence[UUID]:
        """End the live sessions."""
        live = [s for s in self._state.sessions.values() if s.user_id == user_id and s.is_live(now) and s.id != keep]
        return self._end(live, reason, now)

    async def end_enrolling(self, user_id: UUID, now: datetime, keep: UUID | None) -> Sequence[UUID]:
        """End those that wait for a second factor."""
        own = [s for s in self._state.sessions.values() if s.user_id == user_id and s.is_live(now) and s.id != keep]
        return self._end([s for s in own if s.enrolling], EndReason.REVOKED, now)

    def _end(self, live: Sequence[Session], reason: EndReason, now: datetime) -> Sequence[UUID]:
        for session in live:
            self._state.sessions[session.id] = replace(session, ended_at=now, end_reason=reason)
        return [s.id for s in live]

    async def newest(self, user_id: UUID, limit: int) -> Sequence[Session]:
        """In any state, newest first."""
        own = [s for s in self._state.sessions.values() if s.user_id == user_id]
        return sorted(own, key=lambda s: (s.created_at, s.id), reverse=True)[:limit]

    async def principals(self, session_ids: Sequence[UUID]) -> dict[UUID, Principal]:
        """The principals of these sessions."""
        found = [self._state.sessions[i] for i in session_ids if i in self._state.sessions]
        users = self._state.users
        return {
            s.id: Principal(
                s.id,
                s.user_id,
                users[s.user_id].role,
                users[s.user_id].status,
                s.expires_at,
                s.ended_at,
                s.end_reason,
                enrolling=s.enrolling,
            )
            for s in found
        }
