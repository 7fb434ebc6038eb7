"""First results by idempotency key."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.event import NIL
from domain.services.unit import KeptResult
from persistence.metadata import ID, TIME, metadata

keys = Table(
    "idempotency_keys",
    metadata,
    Column("actor_id", ID, primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("user_id", ID, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("created_at", TIME, nullable=False, server_default=text("now()")),
    Index("ix_idempotency_keys_created_at", "created_at"),
)

KEPT = timedelta(days=1)


class SqlIdempotencyKeys:
    """Keys within one transaction; the system's own have the nil id."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, actor_id: UUID | None, key: str) -> KeptResult | None:
        """The first result, once no other transaction can be using the key."""
        name = f"idempotency:{actor_id or NIL}:{key}"
        await self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
        await self._connection.execute(delete(keys).where(keys.c.created_at < func.now() - KEPT))
        question = select(keys).where(keys.c.actor_id == (actor_id or NIL), keys.c.key == key)
        row = (await self._connection.execute(question)).one_or_none()
        return None if row is None else KeptResult(bytes(row.fingerprint), row.user_id, row.position)

    async def keep(self, actor_id: UUID | None, key: str, result: KeptResult) -> None:
        """Keep the first result of a key for a day."""
        await self._connection.execute(
            insert(keys).values(
                actor_id=actor_id or NIL,
                key=key,
                fingerprint=result.fingerprint,
                user_id=result.user_id,
                position=result.position,
            )
        )
