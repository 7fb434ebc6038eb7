"""From a credential to an Actor, the same for HTTP and for a socket's connection_init.

`Authorization: Bearer` takes precedence over the cookie. An invalid bearer token is always an error. An invalid cookie
counts as signed out where sign-in is optional, so that a browser with an old cookie can sign in again; where sign-in is
required, the error says why. Role and status come from the directory, never from the token.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from starlette.types import Scope

from api.access_log import note_actor
from api.auth.api_keys import ApiKeys
from api.auth.cookies import CookieCarrier
from api.auth.principals import PrincipalCache
from api.auth.session_cookies import SessionCookies
from api.scope import Ip, client_address, header
from api.settings import Settings
from domain.errors import (
    AccountDisabled,
    DomainError,
    EnrolmentRequired,
    Forbidden,
    SessionRevoked,
    TokenExpired,
    TokenInvalid,
    Unauthenticated,
)
from domain.models.actor import Actor, ApiKeyScope, Origin
from domain.models.api_key import PREFIX
from domain.models.language import preferred_language
from domain.models.user import Status
from domain.services.credentials import TokenCodec
from domain.services.unit import Clock

SEEN_SECONDS = 60
"""The shortest time between two updates of when a session was last seen."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Identity:
    """The client of a request: `expires_at` is Unix time in seconds, `by_cookie` requires a check of the origin.

    `own_only` is a token that other services do not accept.
    """

    actor: Actor
    expires_at: float
    by_cookie: bool
    scopes: frozenset[ApiKeyScope] = frozenset()
    own_only: bool = False


