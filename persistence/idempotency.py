"""First results by idempotency key."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, func, select, text
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
        own = (keys.c.actor_id == (actor_id or NIL), keys.c.key == key)
        statement = select(keys).where(*own, keys.c.created_at >= func.now() - KEPT)
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else KeptResult(bytes(row.fingerprint), row.user_id, row.position)

    async def keep(self, actor_id: UUID | None, key: str, result: KeptResult) -> None:
        """Keep the first result of a key for a day, in place of one that has expired."""
        values = {"fingerprint": result.fingerprint, "user_id": result.user_id, "position": result.position}
        kept = insert(keys).values(actor_id=actor_id or NIL, key=key, **values)
        await self._connection.execute(
            kept.on_conflict_do_update(
                index_elements=[keys.c.actor_id, keys.c.key], set_={**values, "created_at": func.now()}
            )
        )

    async def prune(self, limit: int) -> int:
        """Delete at most `limit` of those that have expired; returns their number."""
        return (await self._connection.execute(PRUNE, {"age": KEPT, "limit": limit})).rowcount


PRUNE = text("""
delete from idempotency_keys where (actor_id, key) in (
  select actor_id, key from idempotency_keys where created_at < now() - cast(:age as interval)
  order by created_at limit :limit for update skip locked)
""")
