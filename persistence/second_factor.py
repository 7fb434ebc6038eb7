"""Second factors over SQL: a user's TOTP secret, which is encrypted, and the hashes of their recovery codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table, delete, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.second_factor import SecondFactor, Totp
from persistence.metadata import ID, TIME, metadata
from persistence.passkey import passkeys

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
        """What those users have set up who have any: a confirmed TOTP secret, passkeys."""
        confirmed = select(totp_secrets.c.user_id, literal(SecondFactor.TOTP.value).label("kind")).where(
            totp_secrets.c.user_id.in_(user_ids), totp_secrets.c.confirmed_at.is_not(None)
        )
        keys = select(passkeys.c.user_id, literal(SecondFactor.PASSKEY.value)).where(passkeys.c.user_id.in_(user_ids))
        found: dict[UUID, list[SecondFactor]] = {}
        for user_id, kind in await self._connection.execute(confirmed.union(keys)):
            found.setdefault(user_id, []).append(SecondFactor(kind))
        return {user_id: tuple(sorted(kinds, key=list(SecondFactor).index)) for user_id, kinds in found.items()}


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

    async def totps_after(self, user_id: UUID, limit: int) -> Sequence[Totp]:
        """The secrets of the next users."""
        following = select(totp_secrets).where(totp_secrets.c.user_id > user_id).order_by(totp_secrets.c.user_id)
        return [Totp(**row) for row in (await self._connection.execute(following.limit(limit))).mappings()]

    async def reseal_totp(self, totp: Totp, sealed: bytes) -> bool:
        """Store another encryption of the same secret."""
        same = (totp_secrets.c.user_id == totp.user_id, totp_secrets.c.sealed == totp.sealed)
        return (await self._connection.execute(update(totp_secrets).where(*same).values(sealed=sealed))).rowcount == 1

    async def remove_totp(self, user_id: UUID) -> bool:
        """Delete the secret; whether there was a confirmed one."""
        own = delete(totp_secrets).where(totp_secrets.c.user_id == user_id)
        removed = await self._connection.scalars(own.returning(totp_secrets.c.confirmed_at))
        return any(confirmed_at is not None for confirmed_at in removed)

    async def replace_recovery_codes(self, user_id: UUID, hashes: Sequence[bytes]) -> None:
        """Delete the user's recovery codes and insert these, if any."""
        await self._connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
        if hashes:
            rows = [{"user_id": user_id, "code_hash": code_hash} for code_hash in hashes]
            await self._connection.execute(insert(recovery_codes), rows)

    async def use_recovery_code(self, user_id: UUID, code_hash: bytes) -> bool:
        """Delete a recovery code; whether it was there."""
        row = (recovery_codes.c.user_id == user_id, recovery_codes.c.code_hash == code_hash)
        return (await self._connection.execute(delete(recovery_codes).where(*row))).rowcount == 1