class Authenticator:
    """One per process. `seen` and `used` collect sessions, API keys and users until api/jobs/last_seen.py writes them."""

    def __init__(
        self, settings: Settings, tokens: TokenCodec, keys: ApiKeys, principals: PrincipalCache, clock: Clock
    ) -> None:
        self._settings, self._tokens, self._keys = settings, tokens, keys
        self._principals, self._clock = principals, clock
        self._cookies = SessionCookies(tokens, secure=settings.secure, instance=settings.cookie_instance)
        own = [settings.public_url, *settings.cors_origins]
        self._origins = frozenset(o.lower() for o in own)
        self._last_seen: dict[UUID, datetime] = {}
        self.seen: dict[UUID, tuple[UUID, datetime]] = {}
        self.used: dict[UUID, datetime] = {}

    def origin(self, scope: Scope) -> Origin:
        """The origin of a request: its id, the client's address, the user agent, the preferred language of mails."""
        agent = header(scope, b"user-agent")
        language = preferred_language(header(scope, b"accept-language"))
        request_id = scope.get("state", {}).get("request_id")
        return Origin(request_id, self.client_address(scope), agent and agent[:400], language)

    def client_address(self, scope: Scope) -> str | None:
        """The peer's address, or the one that the last trusted proxy reports (X-Forwarded-For, read from its end).

        If that is not an address (`unknown`), the proxy's own is used, so that a limit by address always has one. A
        proxy is trusted by its address (TRUSTED_PROXIES) or by the token it sends (PROXY_TOKEN).
        """
        return client_address(scope, self._trusted, vouched=self.is_vouched(scope))

    def is_vouched(self, scope: Scope) -> bool:
        """Whether the request carries PROXY_TOKEN, and so comes through our proxy."""
        token, given = self._settings.proxy_token, header(scope, b"x-proxy-token")
        if token is None or given is None:
            return False
        return hmac.compare_digest(given.encode("latin-1"), token.get_secret_value().encode())

    def _trusted(self, ip: Ip) -> bool:
        return any(ip in network for network in self._settings.trusted_proxies)

    async def identify(self, scope: Scope, payload: Mapping[str, Any] | None = None) -> Identity | None:
        """The client of a request, or None without a session; `payload` is that of a socket's connection_init.

        Also one whose session has to set up a second factor first (`actor.enrolling`): the caller decides what it may do.
        Raises TokenInvalid, TokenExpired, SessionRevoked and AccountDisabled for a bearer token, Unavailable, and
        Forbidden for a cookie from another origin if the request may change something.
        """
        found = await self._find_identity(scope, payload)
        return None if isinstance(found, DomainError) else found

    async def require(
        self, scope: Scope, payload: Mapping[str, Any] | None = None, *, enrolling: bool = False
    ) -> Identity:
        """As `identify`, but raises Unauthenticated without a session, and for a cookie the same errors as for a bearer token.

        Unless `enrolling` is accepted, it also raises EnrolmentRequired.
        """
        found = await self._find_identity(scope, payload)
        if isinstance(found, DomainError):
            raise found
        if found is None:
            raise Unauthenticated
        return found if enrolling else enrolled(found)

    async def _find_identity(self, scope: Scope, payload: Mapping[str, Any] | None) -> Identity | DomainError | None:
        """The identity, None without a credential, or the error of an invalid cookie.

        Raises CookiesRefused for two cookies of one name, also where sign-in is optional.
        """
        given = payload and (payload.get("authorization") or payload.get("Authorization"))
        given = given or header(scope, b"authorization")
        if given:
            scheme, _, token = str(given).partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise TokenInvalid("Authorization must be: Bearer <token>")
            return await self.of_token(token.strip(), scope)
        access, refresh = self._cookies.tokens(scope)
        unsafe = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if unsafe and (access or refresh):
            self.check_origin(scope)
        if access is None:
            return None
        try:
            return await self._verified(access, scope, by_cookie=True)
        except DomainError as error:
            if error.status not in (401, 403):
                raise
            log.debug("auth.cookie_refused", code=error.code)
            return error

    async def of_token(self, token: str, scope: Scope, *, noted: bool = True) -> Identity:
        """The client to which a bearer token or an API key belongs, also one that is enrolling. Raises as `identify` does.

        With `noted=False`, its owner is not the one who sends the request, and is not seen by it.
        """
        if token.startswith(PREFIX):
            return await self._by_key(token, scope)
        return await self._verified(token, scope, by_cookie=False, noted=noted)

    async def _by_key(self, text: str, scope: Scope) -> Identity:
        """The client that an API key belongs to: its owner, with the lesser of both roles."""
        now, key_id = self._clock.now(), await self._keys.identify(text)
        principal = await self._principals.get(key_id)
        if principal is None:
            raise TokenInvalid("This API key is not known")
        if principal.status is not Status.ACTIVE:
            raise AccountDisabled
        if principal.ended_at is not None:
            raise TokenInvalid("This API key was revoked")
        if now >= principal.expires_at:
            raise TokenExpired("This API key has expired")
        if self._note_seen(key_id, principal.user_id, now):
            self.used[key_id] = now
        note_actor(principal.user_id, None)
        actor = Actor(principal.user_id, principal.role, None, self.origin(scope), key_id)
        return Identity(actor, principal.expires_at.timestamp(), by_cookie=False, scopes=principal.scopes)

    async def _verified(self, token: str, scope: Scope, *, by_cookie: bool, noted: bool = True) -> Identity:
        now = self._clock.now()
        claims = await self._tokens.verify_access(token, now)
        principal = await self._principals.get(claims.session_id)
        if principal is None or principal.user_id != claims.user_id:
            raise SessionRevoked
        if principal.status is not Status.ACTIVE:
            raise AccountDisabled
        if not principal.is_live(now):
            raise SessionRevoked
        if noted:
            self._note_seen(principal.session_id, principal.user_id, now)
            note_actor(principal.user_id, principal.session_id)
        given = principal.user_id, principal.role, principal.session_id, self.origin(scope)
        actor = Actor(*given, enrolling=principal.enrolling)
        return Identity(actor, claims.expires_at.timestamp(), by_cookie, own_only=claims.enrolling)

    def _note_seen(self, session_id: UUID, user_id: UUID, now: datetime) -> bool:
        """Take note of a session or key, at most once a minute for each; returns whether that was done."""
        last = self._last_seen.get(session_id)
        if last is None or (now - last).total_seconds() >= SEEN_SECONDS:
            if len(self._last_seen) > 50_000:
                self._last_seen.clear()
            self._last_seen[session_id] = now
            self.seen[session_id] = (user_id, now)
            return True
        return False

    def carrier(self, scope: Scope) -> CookieCarrier:
        """The cookies of an exchange."""
        return CookieCarrier(scope, self._cookies, self.check_origin)

    def check_origin(self, scope: Scope) -> None:
        """Raise Forbidden for a browser's request from a page of another origin (without Origin it comes from no page).

        Allowed are PUBLIC_URL, CORS_ORIGINS, and the host the request was sent to (under https from https only).
        """
        origin = header(scope, b"origin")
        if origin is None:
            if (header(scope, b"sec-fetch-site") or "none") in ("none", "same-origin"):
                return
            raise Forbidden("This origin may not use the session cookie")
        if origin.lower() in self._origins or self._is_host(origin, header(scope, b"host")):
            return
        raise Forbidden("This origin may not use the session cookie")

    def _is_host(self, origin: str, host: str | None) -> bool:
        try:
            page = urlsplit(origin.lower())
        except ValueError:
            return False
        fits = host is not None and page.netloc == host.lower()
        return fits and (page.scheme == "https" or not self._settings.secure)


def enrolled(identity: Identity) -> Identity:
    """The identity. Raises EnrolmentRequired if its session has to set up a second factor first."""
    if identity.actor.enrolling:
        raise EnrolmentRequired
    return identity
