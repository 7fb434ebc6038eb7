"""Whether a filter leaves few users, who may come late in an order: then they are looked up, not met along it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ARRAY, SmallInteger, func, lateral, literal, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.directory import UserFilter, UserQuery, UserSort
from persistence.user_conditions import Filtered, is_active_member
from persistence.user_counts import kept_counts
from persistence.user_rows import SIZES, Sizes
from persistence.user_table import users

TOGETHER = 4
"""The values of `traits` that a role and a status have; with one of both, or with the verification alone, there are more."""


async def leaves_few(connection: AsyncConnection, query: UserQuery, sizes: Sizes = SIZES) -> bool:
    """Whether the filter of a query leaves few users."""
    wanted = query.filter
    if wanted.email is not None or wanted.id is not None:
        return True
    if wanted.online:
        return len(query.online_ids or ()) <= sizes.gathered
    if wanted.created_after is None and wanted.created_before is None:
        return query.search is not None and await _have_few(connection, Filtered.of(query).traits, sizes.picked)
    if query.sort is UserSort.CREATED_AT and query.search is None:
        return False
    return await _count(connection, Filtered.of(query), sizes.compared + 1) <= sizes.compared


async def _have_few(connection: AsyncConnection, traits: Sequence[int], limit: int) -> bool:
    """Whether these traits have few users by the stored counts, which are read only if that is likely."""
    if len(traits) > TOGETHER or any(is_active_member(one) for one in traits):
        return False
    kept = await kept_counts(connection)
    return sum(kept.get(one, 0) for one in traits) <= limit


async def _count(connection: AsyncConnection, filtered: Filtered, limit: int) -> int:
    """How many users there are of the wanted traits and time, up to a limit; read from the index of each list."""
    traits = func.unnest(literal(filtered.traits, ARRAY(SmallInteger))).table_valued("one", name="t").render_derived()
    times = UserFilter(created_after=filtered.wanted.created_after, created_before=filtered.wanted.created_before)
    conditions = Filtered(times, frozenset()).beside_traits(users.c.id)
    first = lateral(select(users.c.id).where(users.c.traits == traits.c.one, *conditions).limit(limit))
    some = select(first.c.id).select_from(traits).join(first, true()).limit(limit).subquery()
    return int(await connection.scalar(select(func.count()).select_from(some)) or 0)
