"""Second factors over SQL: a user's TOTP secret, which is encrypted, and the hashes of their recovery codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.second_factor import SecondFactor, Totp
from persistence.metadata import ID, TIME, metadata

totp_secrets = Table(
    "totp_secrets",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("confirmed_at", TIME),
    Column("last_step", BigInteger),
)
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
)


class SqlSecondFactorReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def kinds(self, user_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[SecondFactor]]:
        """The confirmed factors of those users who have any."""
        owner = totp_secrets.c.user_id
        statement = select(owner).where(owner.in_(user_ids), totp_secrets.c.confirmed_at.is_not(None))
        return dict.fromkeys(await self._connection.scalars(statement), (SecondFactor.TOTP,))


class SqlSecondFactorRepository(SqlSecondFactorReader):
    """Reads and writes within one transaction that has locked the user."""

    async def totp(self, user_id: UUID) -> Totp | None:
        """The secret, confirmed or not."""
        found = await self._connection.execute(select(totp_secrets).where(totp_secrets.c.user_id == user_id))
        row = found.mappings().one_or_none()
        return None if row is None else Totp(**row)

    async def save_totp(self, totp: Totp) -> None:
        """Insert the secret, or replace the user's previous one."""
        values = asdict(totp)
        statement = upsert(totp_secrets).values(values)
        changed = {name: statement.excluded[name] for name in values if name != "user_id"}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=changed))

    async def remove(self, user_id: UUID) -> Sequence[SecondFactor]:
        """Delete the secret and the recovery codes; returns the confirmed factors that were there."""
        removed = (await self.kinds([user_id])).get(user_id, ())
        await self._connection.execute(delete(totp_secrets).where(totp_secrets.c.user_id == user_id))
        await self._connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
        return removed

    async def replace_recovery_codes(self, user_id: UUID, hashes: Sequence[bytes]) -> None:
        """Delete the user's recovery codes and insert these."""
        await self._connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
        rows = [{"user_id": user_id, "code_hash": code_hash} for code_hash in hashes]
        await self._connection.execute(insert(recovery_codes), rows)

    async def use_recovery_code(self, user_id: UUID, code_hash: bytes) -> bool:
        """Delete a recovery code; whether it was there."""
        row = (recovery_codes.c.user_id == user_id, recovery_codes.c.code_hash == code_hash)
        return (await self._connection.execute(delete(recovery_codes).where(*row))).rowcount == 1
