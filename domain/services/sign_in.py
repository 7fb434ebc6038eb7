"""Signing in and refreshing tokens: how sessions begin and are renewed."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from domain.errors import (
    AccountDisabled,
    InvalidCredentials,
    NotFound,
    SessionRevoked,
    TokenExpired,
    TokenInvalid,
)
from domain.models.actor import Actor, Origin, Role
from domain.models.directory import Credentials
from domain.models.passwords import PASSWORD_SENT_MAX, normal_password
from domain.models.second_factor import FactorRequirement
from domain.models.session import EndReason, Session, session_ended, session_started
from domain.models.sign_up import SignUpMode
from domain.models.text import canonical_email
from domain.models.user import Status, User
from domain.services.attempts import Attempts
from domain.services.credentials import PasswordHasher, TokenCodec
from domain.services.live import LiveSessions
from domain.services.second_factor import FactorProof, SecondFactorService
from domain.services.sign_in_failure import FailedSignIn, FailedSignIns
from domain.services.unit import Clock, Store, WriteUnit

USER_AGENT_MAX = 400
REFRESH_OVERLAP = timedelta(seconds=30)
"""How long a replaced refresh token is still accepted, for a second tab and for a lost response."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Sign in with e-mail and password."""

    email: str
    password: str = field(repr=False)
    totp_code: str | None = field(default=None, repr=False)
    passkey: object = field(default=None, repr=False)
    """What a passkey of the user has signed, in place of a code; None without one."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with its tokens; the API decides whether to send them in the payload or in cookies."""

    user: User
    session: Session
    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    position: int | None = None


@dataclass(frozen=True, slots=True)
class SessionRules:
    """Settings of an installation: how long an unused session lasts and how long any (None: no limit), who may sign up,
    who has to have a second factor, and whether mails are sent (otherwise each becomes a file).
    """

    lifetime: timedelta = timedelta(days=30)
    longest: timedelta | None = None
    sign_up: SignUpMode = SignUpMode.OPEN
    second_factor: FactorRequirement | None = None
    sends_mails: bool = False

    def end_of(self, started: datetime, used: datetime) -> datetime:
        """When a session ends that began at one time and was last renewed at another."""
        idle = used + self.lifetime
        return idle if self.longest is None else min(idle, started + self.longest)


