"""Signing keys over SQL. Private keys come here encrypted, and leave encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import Column, LargeBinary, String, Table, UniqueConstraint, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.signing_key import SigningKey
from persistence.metadata import ID, TIME, metadata

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kid", String(64), nullable=False),
    Column("algorithm", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("signs_from", TIME, nullable=False),
    Column("revoked_at", TIME),
    UniqueConstraint("kid"),
)

ALL = select(signing_keys).order_by(signing_keys.c.signs_from, signing_keys.c.kid)
LOCK = text("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE")
"""It conflicts with itself and with writes, not with reads."""


class SqlSigningKeyReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_all(self) -> Sequence[SigningKey]:
        """Every key, in the order in which they begin to sign."""
        return [SigningKey(**row) for row in (await self._connection.execute(ALL)).mappings()]


class SqlSigningKeyRepository(SqlSigningKeyReader):
    """Reads and writes within one transaction."""

    async def lock(self) -> None:
        """Wait until no other transaction changes keys."""
        await self._connection.execute(LOCK)

    async def add(self, key: SigningKey) -> None:
        """Insert a key."""
        await self._connection.execute(insert(signing_keys).values(asdict(key)))

    async def save(self, key: SigningKey) -> None:
        """Write what can change of a key: when it signs, and whether it was revoked."""
        changed = {"signs_from": key.signs_from, "revoked_at": key.revoked_at}
        await self._connection.execute(update(signing_keys).where(signing_keys.c.id == key.id).values(changed))

    async def reseal(self, key_id: UUID, sealed: bytes) -> None:
        """Store another encryption of a private key."""
        own = update(signing_keys).where(signing_keys.c.id == key_id)
        await self._connection.execute(own.values(sealed=sealed))
