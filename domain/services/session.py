"""Sessions: ending and reading them, and changing or setting a password, which ends sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from domain import policies
from domain.cursors import LogCursor
from domain.errors import (
    Forbidden,
    InvalidCredentials,
    NotFound,
    SessionRevoked,
    TokenInvalid,
    ValidationFailed,
    VersionConflict,
)
from domain.models.actor import Actor, Origin, Role
from domain.models.passwords import clean_password, refuse_own_words
from domain.models.session import EndReason, Session, session_ended
from domain.models.user import Status, User
from domain.pagination import Page, Window
from domain.services.passwords import is_current, replace_password
from domain.services.sign_in_passkey import PasskeySignInService
from domain.services.sign_up import SignUpService
from domain.services.unit import Written


@dataclass(frozen=True, slots=True)
class SetPassword:
    """Set another user's password; with `expected_version`, an unseen change is not overwritten."""

    user_id: UUID
    password: str = field(repr=False)
    expected_version: int | None = None


class SessionService(PasskeySignInService, SignUpService):
    """The use cases of sessions, including signing in and up."""

    async def sign_out(self, actor: Actor) -> Written[None]:
        """End the actor's current session; raises NotFound if there is none."""
        if actor.session_id is None:
            raise NotFound("There is no session to end")
        return await self._end_one(actor, actor.session_id, EndReason.SIGNED_OUT)

    async def sign_out_by_token(self, origin: Origin, token: str) -> Written[None]:
        """End the session of a refresh token; no access token is needed. Raises TokenInvalid.

        A token that is no longer accepted also ends it, and is recorded as reuse. An unknown or ended session is no error.
        """
        claims = self._tokens.read_refresh(token)
        now = self._clock.now()
        async with self._store.write() as unit:
            try:
                user, session = await self._locked(unit, claims.session_id)
            except SessionRevoked:
                return Written(None, None)
            if session.ended_at is not None:
                return Written(None, None)
            fits = self._is_accepted(session, token, now)
            if not fits and claims.generation >= session.generation:
                raise TokenInvalid
            reason = EndReason.SIGNED_OUT if fits else EndReason.REUSED
            actor = Actor(user.id, user.role, session.id, origin) if fits else Actor(None, Role.MEMBER, None, origin)
            await unit.sessions.save(replace(session, ended_at=now, end_reason=reason))
            position = await unit.events.append(session_ended(actor, user, session.id, reason, now))
            await unit.commit()
        await self._live.settle(user.id)
        return Written(None, position)

    async def revoke(self, actor: Actor, session_id: UUID) -> Written[None]:
        """End one of the actor's own sessions or, for admins, any session. Raises NotFound."""
        return await self._end_one(actor, session_id, EndReason.REVOKED)

    async def _end_one(self, actor: Actor, session_id: UUID, reason: EndReason) -> Written[None]:
        now = self._clock.now()
        async with self._store.write() as unit:
            session = await unit.sessions.get_for_update(session_id)
            if not policies.can_see_sessions(actor, session.user_id):
                raise NotFound
            if session.ended_at is not None:
                return Written(None, None)
            user = await unit.users.get(session.user_id)
            await unit.sessions.save(replace(session, ended_at=now, end_reason=reason))
            position = await unit.events.append(session_ended(actor, user, session_id, reason, now))
            await unit.commit()
        await self._live.settle(user.id)
        return Written(None, position)

    async def revoke_all(self, actor: Actor, user_id: UUID) -> Written[int]:
        """End all sessions of a user except the actor's current one; returns their number. Raises Forbidden and NotFound."""
        if not policies.can_see_sessions(actor, user_id):
            raise Forbidden
        now = self._clock.now()
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            ended = await unit.sessions.end_all(user_id, EndReason.REVOKED, now, actor.session_id)
            entries = [session_ended(actor, user, s, EndReason.REVOKED, now) for s in ended]
            position = await unit.events.append_many(entries) if entries else None
            await unit.commit()
        if ended:
            await self._live.settle(user_id)
        return Written(len(ended), position)

    async def change_password(self, actor: Actor, current: str, new: str) -> Written[None]:
        """Set the actor's own password and end their other sessions.

        Raises InvalidCredentials for a wrong current password, ValidationFailed on `new_password`, RateLimited.
        """
        if actor.user_id is None or actor.key_id is not None:
            raise Forbidden("An API key cannot change a password; sign in")
        clean = clean_password(new, "new_password")
        await self._attempts.change_password(actor.user_id)
        async with self._store.write() as unit:
            known = await unit.users.password_hash(actor.user_id)
        if not await is_current(self._hasher, current, known):
            raise InvalidCredentials("The current password is wrong")
        hashed = await self._hasher.hash(clean)
        now = self._clock.now()
        async with self._store.write() as unit:
            user = (await unit.users.get_for_update(actor.user_id)).touched(now)
            if await unit.users.password_hash(user.id) != known:
                raise InvalidCredentials("The password has just been changed; try again with the new one")
            refuse_own_words(clean, user.email, user.display_name, "new_password")
            ended = await replace_password(unit, actor, user, hashed, keep=actor.session_id)
            await unit.commit()
        if ended.value:
            await self._live.settle(user.id)
        return Written(None, ended.position)

    async def set_password(self, actor: Actor, command: SetPassword) -> Written[User]:
        """Set another user's password, end all their sessions, and return the user, who can sign in from now on.

        Raises Forbidden, NotFound, ValidationFailed (on `password`, or for a deleted user), VersionConflict.
        """
        policies.require_set_password(actor, command.user_id)
        password = clean_password(command.password)
        hashed = await self._hasher.hash(password)
        async with self._store.write() as unit:
            before = await unit.users.get_for_update(command.user_id)
            if before.status is Status.DELETED:
                raise ValidationFailed.one("user_id", "This user is deleted; restore it first")
            if command.expected_version not in (None, before.version):
                raise VersionConflict(before)
            refuse_own_words(password, before.email, before.display_name)
            user = before.with_password(self._clock.now())
            ended = await replace_password(unit, actor, user, hashed, keep=None)
            await unit.commit()
        await self._live.settle(user.id)
        return Written(user, ended.position)

    async def pages(
        self, actor: Actor, user_ids: Sequence[UUID], window: Window, at_least: LogCursor | None = None
    ) -> dict[UUID, Page[Session]]:
        """The live sessions of each user, newest first; an empty page where the actor may not see them."""
        empty: Page[Session] = Page((), (), has_next=False, has_previous=False)
        allowed = [u for u in user_ids if policies.can_see_sessions(actor, u)]
        found: dict[UUID, Page[Session]] = {}
        if allowed:
            async with self._store.read(at_least) as unit:
                found = await unit.sessions.pages_for_users(allowed, window, self._clock.now())
        return {u: found.get(u, empty) for u in user_ids}

    async def get_many(
        self, actor: Actor, session_ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> dict[UUID, Session]:
        """Those of these sessions that the actor may see and that have not ended."""
        async with self._store.read(at_least) as unit:
            found = await unit.sessions.get_many(session_ids)
        now = self._clock.now()
        return {i: s for i, s in found.items() if s.is_live(now) and policies.can_see_sessions(actor, s.user_id)}

    async def touch_seen(self, sessions: Mapping[UUID, datetime], users: Mapping[UUID, datetime]) -> None:
        """Move the `last_seen_at` of several sessions and users forward."""
        async with self._store.write() as unit:
            await unit.users.touch_seen(users)
            await unit.sessions.touch_seen(sessions)
            await unit.commit()
