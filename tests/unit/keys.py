"""Tokens over a ring with one key, as a server has them after its first start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from api.auth.access_tokens import TokenRules
from api.auth.key_ring import KeyRing
from api.auth.sealed_keys import SealedKeys
from api.auth.tokens import SignedTokens
from domain.models.signing_key import SigningKey

LIFETIME = timedelta(minutes=10)
ISSUER, AUDIENCE = "https://rollcall.example.com", "rollcall"
RULES = TokenRules(ISSUER, AUDIENCE, LIFETIME)


class Table:
    """The keys in the database."""

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        self.keys, self.reads = keys, 0

    async def load(self) -> Sequence[SigningKey]:
        """Read them, and count that."""
        self.reads += 1
        return self.keys


def ring_of(maker: SealedKeys, *keys: SigningKey) -> tuple[KeyRing, Table]:
    """A ring that has read these keys, and the table in which it looks for others."""
    table = Table(keys)
    ring = KeyRing(maker, table.load, LIFETIME, pause=0.0)
    ring.replace(keys)
    return ring, table


def tokens_of(secret: str, now: datetime | None = None) -> SignedTokens:
    """Tokens with a key of their own."""
    maker, now = SealedKeys([secret]), now or datetime.now(UTC)
    return SignedTokens([secret], ring_of(maker, maker.make(now, now))[0], RULES)
