"""Steps in which the users that a search finds are read, tier by tier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.conditions import texts_of
from domain.models.relevance import Search, Tier, rank
from domain.models.user import User
from persistence.user_lists import united
from persistence.user_query import COLUMNS, user_from_row
from persistence.user_rows import Rows
from persistence.user_seek import Key, Seek
from persistence.user_sources import Sources
from persistence.user_table import users

SPARE = 8
"""Rows that are read beyond those of a page, because a user may be found twice: a DISTINCT would sort all rows."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of reading: some tiers, and the statement that reads what is left of them."""

    tiers: Sequence[Tier]
    statement: Callable[[Seek, int], Any]


def all_of(tiers: Sequence[Tier], lists: Sequence[Select[Any]]) -> Stage:
    """All rows of these lists, sorted."""
    rows = united(lists)
    return Stage(tiers, lambda _seek, _limit: rows)


def together(stages: Sequence[Stage]) -> Stage:
    """Several stages that each cost little, read at once."""

    def statement(seek: Seek, limit: int) -> Any:
        return united([stage.statement(seek, limit) for stage in stages if seek.reaches(stage.tiers)])

    return Stage([tier for stage in stages for tier in stage.tiers], statement)


def by_vocabulary(sources: Sources, rows: Rows, tier: Tier, *, bounded: bool) -> Stage:
    """The first rows of each of the words; if they are `bounded`, no further than where the page ends."""
    return Stage((tier,), lambda seek, limit: sources.by_vocabulary(rows, tier, seek, limit, bounded=bounded))


class Reader:
    """Reads stages of a search over one connection."""

    def __init__(self, connection: AsyncConnection, search: Search, *, by_email: bool) -> None:
        self._connection, self._search, self._by_email = connection, search, by_email

    async def read(self, stage: Stage, seek: Seek, want: int) -> list[tuple[Key, User]]:
        """Up to `want` users of a stage, without those whose tier by the rules is not the one they were read with."""
        found: dict[Key, User] = {}
        while len(found) < want:
            limit = want - len(found) + SPARE
            rows = await self._fetch(seek.cut(stage.statement(seek, limit), limit), seek)
            for key, user, tier in rows:
                seek = seek.past(key)
                if tier is key.tier:
                    found[key] = user
            if len(rows) < limit:
                break
        return list(found.items())[:want]

    async def _fetch(self, hits: Select[Any], seek: Seek) -> list[tuple[Key, User, Tier | None]]:
        hit = hits.subquery("hit")
        statement = select(*COLUMNS, users.c.email_key, hit.c.tier, hit.c.name_key).join(hit, users.c.id == hit.c.id)
        statement = statement.order_by(*seek.order(hit.c.tier, hit.c.name_key, hit.c.id))
        rows = []
        for row in (await self._connection.execute(statement)).mappings():
            fields = dict(row)
            tier, name_key, email_key = (fields.pop(name) for name in ("tier", "name_key", "email_key"))
            texts = texts_of(fields["id"], name_key, email_key, fields["email"])
            real = rank(self._search, texts, by_email=self._by_email)
            rows.append((Key(Tier(tier), name_key, fields["id"]), user_from_row(fields), real))
        return rows
