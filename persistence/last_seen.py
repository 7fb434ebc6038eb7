"""When several rows of a table were last seen, written at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def touch(connection: AsyncConnection, table: str, seen: Mapping[UUID, datetime]) -> None:
    """Move `last_seen_at` of several rows forward, in id order so that two writers cannot deadlock."""
    if seen:
        ids = sorted(seen)
        await connection.execute(TOUCH[table], {"ids": ids, "times": [seen[i] for i in ids]})


TOUCH = {
    table: text(
        f"with s as (select t.id, s.at from {table} t join unnest(cast(:ids as uuid[]), cast(:times as timestamptz[])) as s(id, at)"  # noqa: S608
        f" on t.id = s.id where t.last_seen_at is null or t.last_seen_at < s.at order by t.id for update of t)"
        f" update {table} t set last_seen_at = s.at from s where t.id = s.id"
    )
    for table in ("sessions", "users")
}
