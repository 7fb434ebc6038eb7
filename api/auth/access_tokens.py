"""Access tokens: JWTs that every service can verify and only this one can sign (RFC 7519, RFC 9068, RFC 8725).

The signature is checked with the key that the token names, and with that key's own algorithm. A header holds `alg`, `typ`
and `kid` and nothing else, so that no key can be brought along (`jwk`, `jku`, `x5u`) and nothing critical is overlooked.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt

from api.auth.key_ring import KeyRing
from domain.errors import TokenExpired, TokenInvalid
from domain.services.credentials import AccessClaims

TOKENS_KEPT = 10_000
TYPE = "at+jwt"
TYPES = (TYPE, f"application/{TYPE}")
REQUIRED = ["iss", "aud", "sub", "sid", "iat", "exp", "jti"]
FORMER_AUDIENCE = "rollcall-api"


class KeyUnknown(TokenInvalid):
    """The token names a key that this process has not read; another instance may have made it."""


@dataclass(frozen=True, slots=True)
class TokenRules:
    """`issuer` is PUBLIC_URL, `audience` TOKEN_AUDIENCE; `lifetime` is that of a token."""

    issuer: str
    audience: str
    lifetime: timedelta

    @property
    def enrolment_audience(self) -> str:
        """The audience of a token with which a second factor has to be set up: this service, and no other."""
        return f"{self.audience}:enrolment"


class AccessTokens:
    """Signs with the current key of the ring. Verified tokens are kept by digest until they expire or a key changes.

    `former` is the key of tokens as they were before keys were in the database (HS256): such a token is refused, but it
    still shows to which session the cookie of a browser belongs.
    """

    def __init__(self, ring: KeyRing, rules: TokenRules, former: bytes) -> None:
        self._ring, self._rules, self._former = ring, rules, former
        self._known: OrderedDict[bytes, tuple[str, AccessClaims]] = OrderedDict()
        self._version = 0

    def issue(
        self,
        session_id: UUID,
        user_id: UUID,
        now: datetime,
        until: datetime | None = None,
        *,
        enrolling: bool = False,
    ) -> tuple[str, datetime]:
        """The token, and when it expires, not after `until` (its session's end). Raises Unavailable while there is no key."""
        signing, issued = self._ring.signing(now), now.replace(microsecond=0)
        expires = issued + self._rules.lifetime
        if until is not None:
            expires = min(expires, until.replace(microsecond=0))
        claims = {
            "iss": self._rules.issuer,
            "aud": self._rules.enrolment_audience if enrolling else self._rules.audience,
            "sub": str(user_id),
            "sid": str(session_id),
            "iat": int(issued.timestamp()),
            "exp": int(expires.timestamp()),
            "jti": str(uuid4()),
        }
        headers = {"typ": TYPE, "kid": signing.key.kid}
        return jwt.encode(claims, signing.private, algorithm=signing.key.algorithm, headers=headers), expires

    def read(self, token: str, now: datetime) -> AccessClaims:
        """What a token says. Raises TokenExpired, TokenInvalid and, for a key that was not read yet, KeyUnknown."""
        if self._version != self._ring.version:
            self._known.clear()
            self._version = self._ring.version
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(digest)
        kid, claims = known or self._verified(token)
        if now >= claims.expires_at:
            self._known.pop(digest, None)
            raise TokenExpired
        if not self._ring.verifies(kid, now):
            raise TokenInvalid
        if known is None:
            self._known[digest] = kid, claims
            if len(self._known) > TOKENS_KEPT:
                self._known.popitem(last=False)
        return claims

    async def verify(self, token: str, now: datetime) -> AccessClaims:
        """As `read`, after the keys were read again if the token's is unknown. Raises also Unavailable."""
        try:
            return self.read(token, now)
        except KeyUnknown:
            await self._ring.renew()
            return self.read(token, now)

    def claims(self, token: str) -> Mapping[str, Any]:
        """All claims of a token that `read` has accepted."""
        return jwt.decode(token, options={"verify_signature": False})

    def session(self, token: str) -> UUID:
        """The session of a token that we signed, whatever its age and its form. Raises TokenInvalid."""
        try:
            if _header(token).get("alg") == "HS256":
                return UUID(_decoded(token, self._former, "HS256", aud=FORMER_AUDIENCE)["sid"])
            return self._verified(token, any_issuer=True)[1].session_id
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
            raise TokenInvalid from None

    def _verified(self, token: str, *, any_issuer: bool = False) -> tuple[str, AccessClaims]:
        """The name of the key and the claims."""
        try:
            kid = _named_key(_header(token))
            found = self._ring.find(kid)
            if found is None:
                raise KeyUnknown
            audiences = [self._rules.audience, self._rules.enrolment_audience]
            expected: dict[str, Any] = {} if any_issuer else {"iss": self._rules.issuer, "aud": audiences}
            claims = _decoded(token, found.public, found.key.algorithm, **expected)
            expires, enrolling = datetime.fromtimestamp(int(claims["exp"]), UTC), claims.get("aud") == audiences[1]
            return kid, AccessClaims(UUID(claims["sid"]), UUID(claims["sub"]), expires, enrolling)
        except (jwt.InvalidTokenError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
            raise TokenInvalid from None


def _header(token: str) -> Mapping[str, Any]:
    return jwt.get_unverified_header(token)


def _named_key(header: Mapping[str, Any]) -> str:
    """The name of the key. Raises TokenInvalid for a header that is not exactly as we write it."""
    kid, kind = header.get("kid"), str(header.get("typ")).lower()
    if header.keys() != {"alg", "typ", "kid"} or kind not in TYPES or not isinstance(kid, str):
        raise TokenInvalid
    return kid


def _decoded(
    token: str, key: Any, algorithm: str, *, iss: str | None = None, aud: str | list[str] | None = None
) -> dict[str, Any]:
    options: Any = {"require": REQUIRED if iss else ["sid"], "verify_exp": False, "verify_aud": aud is not None}
    return jwt.decode(token, key, algorithms=[algorithm], issuer=iss, audience=aud, options=options)
