"""Invitations over SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Select, String, Table, Text, UniqueConstraint, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import NotFound
from domain.models.actor import Role
from domain.models.invitation import Invitation
from domain.pagination import Page, Window, decode_moment, encode_key
from persistence.keyset import Keyset
from persistence.metadata import ID, TAKEN, TIME, metadata

invitations = Table(
    "invitations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("email", Text, nullable=False),
    Column("display_name", Text),
    Column("role", String(16), nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("expires_at", TIME, nullable=False),
    Column("invited_by", ID, ForeignKey("users.id", ondelete="CASCADE")),
    UniqueConstraint("email", info={TAKEN: "email"}),
    Index("ix_invitations_created_at_id", "created_at", "id"),
    Index("ix_invitations_expires_at", "expires_at"),
    Index("ix_invitations_invited_by", "invited_by"),
)

KIND = "invitations"
NEWEST: Keyset[Invitation] = Keyset(
    columns=(invitations.c.created_at, invitations.c.id),
    encode=lambda i: encode_key(KIND, i.created_at.isoformat(), i.id),
    decode=lambda cursor, field: decode_moment(KIND, cursor, field),
    descending=True,
)


class SqlInvitationReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, invitation_id: UUID) -> Invitation | None:
        """One invitation, or None."""
        return (await self.get_many([invitation_id])).get(invitation_id)

    async def get_many(self, invitation_ids: Sequence[UUID]) -> dict[UUID, Invitation]:
        """Those that are there, by id."""
        found = await self._select(select(invitations).where(invitations.c.id.in_(invitation_ids)))
        return {i.id: i for i in found}

    async def page(self, window: Window) -> Page[Invitation]:
        """A page of all, newest first. Raises ValidationFailed for a wrong cursor."""
        return NEWEST.page(await self._select(NEWEST.cut(select(invitations), window)), window)

    async def _select(self, statement: Select[Any]) -> list[Invitation]:
        rows = (await self._connection.execute(statement)).mappings()
        return [Invitation(**{**row, "role": Role(row["role"])}) for row in rows]


class SqlInvitationRepository(SqlInvitationReader):
    """Reads and writes within one transaction."""

    async def get_for_update(self, invitation_id: UUID) -> Invitation:
        """The invitation, locked until the transaction ends; raises NotFound."""
        locked = select(invitations).where(invitations.c.id == invitation_id).with_for_update()
        found = await self._select(locked)
        if not found:
            raise NotFound
        return found[0]

    async def put(self, invitation: Invitation) -> Invitation:
        """Insert an invitation, or write it over that of the same address, which keeps its id."""
        values = asdict(invitation)
        changed = {name: value for name, value in values.items() if name not in ("id", "email")}
        new = insert(invitations).values(values)
        statement = new.on_conflict_do_update(index_elements=[invitations.c.email], set_=changed)
        return replace(invitation, id=await self._connection.scalar(statement.returning(invitations.c.id)))

    async def remove(self, invitation_id: UUID) -> None:
        """Delete one."""
        await self._connection.execute(delete(invitations).where(invitations.c.id == invitation_id))

    async def forget(self, email: str) -> None:
        """Delete that of an address."""
        await self._connection.execute(delete(invitations).where(invitations.c.email == email))

    async def prune(self, age: timedelta, limit: int) -> int:
        """Delete at most `limit` that expired this long ago; returns their number."""
        return (await self._connection.execute(PRUNE, {"age": age, "limit": limit})).rowcount


PRUNE = text("""
delete from invitations where id in (
  select id from invitations where expires_at < now() - cast(:age as interval)
  order by expires_at limit :limit for update skip locked)
""")
