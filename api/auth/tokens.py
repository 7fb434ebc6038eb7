"""Tokens: signed access tokens (access_tokens.py), opaque refresh tokens.

Every secret is derived from SECRET_KEY for one use, so that none can be used in place of another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from api.auth.access_tokens import AccessTokens, TokenRules
from api.auth.key_ring import KeyRing
from domain.errors import TokenInvalid
from domain.services.credentials import AccessClaims, RefreshClaims

TAG_BYTES = 16


class Derived(NamedTuple):
    """What is derived from a secret key: the key of former access tokens, of tags, of successors and of fingerprints."""

    former: bytes
    refresh: bytes
    next: bytes
    same: bytes


class SignedTokens:
    """Access tokens as JWT (RFC 7519) and opaque refresh tokens.

    A refresh token is base64url(session 16 | generation 4 | random 16 | HMAC-SHA256 cut to 16): one of ours that was
    used before can be told from an invented one. The random part of a successor is a keyed digest of the token
    it replaces, so that a repeated renewal has the same answer and no token needs to be stored. The first secret key
    makes tokens, each of them reads them.
    """

    def __init__(self, secret_keys: Sequence[str], ring: KeyRing, rules: TokenRules) -> None:
        self._keys = [_derived(secret) for secret in secret_keys]
        self._access = AccessTokens(ring, rules, self._keys[-1].former)

    def issue_access(
        self,
        session_id: UUID,
        user_id: UUID,
        now: datetime,
        until: datetime | None = None,
        *,
        enrolling: bool = False,
    ) -> tuple[str, datetime]:
        """The token, and when it expires, not after `until`. Raises Unavailable while there is no key to sign with."""
        return self._access.issue(session_id, user_id, now, until, enrolling=enrolling)

    def read_access(self, token: str, now: datetime) -> AccessClaims:
        """What a token says. Raises TokenInvalid and TokenExpired."""
        return self._access.read(token, now)

    async def verify_access(self, token: str, now: datetime) -> AccessClaims:
        """As `read_access`, after reading the keys again for a token of an unknown one. Raises also Unavailable."""
        return await self._access.verify(token, now)

    def claims_of(self, token: str) -> Mapping[str, Any]:
        """All claims of an access token that was verified before."""
        return self._access.claims(token)

    def session_of_access(self, token: str) -> UUID:
        """The session that a token of ours names, also an expired one. Raises TokenInvalid."""
        return self._access.session(token)

    def issue_refresh(self, session_id: UUID, generation: int) -> tuple[str, bytes]:
        """The token, and the hash that may be stored."""
        return self._refresh_of(self._keys[0], session_id, generation, secrets.token_bytes(16))

    def successor(self, token: str, known: bytes = b"") -> tuple[str, bytes]:
        """The token that replaces this one, always the same, and the hash that may be stored. Raises TokenInvalid.

        If a secret key makes the successor whose hash is `known`, it is that one: another instance, whose first key is
        another, may have made it.
        """
        claims = self.read_refresh(token)
        made = [self._successor(key, claims, token) for key in self._keys]
        return next((one for one in made if hmac.compare_digest(one[1], known)), made[0])

    def _successor(self, key: Derived, claims: RefreshClaims, token: str) -> tuple[str, bytes]:
        unique = hmac.digest(key.next, token.encode(), "sha256")[:16]
        return self._refresh_of(key, claims.session_id, claims.generation + 1, unique)

    def _refresh_of(self, key: Derived, session_id: UUID, generation: int, unique: bytes) -> tuple[str, bytes]:
        body = session_id.bytes + generation.to_bytes(4, "big") + unique
        token = base64.urlsafe_b64encode(body + _tag(key, body)).rstrip(b"=").decode()
        return token, self.refresh_hash(token)

    def read_refresh(self, token: str) -> RefreshClaims:
        """What a refresh token says. Raises TokenInvalid for what was never issued here."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raise TokenInvalid from None
        body, tag = raw[:-TAG_BYTES], raw[-TAG_BYTES:]
        if len(body) != 36 or not any(hmac.compare_digest(tag, _tag(key, body)) for key in self._keys):
            raise TokenInvalid
        return RefreshClaims(UUID(bytes=body[:16]), int.from_bytes(body[16:20], "big"))

    def refresh_hash(self, token: str) -> bytes:
        """SHA-256: the token has 128 random bits, so nothing slower is needed."""
        return hashlib.sha256(token.encode()).digest()

    def fingerprint(self, data: bytes) -> bytes:
        """A keyed digest: it reveals which inputs are equal, and nothing else."""
        return hmac.digest(self._keys[0].same, data, "sha256")

    def has_fingerprint(self, data: bytes, fingerprint: bytes) -> bool:
        """Whether this is the input's, under any of the secret keys."""
        return any(hmac.compare_digest(fingerprint, hmac.digest(key.same, data, "sha256")) for key in self._keys)


def _derived(secret: str) -> Derived:
    labels = (b"access", b"refresh", b"successor", b"fingerprint")
    return Derived(*(hmac.digest(secret.encode(), label, "sha256") for label in labels))


def _tag(key: Derived, body: bytes) -> bytes:
    return hmac.digest(key.refresh, body, "sha256")[:TAG_BYTES]
