"""Challenges of WebAuthn ceremonies, signed, so that nothing is stored for a page that is only shown.

Every instance can check what another has made, also while Redis is unavailable. A challenge is used once because its hash
is stored in the transaction that accepts the answer (persistence/passkey.py), until it expires.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

from domain.models.passkey import CHALLENGE_LIFETIME, Challenge

NONCE_BYTES, MAC_BYTES, TIME_BYTES = 16, 32, 8
LENGTH = TIME_BYTES + NONCE_BYTES + MAC_BYTES


class Ceremony(Enum):
    """What a challenge is for; one that is made for the one is refused for the other."""

    REGISTRATION = b"registration"
    SIGN_IN = b"sign-in"


class Challenges:
    """A challenge is: when it expires (Unix time in seconds, 8 bytes) | random 16 | HMAC-SHA256 32.

    The first secret key signs, each of them verifies.
    """

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._keys = [hmac.digest(key.encode(), b"passkey challenges", "sha256") for key in secret_keys]

    def make(self, ceremony: Ceremony, user_id: UUID | None, now: datetime) -> bytes:
        """A challenge that expires CHALLENGE_LIFETIME from now; with a user, it is for them only."""
        expires = int((now + CHALLENGE_LIFETIME).timestamp()).to_bytes(TIME_BYTES, "big")
        body = expires + secrets.token_bytes(NONCE_BYTES)
        return body + _mac(self._keys[0], ceremony, user_id, body)

    def read(self, challenge: bytes, ceremony: Ceremony, user_id: UUID | None, now: datetime) -> Challenge | None:
        """What is stored once it is answered; None if it is not ours, is for something else or has expired."""
        body, mac = challenge[:-MAC_BYTES], challenge[-MAC_BYTES:]
        if len(challenge) != LENGTH or not any(
            hmac.compare_digest(mac, _mac(key, ceremony, user_id, body)) for key in self._keys
        ):
            return None
        expires_at = datetime.fromtimestamp(int.from_bytes(body[:TIME_BYTES], "big"), UTC)
        return None if now >= expires_at else Challenge(hashlib.sha256(challenge).digest(), expires_at)


def _mac(key: bytes, ceremony: Ceremony, user_id: UUID | None, body: bytes) -> bytes:
    """Of parts that are unambiguous side by side: the body has a fixed length, and so has an id."""
    return hmac.digest(key, body + ceremony.value + (b"" if user_id is None else user_id.bytes), "sha256")
