"""Links in mails over SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.language import Language
from domain.models.link import LIFETIMES, Link, LinkKind
from domain.models.mail import GIVE_UP_AFTER
from persistence.metadata import ID, TIME, metadata

links = Table(
    "links",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("owner_id", ID, primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE")),
    Column("email", Text, nullable=False),
    Column("requested_at", TIME, nullable=False),
    Column("language", String(8)),
    Column("token_hash", LargeBinary),
    Column("expires_at", TIME),
    Column("display_name", Text),
    Column("password_hash", Text),
    UniqueConstraint("token_hash"),
    Index("ix_links_user_id", "user_id"),
    Index("ix_links_expires_at", "expires_at"),
    Index("ix_links_email", "email"),
)


def _link(row: Any) -> Link:
    language = row["language"]
    return Link(**{**row, "kind": LinkKind(row["kind"]), "language": Language(language) if language else None})


class SqlLinkReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, kind: LinkKind, token_hash: bytes) -> Link | None:
        """The link of a token, or None."""
        statement = select(links).where(links.c.token_hash == token_hash, links.c.kind == kind.value)
        row = (await self._connection.execute(statement)).mappings().one_or_none()
        return None if row is None else _link(row)

    async def of_owners(self, kind: LinkKind, owner_ids: Sequence[UUID]) -> Mapping[UUID, Link]:
        """The links of this kind, by owner."""
        statement = select(links).where(links.c.kind == kind.value, links.c.owner_id.in_(owner_ids))
        return {row["owner_id"]: _link(row) for row in (await self._connection.execute(statement)).mappings()}


class SqlLinkRepository(SqlLinkReader):
    """Reads and writes within one transaction."""

    async def request(self, link: Link) -> None:
        """Insert a link, or write it over that of the same kind and owner."""
        values = asdict(link) | {"kind": link.kind.value, "language": link.language and link.language.value}
        changed = {name: value for name, value in values.items() if name not in ("kind", "owner_id")}
        new = insert(links).values(values)
        await self._connection.execute(
            new.on_conflict_do_update(index_elements=[links.c.kind, links.c.owner_id], set_=changed)
        )

    async def find_requested(self, kind: LinkKind, owner_id: UUID) -> Link | None:
        """The link of an owner, locked until the transaction ends."""
        own = (links.c.kind == kind.value, links.c.owner_id == owner_id)
        row = (await self._connection.execute(select(links).where(*own).with_for_update())).mappings().one_or_none()
        return None if row is None else _link(row)

    async def give_token(self, link: Link, token_hash: bytes, expires_at: datetime) -> None:
        """Store the hash of the token."""
        own = (links.c.kind == link.kind.value, links.c.owner_id == link.owner_id)
        change = update(links).where(*own).values(token_hash=token_hash, expires_at=expires_at)
        await self._connection.execute(change)

    async def end(self, link: Link) -> None:
        """Delete one link."""
        own = (links.c.kind == link.kind.value, links.c.owner_id == link.owner_id)
        await self._connection.execute(delete(links).where(*own))

    async def end_all(self, user_id: UUID) -> None:
        """Delete every link of a user."""
        await self._connection.execute(delete(links).where(links.c.user_id == user_id))

    async def forget(self, email: str) -> None:
        """Delete every link to an address that belongs to no user."""
        await self._connection.execute(delete(links).where(links.c.email == email, links.c.user_id.is_(None)))

    async def prune(self, limit: int) -> int:
        """Delete at most `limit` of those that have expired, or whose mail was given up; returns their number."""
        values = {"limit": limit, "age": GIVE_UP_AFTER + max(LIFETIMES.values())}
        return (await self._connection.execute(PRUNE, values)).rowcount


PRUNE = text("""
delete from links where (kind, owner_id) in (
  select kind, owner_id from links
  where expires_at < now() or (expires_at is null and requested_at < now() - cast(:age as interval))
  order by expires_at limit :limit for update skip locked)
""")
