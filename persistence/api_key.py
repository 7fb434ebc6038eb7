"""API keys over SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import NotFound
from domain.models.actor import ApiKeyScope, Role, lesser_role
from domain.models.api_key import ApiKey
from domain.models.session import Principal
from domain.models.user import Status
from persistence.metadata import ID, TIME, metadata
from persistence.user_table import users

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("scopes", ARRAY(String(16)), nullable=False),
    Column("public_id", String(8), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("expires_at", TIME),
    Column("last_used_at", TIME),
    Column("revoked_at", TIME),
    UniqueConstraint("public_id"),
    Index("ix_api_keys_user_id_created_at", "user_id", "created_at"),
)

FOREVER = datetime.max.replace(tzinfo=UTC)
TOUCH = text("""
with s as (select k.id, u.at from api_keys k
  join unnest(cast(:ids as uuid[]), cast(:times as timestamptz[])) as u(id, at) on k.id = u.id
  where k.last_used_at is null or k.last_used_at < u.at order by k.id for update of k)
update api_keys k set last_used_at = s.at from s where k.id = s.id
""")


def _key(row: Any) -> ApiKey:
    scopes = frozenset(ApiKeyScope(s) for s in row["scopes"])
    return ApiKey(**{**row, "role": Role(row["role"]), "scopes": scopes})


class SqlApiKeyReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find_by_public_id(self, public_id: str) -> ApiKey | None:
        """The key of this name, in any state, or None."""
        return next(iter(await self._select(select(api_keys).where(api_keys.c.public_id == public_id))), None)

    async def get_many(self, key_ids: Sequence[UUID]) -> dict[UUID, ApiKey]:
        """Those that are there, by id."""
        return {k.id: k for k in await self._select(select(api_keys).where(api_keys.c.id.in_(key_ids)))}

    async def of_user(self, user_id: UUID) -> Sequence[ApiKey]:
        """Those that are not revoked, newest first."""
        own = select(api_keys).where(api_keys.c.user_id == user_id, api_keys.c.revoked_at.is_(None))
        return await self._select(own.order_by(api_keys.c.created_at.desc(), api_keys.c.id))

    async def _select(self, statement: Select[Any]) -> list[ApiKey]:
        return [_key(row) for row in (await self._connection.execute(statement)).mappings()]

    async def principals(self, key_ids: Collection[UUID]) -> dict[UUID, Principal]:
        """The current state of these keys and their owners."""
        statement = (
            select(api_keys, users.c.role.label("own_role"), users.c.status)
            .join(users, users.c.id == api_keys.c.user_id)
            .where(api_keys.c.id.in_(key_ids))
        )
        return {
            row.id: Principal(
                row.id,
                row.user_id,
                lesser_role(Role(row.role), Role(row.own_role)),
                Status(row.status),
                row.expires_at or FOREVER,
                row.revoked_at,
                None,
                frozenset(ApiKeyScope(s) for s in row.scopes),
            )
            for row in await self._connection.execute(statement)
        }


class SqlApiKeyRepository(SqlApiKeyReader):
    """Reads and writes within one transaction."""

    async def get_for_update(self, key_id: UUID) -> ApiKey:
        """The key, locked until the transaction ends; raises NotFound."""
        found = await self._select(select(api_keys).where(api_keys.c.id == key_id).with_for_update())
        if not found:
            raise NotFound
        return found[0]

    async def add(self, key: ApiKey) -> None:
        """Insert a key."""
        await self._connection.execute(insert(api_keys).values({**asdict(key), "scopes": sorted(key.scopes)}))

    async def save(self, key: ApiKey) -> None:
        """Write what can change of a key: whether it was revoked."""
        await self._connection.execute(
            update(api_keys).where(api_keys.c.id == key.id).values(revoked_at=key.revoked_at)
        )

    async def touch_used(self, used: Mapping[UUID, datetime]) -> None:
        """Move `last_used_at` of several keys forward, in id order so that two writers cannot deadlock."""
        ids = sorted(used)
        await self._connection.execute(TOUCH, {"ids": ids, "times": [used[i] for i in ids]})
