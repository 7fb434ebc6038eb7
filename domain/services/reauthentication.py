"""Proof that a signed-in user is still at the keyboard, before they change how they sign in."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from domain import policies
from domain.errors import InvalidCredentials
from domain.models.actor import Actor
from domain.services.attempts import Attempts
from domain.services.credentials import PasswordHasher
from domain.services.passwords import is_current
from domain.services.unit import Clock, Store

NEW_SESSION = timedelta(minutes=10)
"""How long the sign-in itself is such a proof, where the password is not asked for."""


class Reauthentication:
    """Each method returns the actor's id, and raises Forbidden without a session, InvalidCredentials and RateLimited."""

    def __init__(self, store: Store, clock: Clock, hasher: PasswordHasher, attempts: Attempts) -> None:
        self._store, self._clock, self._hasher, self._attempts = store, clock, hasher, attempts

    async def by_password(self, actor: Actor, current_password: str) -> UUID:
        """By the current password."""
        user_id = policies.require_session(actor)
        await self._attempts.change_password(user_id)
        if not await is_current(self._hasher, current_password, await self._password_hash(user_id)):
            raise InvalidCredentials("The current password is wrong")
        return user_id

    async def by_password_if_any(self, actor: Actor, current_password: str | None) -> UUID:
        """By the current password; for a user without one, by a new session."""
        user_id = policies.require_session(actor)
        if current_password is None and await self._password_hash(user_id) is None:
            return await self.by_new_session(actor)
        return await self.by_password(actor, current_password or "")

    async def by_new_session(self, actor: Actor, current_password: str | None = None) -> UUID:
        """By a session that began at most NEW_SESSION ago, or by the current password."""
        user_id = policies.require_session(actor)
        if current_password is not None:
            return await self.by_password(actor, current_password)
        async with self._store.read() as unit:
            session = None if actor.session_id is None else await unit.sessions.find(actor.session_id)
        if session is None or self._clock.now() - session.created_at > NEW_SESSION:
            raise InvalidCredentials("You signed in some time ago; sign in again, or enter your current password")
        return user_id

    async def _password_hash(self, user_id: UUID) -> str | None:
        async with self._store.read() as unit:
            return (await unit.users.password_hashes([user_id])).get(user_id)
