"""From a credential to an Actor, the same for HTTP and for a socket's connection_init.

`Authorization: Bearer` comes before the cookie. A bearer token that does not serve is an error; a cookie that does not
serve counts as signed out, so that a browser with an old cookie can sign in again. Role and status come from the
directory, never from the token.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from starlette.types import Scope

from api.cookies import CookieCarrier, cookie
from api.principals import PrincipalCache
from api.settings import Settings
from domain.errors import AccountDisabled, DomainError, Forbidden, SessionRevoked, TokenInvalid, Unauthenticated
from domain.models.actor import Actor, Origin
from domain.models.user import Status
from domain.ports import Clock, TokenCodec

SEEN_SECONDS = 60
"""How often at most a session's last sight is moved forward."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a request is from: `expires_at` is Unix time in seconds, `by_cookie` asks for a check of the origin."""

    actor: Actor
    expires_at: float
    by_cookie: bool


def header(scope: Scope, name: bytes) -> str | None:
    """A header of a request, or None."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


class Authenticator:
    """One per process. `seen` collects the sessions and users that were seen, until they are written down."""

    def __init__(self, settings: Settings, tokens: TokenCodec, principals: PrincipalCache, clock: Clock) -> None:
        self._settings, self._tokens, self._principals, self._clock = settings, tokens, principals, clock
        self._access_cookie = CookieCarrier.access_name(secure=settings.secure)
        own = [settings.public_url, *settings.cors_origins]
        self._origins = frozenset(o.lower() for o in own)
        self._last_seen: dict[UUID, datetime] = {}
        self.seen: dict[UUID, tuple[UUID, datetime]] = {}

    def origin(self, scope: Scope) -> Origin:
        """Where a request came from: its id, the client's address, the user agent."""
        agent = header(scope, b"user-agent")
        return Origin(scope.get("state", {}).get("request_id"), self.client_address(scope), agent and agent[:400])

    def client_address(self, scope: Scope) -> str | None:
        """The peer's address, or what the last trusted proxy saw of it."""
        address: str | None = scope["client"][0] if scope.get("client") else None
        hops = [h.strip() for h in (header(scope, b"x-forwarded-for") or "").split(",") if h.strip()]
        while address is not None and hops and self._trusted(address):
            address = hops.pop()
        try:
            return address and str(ipaddress.ip_address(address))
        except ValueError:
            return None

    def _trusted(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._settings.trusted_proxies)

    async def identify(self, scope: Scope, payload: Mapping[str, Any] | None = None) -> Identity | None:
        """Who a request is from, or None for nobody.

        Raises TokenInvalid, TokenExpired, SessionRevoked and AccountDisabled for a bearer token, Unavailable, and
        Forbidden for a cookie from a foreign origin where something may be changed.
        """
        given = (payload or {}).get("authorization") or header(scope, b"authorization")
        if given is not None:
            scheme, _, token = str(given).partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise TokenInvalid("Authorization must be: Bearer <token>")
            return await self._verified(token.strip(), scope, by_cookie=False)
        token = cookie(scope, self._access_cookie) or ""
        if not token:
            return None
        try:
            identity = await self._verified(token, scope, by_cookie=True)
        except (TokenInvalid, SessionRevoked, AccountDisabled) as error:
            log.debug("auth.cookie_refused", code=error.code)
            return None
        except DomainError as error:
            if error.status == 401:
                return None
            raise
        if scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            self.check_origin(scope)
        return identity

    async def require(self, scope: Scope, payload: Mapping[str, Any] | None = None) -> Identity:
        """As `identify`; raises Unauthenticated for nobody."""
        identity = await self.identify(scope, payload)
        if identity is None:
            raise Unauthenticated
        return identity

    async def _verified(self, token: str, scope: Scope, *, by_cookie: bool) -> Identity:
        now = self._clock.now()
        claims = self._tokens.read_access(token, now)
        principal = await self._principals.get(claims.session_id)
        if principal is None or principal.user_id != claims.user_id:
            raise SessionRevoked
        if principal.status is not Status.ACTIVE:
            raise AccountDisabled
        if not principal.is_live(now):
            raise SessionRevoked
        self._see(principal.session_id, principal.user_id, now)
        actor = Actor(principal.user_id, principal.role, principal.session_id, self.origin(scope))
        return Identity(actor, claims.expires_at.timestamp(), by_cookie)

    def _see(self, session_id: UUID, user_id: UUID, now: datetime) -> None:
        last = self._last_seen.get(session_id)
        if last is None or (now - last).total_seconds() >= SEEN_SECONDS:
            if len(self._last_seen) > 50_000:
                self._last_seen.clear()
            self._last_seen[session_id] = now
            self.seen[session_id] = (user_id, now)

    def check_origin(self, scope: Scope) -> None:
        """Raise Forbidden for a browser's request from a page of somebody else (a request without Origin is no page's).

        The page's own origin is PUBLIC_URL, one of CORS_ORIGINS, or the host the request was sent to.
        """
        origin = header(scope, b"origin")
        if origin is None:
            if (header(scope, b"sec-fetch-site") or "none") in ("none", "same-origin"):
                return
            raise Forbidden("This origin may not use the session cookie")
        host = header(scope, b"host")
        if origin.lower() in self._origins or (host and urlsplit(origin).netloc.lower() == host.lower()):
            return
        raise Forbidden("This origin may not use the session cookie")
