"""Signing up, in and out; sessions and their refresh tokens; passwords."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from domain import events, policies
from domain.commands import SignedIn, SignIn, SignUp, Written
from domain.cursors import LogCursor
from domain.errors import (
    AccountDisabled,
    Forbidden,
    InvalidCredentials,
    NotFound,
    RateLimited,
    SessionRevoked,
    TokenExpired,
    TokenInvalid,
    ValidationFailed,
)
from domain.models.actor import Actor, Origin
from domain.models.session import EndReason, Principal, Session
from domain.models.text import PASSWORD_MAX, canonical_email, clean_password
from domain.models.user import Role, Status, User
from domain.pagination import Page, Window
from domain.ports import Clock, LiveSessions, PasswordHasher, RateLimiter, Store, TokenCodec, WriteUnit
from domain.services.user import checked, new_user

USER_AGENT_MAX = 400


@dataclass(frozen=True, slots=True)
class SessionRules:
    """What an installation decides: how long a session lives without use, whether strangers may sign up, and limits.

    A limit is a number of tries in a window of seconds.
    """

    lifetime: timedelta = timedelta(days=30)
    sign_up: bool = True
    per_account: tuple[int, int] = (10, 300)
    per_address: tuple[int, int] = (100, 300)


class SessionService:
    """The use cases of signing in."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hasher: PasswordHasher,
        tokens: TokenCodec,
        limiter: RateLimiter,
        rules: SessionRules,
        live: LiveSessions,
    ) -> None:
        self._store, self._clock, self._hasher = store, clock, hasher
        self._tokens, self._limiter, self._rules, self._live = tokens, limiter, rules, live

    async def sign_up(self, origin: Origin, command: SignUp) -> SignedIn:
        """Make an active member and sign in. Raises Forbidden where closed, ValidationFailed, EmailTaken, RateLimited."""
        if not self._rules.sign_up:
            raise Forbidden("Signing up is closed here; ask an admin for an account")
        clean = checked(email=command.email, display_name=command.display_name, password=command.password)
        await self._limit("sign_up", origin.ip_address, self._rules.per_address)
        hashed = await self._hasher.hash(clean["password"])
        now = self._clock.now()
        user = new_user(clean["email"], clean["display_name"], Role.MEMBER, now)
        async with self._store.write() as unit:
            await unit.users.add(user, hashed)
            await unit.events.append(events.user_created(Actor(user.id, user.role, None, origin), user))
            signed_in = await self._start(unit, origin, user, now)
            await unit.commit()
        return signed_in

    async def sign_in(self, origin: Origin, command: SignIn) -> SignedIn:
        """Check the password and start a session.

        Raises InvalidCredentials, AccountDisabled (told only to who has the password), RateLimited, ValidationFailed.
        """
        email = canonical_email(command.email)
        await self._limit("sign_in_address", origin.ip_address, self._rules.per_address)
        await self._limit("sign_in_account", email, self._rules.per_account)
        if len(command.password) > PASSWORD_MAX:
            raise InvalidCredentials
        async with self._store.read() as unit:
            user = await unit.users.find_by_email(email)
        if user is None or user.status is Status.DELETED:
            await self._hasher.verify(command.password, None)
            raise InvalidCredentials
        while (signed_in := await self._enter(origin, user.id, command.password)) is None:
            pass
        await self._limiter.forgive("sign_in_account", email)
        return signed_in

    async def _enter(self, origin: Origin, user_id: UUID, password: str) -> SignedIn | None:
        """Verify the password and start a session; None where the password changed meanwhile, to be verified again.

        A failure is an event of the user's. Raises InvalidCredentials and AccountDisabled.
        """
        normal = _normal(password)
        async with self._store.write() as unit:
            known = await unit.users.password_hash(user_id)
        fits = await self._hasher.verify(normal, known)
        async with self._store.write() as unit:
            try:
                user = await unit.users.get_for_update(user_id)
            except NotFound:
                raise InvalidCredentials from None
            if await unit.users.password_hash(user_id) != known:
                return None
            now = self._clock.now()
            if not fits or user.status is not Status.ACTIVE:
                actor = Actor(None, Role.MEMBER, None, origin)
                await unit.events.append(events.sign_in_failed(actor, user, now))
                await unit.commit()
                raise AccountDisabled if fits and user.status is Status.DISABLED else InvalidCredentials
            if known is not None and self._hasher.is_dated(known):
                await unit.users.set_password_hash(user_id, await self._hasher.hash(normal))
            signed_in = await self._start(unit, origin, user, now)
            await unit.commit()
        return signed_in

    async def _start(self, unit: WriteUnit, origin: Origin, user: User, now: datetime) -> SignedIn:
        session_id = uuid4()
        refresh, refresh_hash = self._tokens.issue_refresh(session_id, 1)
        session = Session(
            id=session_id,
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + self._rules.lifetime,
            user_agent=(origin.user_agent or "")[:USER_AGENT_MAX] or None,
            ip_address=origin.ip_address,
            refresh_hash=refresh_hash,
        )
        await unit.sessions.add(session)
        await unit.users.touch_seen({user.id: now})
        actor = Actor(user.id, user.role, session_id, origin)
        position = await unit.events.append(events.session_started(actor, user, session))
        access, expires_at = self._tokens.issue_access(session_id, user.id, now)
        return SignedIn(replace(user, last_seen_at=now), session, access, expires_at, refresh, position)

    async def refresh(self, origin: Origin, token: str) -> SignedIn:
        """Rotate a refresh token (RFC 9700 section 4.14.2); one that was used before ends its whole family.

        Raises TokenInvalid, TokenExpired, SessionRevoked and AccountDisabled.
        """
        claims = self._tokens.read_refresh(token)
        now = self._clock.now()
        async with self._store.write() as unit:
            user, session = await self._locked(unit, claims.session_id)
            if session.ended_at is not None:
                raise AccountDisabled if user.status is Status.DISABLED else SessionRevoked
            if now >= session.expires_at:
                raise TokenExpired
            if not hmac.compare_digest(session.refresh_hash, self._tokens.refresh_hash(token)):
                await self._end_reused(unit, origin, user, session, claims.generation, now)
            renewed, refresh = self._rotated(session, origin, now)
            await unit.sessions.save(renewed)
            await unit.users.touch_seen({user.id: now})
            await unit.commit()
        access, expires_at = self._tokens.issue_access(session.id, user.id, now)
        return SignedIn(replace(user, last_seen_at=now), renewed, access, expires_at, refresh)

    async def _locked(self, unit: WriteUnit, session_id: UUID) -> tuple[User, Session]:
        """A session and its user, locked in the order of those who end a user's sessions; raises SessionRevoked."""
        found = await unit.sessions.find(session_id)
        if found is None:
            raise SessionRevoked
        try:
            user = await unit.users.get_for_update(found.user_id)
            return user, await unit.sessions.get_for_update(session_id)
        except NotFound:
            raise SessionRevoked from None

    async def _end_reused(
        self, unit: WriteUnit, origin: Origin, user: User, session: Session, generation: int, now: datetime
    ) -> None:
        """End the family of a token that was used before. Raises SessionRevoked, or TokenInvalid for one of the future."""
        if generation >= session.generation:
            raise TokenInvalid
        await unit.sessions.save(replace(session, ended_at=now, end_reason=EndReason.REUSED))
        actor = Actor(None, Role.MEMBER, None, origin)
        await unit.events.append(events.session_ended(actor, user, session.id, EndReason.REUSED, now))
        await unit.commit()
        raise SessionRevoked("This refresh token was used before; its session has been ended")

    def _rotated(self, session: Session, origin: Origin, now: datetime) -> tuple[Session, str]:
        generation = session.generation + 1
        token, refresh_hash = self._tokens.issue_refresh(session.id, generation)
        renewed = replace(
            session,
            generation=generation,
            refresh_hash=refresh_hash,
            last_seen_at=now,
            expires_at=now + self._rules.lifetime,
            ip_address=origin.ip_address or session.ip_address,
        )
        return renewed, token

    async def sign_out(self, actor: Actor) -> Written[None]:
        """End the actor's own current session; raises NotFound where there is none."""
        if actor.session_id is None:
            raise NotFound("There is no session to end")
        return await self._end_one(actor, actor.session_id, EndReason.SIGNED_OUT)

    async def revoke(self, actor: Actor, session_id: UUID) -> Written[None]:
        """End one session: one's own, or for admins anyone's. Raises NotFound."""
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
            position = await unit.events.append(events.session_ended(actor, user, session_id, reason, now))
            await unit.commit()
        await self._live.settle(user.id)
        return Written(None, position)

    async def revoke_all(self, actor: Actor, user_id: UUID) -> Written[int]:
        """End every session of a user but the actor's own current one; how many ended. Raises Forbidden and NotFound."""
        if not policies.can_see_sessions(actor, user_id):
            raise Forbidden
        now = self._clock.now()
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            ended = await unit.sessions.end_all(user_id, EndReason.REVOKED, now, actor.session_id)
            entries = [events.session_ended(actor, user, s, EndReason.REVOKED, now) for s in ended]
            position = await unit.events.append_many(entries) if entries else None
            await unit.commit()
        if ended:
            await self._live.settle(user_id)
        return Written(len(ended), position)

    async def change_password(self, actor: Actor, current: str, new: str) -> Written[None]:
        """Set one's own password and end one's other sessions.

        Raises InvalidCredentials for a wrong current password, ValidationFailed on `new_password`, RateLimited.
        """
        if actor.user_id is None:
            raise Forbidden
        clean = clean_password(new, "new_password")
        await self._limit("change_password", str(actor.user_id), self._rules.per_account)
        async with self._store.write() as unit:
            known = await unit.users.password_hash(actor.user_id)
        if len(current) > PASSWORD_MAX or not await self._hasher.verify(_normal(current), known):
            raise InvalidCredentials("The current password is wrong")
        hashed = await self._hasher.hash(clean)
        now = self._clock.now()
        async with self._store.write() as unit:
            user = (await unit.users.get_for_update(actor.user_id)).touched(now)
            if await unit.users.password_hash(user.id) != known:
                raise InvalidCredentials("The password was changed just now; try again")
            await unit.users.save(user)
            await unit.users.set_password_hash(user.id, hashed)
            ended = await unit.sessions.end_all(user.id, EndReason.PASSWORD_CHANGED, now, actor.session_id)
            entries = [events.password_changed(actor, user, now)]
            entries += [events.session_ended(actor, user, s, EndReason.PASSWORD_CHANGED, now) for s in ended]
            position = await unit.events.append_many(entries)
            await unit.commit()
        if ended:
            await self._live.settle(user.id)
        return Written(None, position)

    async def principals(self, session_ids: Sequence[UUID]) -> dict[UUID, Principal]:
        """What the directory says now of these sessions."""
        async with self._store.read() as unit:
            return await unit.sessions.principals(session_ids)

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
        """Move when sessions and their users were last seen forward, several at once."""
        async with self._store.write() as unit:
            await unit.users.touch_seen(users)
            await unit.sessions.touch_seen(sessions)
            await unit.commit()

    async def _limit(self, bucket: str, key: str | None, limit: tuple[int, int]) -> None:
        if key is not None and (wait := await self._limiter.hit(bucket, key, *limit)) is not None:
            raise RateLimited(wait)


def _normal(password: str) -> str:
    """The password in the form that was hashed; one too short to have been accepted stays as it is."""
    try:
        return clean_password(password)
    except ValidationFailed:
        return password
