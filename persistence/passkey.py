"""Passkeys over SQL, and the challenges that were answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    Table,
    Text,
    UniqueConstraint,
    delete,
    exists,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.passkey import Challenge, Passkey
from persistence.metadata import ID, TIME, metadata
from persistence.user_table import users

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("credential_id", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("last_used_at", TIME),
    UniqueConstraint("credential_id"),
    Index("ix_passkeys_user_id", "user_id"),
)
used_challenges = Table(
    "used_challenges",
    metadata,
    Column("challenge_hash", LargeBinary, primary_key=True),
    Column("expires_at", TIME, nullable=False),
    Index("ix_used_challenges_expires_at", "expires_at"),
)


class SqlPasskeyReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find_by_credential(self, credential_id: bytes) -> Passkey | None:
        """The passkey of this credential, or None."""
        return next(iter(await self._select(select(passkeys).where(passkeys.c.credential_id == credential_id))), None)

    async def get_many(self, passkey_ids: Sequence[UUID]) -> dict[UUID, Passkey]:
        """Those that are there, by id."""
        return {p.id: p for p in await self._select(select(passkeys).where(passkeys.c.id.in_(passkey_ids)))}

    async def of_users(self, user_ids: Sequence[UUID]) -> dict[UUID, Sequence[Passkey]]:
        """The passkeys of those users who have any, oldest first."""
        statement = select(passkeys).where(passkeys.c.user_id.in_(user_ids))
        found: dict[UUID, list[Passkey]] = {}
        for passkey in await self._select(statement.order_by(passkeys.c.created_at, passkeys.c.id)):
            found.setdefault(passkey.user_id, []).append(passkey)
        return dict(found)

    async def _select(self, statement: Select[Any]) -> list[Passkey]:
        return [Passkey(**row) for row in (await self._connection.execute(statement)).mappings()]


class SqlPasskeyRepository(SqlPasskeyReader):
    """Reads and writes within one transaction that has locked the user."""

    async def add(self, passkey: Passkey) -> bool:
        """Insert a passkey; False if its credential is registered already."""
        new = insert(passkeys).values(asdict(passkey)).on_conflict_do_nothing(index_elements=["credential_id"])
        added = (await self._connection.execute(new)).rowcount == 1
        if added:
            await self._update_user(passkey.user_id)
        return added

    async def save(self, passkey: Passkey) -> None:
        """Write the counter and the time of the last use."""
        changed = {"sign_count": passkey.sign_count, "last_used_at": passkey.last_used_at}
        await self._connection.execute(update(passkeys).where(passkeys.c.id == passkey.id).values(changed))

    async def remove(self, user_id: UUID, passkey_ids: Sequence[UUID]) -> None:
        """Delete these passkeys of a user."""
        own = (passkeys.c.user_id == user_id, passkeys.c.id.in_(passkey_ids))
        if (await self._connection.execute(delete(passkeys).where(*own))).rowcount:
            await self._update_user(user_id)

    async def _update_user(self, user_id: UUID) -> None:
        """Keep the column of the user in step, if it changes: it is one of the traits by which users are listed."""
        has_any = exists().where(passkeys.c.user_id == user_id)
        changed = update(users).where(users.c.id == user_id, users.c.has_passkey != has_any)
        await self._connection.execute(changed.values(has_passkey=has_any))

    async def use_challenge(self, challenge: Challenge) -> bool:
        """Store that a challenge was answered; False if it was before, or is being answered by a transaction that commits."""
        row = {"challenge_hash": challenge.hash, "expires_at": challenge.expires_at}
        new = insert(used_challenges).values(row).on_conflict_do_nothing(index_elements=["challenge_hash"])
        return (await self._connection.execute(new)).rowcount == 1

    async def prune_challenges(self, limit: int) -> int:
        """Delete at most `limit` of those that have expired; returns their number."""
        return (await self._connection.execute(PRUNE, {"limit": limit})).rowcount


PRUNE = text("""
delete from used_challenges where challenge_hash in (
  select challenge_hash from used_challenges where expires_at < now() - interval '1 hour'
  order by expires_at limit :limit for update skip locked)
""")
"""An hour later than they expire: until then the clock of a server that is behind still accepts them."""