class SignInService:
    """How sessions begin and are renewed. `requested` is called after a mail was asked for; it must not block."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hasher: PasswordHasher,
        tokens: TokenCodec,
        attempts: Attempts,
        failures: FailedSignIns,
        rules: SessionRules,
        live: LiveSessions,
        factors: SecondFactorService,
        requested: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._clock, self._hasher, self._tokens = store, clock, hasher, tokens
        self._attempts, self._failures, self._rules = attempts, failures, rules
        self._live, self._factors, self._requested = live, factors, requested

    async def sign_in(self, origin: Origin, command: SignIn) -> SignedIn:
        """Check the password and the second factor, if the user has one, and start a session.

        Until the password is verified, the steps are the same for known and unknown addresses: one look-up, one hash,
        and a failure that is logged after the response.
        Raises InvalidCredentials, RateLimited and ValidationFailed; only after a correct password AccountDisabled and
        SecondFactorRequired.
        """
        email = canonical_email(command.email)
        await self._attempts.from_address(origin)
        if len(command.password) > PASSWORD_SENT_MAX:
            raise InvalidCredentials
        self._failures.check_room()
        found = await self._credentials(email)
        key = await self._attempts.at_account(origin, email, found.addresses if found else ())
        password = normal_password(command.password)
        proof = FactorProof(command.totp_code, command.passkey)
        while (signed_in := await self._verify_and_start(origin, found, password, proof)) is None:
            found = await self._credentials(email)
        await self._attempts.reset(key)  # only now, because a correct password alone is not a sign-in
        return signed_in

    async def _credentials(self, email: str) -> Credentials | None:
        """The credentials of an address; None if it is unknown or its user is deleted."""
        async with self._store.read() as unit:
            found = await unit.users.find_credentials(email)
        return None if found is None or found.user.status is Status.DELETED else found

    async def _verify_and_start(
        self, origin: Origin, found: Credentials | None, password: str, proof: FactorProof
    ) -> SignedIn | None:
        """Verify the password and start a session; None if the password has changed, so that it is verified again.

        Raises InvalidCredentials and AccountDisabled, which are reported as failures, and SecondFactorRequired.
        """
        fits = await self._hasher.verify(password, found.password_hash if found else None)
        if found is None or not fits:
            self._failures.report(FailedSignIn(found.user.id if found else None, origin, self._clock.now()))
            raise InvalidCredentials
        try:
            return await self._start_if_unchanged(origin, found, password, proof)
        except (AccountDisabled, InvalidCredentials) as error:
            self._failures.report(FailedSignIn(found.user.id, origin, self._clock.now(), error.reason))
            raise

    async def _start_if_unchanged(
        self, origin: Origin, found: Credentials, password: str, proof: FactorProof
    ) -> SignedIn | None:
        """Start a session after a correct password, if the user may still sign in; None if the password has changed."""
        async with self._store.write() as unit:
            try:
                user = await unit.users.get_for_update(found.user.id)
            except NotFound:
                raise InvalidCredentials from None
            known = await unit.users.password_hash(user.id)
            if known is None or known != found.password_hash:
                return None
            if user.status is not Status.ACTIVE:
                raise AccountDisabled if user.status is Status.DISABLED else InvalidCredentials
            await self._factors.check(unit, user, proof)
            if self._hasher.needs_rehash(known):
                await unit.users.set_password_hash(user.id, await self._hasher.hash(password))
            signed_in = await self.start(unit, origin, user, self._clock.now())
            await unit.commit()
        return signed_in

    async def start(self, unit: WriteUnit, origin: Origin, user: User, now: datetime) -> SignedIn:
        """Start a session within a transaction, which the caller commits; the user has proved their identity.

        A user without a required second factor can do nothing else in it but set one up.
        """
        session_id = uuid4()
        refresh, refresh_hash = self._tokens.issue_refresh(session_id, 1)
        session = Session(
            id=session_id,
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=self._rules.end_of(now, now),
            user_agent=(origin.user_agent or "")[:USER_AGENT_MAX] or None,
            ip_address=origin.ip_address,
            refresh_hash=refresh_hash,
            language=origin.language,
            enrolling=await self._lacks_factor(unit, user),
        )
        await unit.sessions.add(session)
        await unit.users.touch_seen({user.id: now})
        actor = Actor(user.id, user.role, session_id, origin)
        position = await unit.events.append(session_started(actor, user, session))
        access, expires_at = self._access(session, now)
        return SignedIn(replace(user, last_seen_at=now), session, access, expires_at, refresh, position)

    async def _lacks_factor(self, unit: WriteUnit, user: User) -> bool:
        """Whether the user has to have a second factor and has none."""
        required = self._rules.second_factor
        if required is None or not required.applies_to(user.role):
            return False
        return not (await unit.second_factors.kinds([user.id])).get(user.id)

    def _access(self, session: Session, now: datetime) -> tuple[str, datetime]:
        """An access token of the session, and its expiry."""
        given = session.id, session.user_id, now, session.expires_at
        return self._tokens.issue_access(*given, enrolling=session.enrolling)

    async def refresh(self, origin: Origin, token: str) -> SignedIn:
        """Rotate a refresh token (RFC 9700 section 4.14.2); reusing an older token ends its session.

        For REFRESH_OVERLAP, a replaced token gets the same successor again, and nothing is written. Raises TokenInvalid,
        TokenExpired, SessionRevoked and AccountDisabled.
        """
        claims = self._tokens.read_refresh(token)
        now = self._clock.now()
        async with self._store.write() as unit:
            user, session = await self._locked(unit, claims.session_id)
            if session.ended_at is not None:
                raise AccountDisabled if user.status is Status.DISABLED else SessionRevoked
            if now >= min(session.expires_at, self._rules.end_of(session.created_at, now)):
                raise TokenExpired
            if not self._is_accepted(session, token, now):
                await self._end_reused(unit, origin, user, session, claims.generation, now)
            refresh, refresh_hash = self._tokens.successor(token, session.refresh_hash)
            if self._is_current(session, token):
                session = self._rotated(session, refresh_hash, origin, now)
                await unit.sessions.save(session)
                await unit.users.touch_seen({user.id: now})
                await unit.commit()
        access, expires_at = self._access(session, now)
        return SignedIn(replace(user, last_seen_at=now), session, access, expires_at, refresh)

    def _is_current(self, session: Session, token: str) -> bool:
        return hmac.compare_digest(session.refresh_hash, self._tokens.refresh_hash(token))

    def _is_accepted(self, session: Session, token: str, now: datetime) -> bool:
        """Whether it is the session's current token, or was replaced by it at most REFRESH_OVERLAP ago."""
        if self._is_current(session, token):
            return True
        if session.refreshed_at is None or now - session.refreshed_at > REFRESH_OVERLAP:
            return False
        return hmac.compare_digest(session.refresh_hash, self._tokens.successor(token, session.refresh_hash)[1])

    async def _locked(self, unit: WriteUnit, session_id: UUID) -> tuple[User, Session]:
        """A session and its user, locked in the same order as when a user's sessions are ended; raises SessionRevoked."""
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
        """End the session of a reused token. Raises SessionRevoked, or TokenInvalid for a generation not yet issued."""
        if generation >= session.generation:
            raise TokenInvalid
        await unit.sessions.save(replace(session, ended_at=now, end_reason=EndReason.REUSED))
        actor = Actor(None, Role.MEMBER, None, origin)
        await unit.events.append(session_ended(actor, user, session.id, EndReason.REUSED, now))
        await unit.commit()
        raise SessionRevoked("This refresh token was used before; its session has been ended")

    def _rotated(self, session: Session, refresh_hash: bytes, origin: Origin, now: datetime) -> Session:
        return replace(
            session,
            generation=session.generation + 1,
            refresh_hash=refresh_hash,
            refreshed_at=now,
            last_seen_at=now,
            expires_at=self._rules.end_of(session.created_at, now),
            ip_address=origin.ip_address or session.ip_address,
        )
