"""Sessions over SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from domain.errors import NotFound
from domain.models.actor import Role
from domain.models.language import Language
from domain.models.session import EndReason, Principal, Session
from domain.models.user import Status
from domain.pagination import Page, Window, decode_moment, encode_key
from persistence.keyset import Keyset
from persistence.last_seen import touch
from persistence.metadata import ID, TIME, metadata
from persistence.user_table import users

sessions = Table(
    "sessions",
    metadata,
    Column("id", ID, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", TIME, nullable=False, server_default=text("now()")),
    Column("last_seen_at", TIME, nullable=False, server_default=text("now()")),
    Column("expires_at", TIME, nullable=False),
    Column("user_agent", Text),
    Column("ip_address", Text),
    Column("ended_at", TIME),
    Column("end_reason", String(32)),
    Column("generation", Integer, nullable=False, server_default=text("1")),
    Column("refresh_hash", LargeBinary, nullable=False),
    Column("refreshed_at", TIME),
    Column("language", String(8)),
    Column("enrolling", Boolean, nullable=False, server_default=text("false")),
    Index("ix_sessions_user_id_created_at_id", "user_id", "created_at", "id"),
    Index("ix_sessions_end", text("LEAST(ended_at, expires_at)")),
)

KIND = "sessions"


def _session(row: Any) -> Session:
    reason, language = row["end_reason"], row["language"]
    known = {"end_reason": EndReason(reason) if reason else None, "language": Language(language) if language else None}
    return Session(**{**row, **known})


NEWEST: Keyset[Session] = Keyset(
    columns=(sessions.c.created_at, sessions.c.id),
    encode=lambda s: encode_key(KIND, s.created_at.isoformat(), s.id),
    decode=lambda cursor, field: decode_moment(KIND, cursor, field),
    descending=True,
)


class SqlSessionReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, session_id: UUID) -> Session | None:
        """One session, or None."""
        return (await self.get_many([session_id])).get(session_id)

    async def get_many(self, session_ids: Sequence[UUID]) -> dict[UUID, Session]:
        """Those that are there, by id."""
        rows = await self._connection.execute(select(sessions).where(sessions.c.id.in_(session_ids)))
        return {row["id"]: _session(row) for row in rows.mappings()}

    async def pages_for_users(
        self, user_ids: Sequence[UUID], window: Window, now: datetime
    ) -> dict[UUID, Page[Session]]:
        """The live sessions of each user, newest first. Raises ValidationFailed for a wrong cursor."""
        live = select(sessions).where(sessions.c.ended_at.is_(None), sessions.c.expires_at > now)
        return await NEWEST.pages_by_user(self._connection, live, sessions.c.user_id, user_ids, window, _session)

    async def newest(self, user_id: UUID, limit: int) -> Sequence[Session]:
        """The user's sessions in any state, newest first."""
        own = select(sessions).where(sessions.c.user_id == user_id)
        newest = own.order_by(sessions.c.created_at.desc(), sessions.c.id.desc()).limit(limit)
        return [_session(row) for row in (await self._connection.execute(newest)).mappings()]

    async def principals(self, session_ids: Sequence[UUID]) -> dict[UUID, Principal]:
        """The current principals of these sessions."""
        statement = (
            select(
                sessions.c.id,
                sessions.c.user_id,
                users.c.role,
                users.c.status,
                sessions.c.expires_at,
                sessions.c.ended_at,
                sessions.c.end_reason,
                sessions.c.enrolling,
            )
            .join(users, users.c.id == sessions.c.user_id)
            .where(sessions.c.id.in_(session_ids))
        )
        return {
            row.id: Principal(
                session_id=row.id,
                user_id=row.user_id,
                role=Role(row.role),
                status=Status(row.status),
                expires_at=row.expires_at,
                ended_at=row.ended_at,
                end_reason=EndReason(row.end_reason) if row.end_reason else None,
                enrolling=row.enrolling,
            )
            for row in await self._connection.execute(statement)
        }


class SqlSessionRepository(SqlSessionReader):
    """Reads and writes within one transaction."""

    async def get_for_update(self, session_id: UUID) -> Session:
        """The session, locked until the transaction ends; raises NotFound."""
        statement = select(sessions).where(sessions.c.id == session_id).with_for_update()
        row = (await self._connection.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFound
        return _session(row)

    async def add(self, session: Session) -> None:
        """Insert a session."""
        await self._connection.execute(insert(sessions).values(asdict(session)))

    async def save(self, session: Session) -> None:
        """Write a session over itself."""
        fields = asdict(session)
        del fields["id"]
        await self._connection.execute(update(sessions).where(sessions.c.id == session.id).values(fields))

    async def end_all(
        self, user_id: UUID, reason: EndReason, now: datetime, keep: UUID | None = None
    ) -> Sequence[UUID]:
        """End the live sessions of a user except `keep`; returns their ids.

        A session that has expired only by the clock of this instance, or only by that of the database, counts as live.
        """
        return await self._end(_ending(user_id, reason, now), keep)

    async def end_enrolling(self, user_id: UUID, now: datetime, keep: UUID | None) -> Sequence[UUID]:
        """End those of `end_all` that wait for a second factor."""
        return await self._end(_ending(user_id, EndReason.REVOKED, now).where(sessions.c.enrolling), keep)

    async def _end(self, change: ReturningUpdate[Any], keep: UUID | None) -> Sequence[UUID]:
        wanted = change if keep is None else change.where(sessions.c.id != keep)
        return list((await self._connection.execute(wanted)).scalars())

    async def touch_seen(self, seen: Mapping[UUID, datetime]) -> None:
        """Move `last_seen_at` forward."""
        await touch(self._connection, "sessions", seen)

    async def prune(self, age: timedelta, limit: int) -> int:
        """Delete at most `limit` of those that ended or expired at least this long ago; returns their number."""
        return (await self._connection.execute(PRUNE, {"age": age, "limit": limit})).rowcount


def _ending(user_id: UUID, reason: EndReason, now: datetime) -> ReturningUpdate[Any]:
    """The statement that ends the live sessions of a user, and returns their ids."""
    over = sessions.c.expires_at <= func.least(now, func.now())
    live = update(sessions).where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None), ~over)
    return live.values(ended_at=now, end_reason=str(reason)).returning(sessions.c.id)


PRUNE = text("""
delete from sessions where id in (
  select id from sessions where least(ended_at, expires_at) <= now() - cast(:age as interval)
  order by least(ended_at, expires_at) limit :limit for update skip locked)
""")
"""LEAST ignores nulls: a session that was not ended is over once it has expired."""
