"""The number of users that match a query, within 20 ms of the database's time: exact if that is cheap, or an estimate.

The counts by role, status and verification are stored. Other filters are counted up to EXACT_MAX, and beyond that
estimated from a sample: the first users in the order of their ids, which are random.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.directory import EXACT_MAX, Count, UserFilter, UserQuery
from persistence.user_conditions import Filtered
from persistence.user_counts import kept_counts
from persistence.user_query import count_up_to
from persistence.user_rows import SIZES, Sizes
from persistence.user_search import SqlSearch
from persistence.user_table import users

SAMPLE = 4000
"""Users in a sample: if one user in ten matches, nine of ten estimates are within 10 % of the exact number."""


class SqlCount:
    """Counts over one connection."""

    def __init__(
        self, connection: AsyncConnection, exact_max: int = EXACT_MAX, sample: int = SAMPLE, sizes: Sizes = SIZES
    ) -> None:
        self._connection, self._exact_max, self._sample, self._sizes = connection, exact_max, sample, sizes

    async def of(self, query: UserQuery) -> Count:
        """How many users match; the window is ignored."""
        filtered = Filtered.of(query)
        if query.search is not None:
            return await self._of_search(query, filtered)
        beside = filtered.beside_traits(users.c.id)
        if not beside:
            return Count(_sum(await kept_counts(self._connection), filtered.traits))
        if _selects_only_offline_users(query.filter):
            return await self._offline(query, filtered)
        return await self._of_filter(filtered)

    async def _of_filter(self, filtered: Filtered) -> Count:
        conditions = filtered.on(users.c.traits, users.c.id)
        count = await self._connection.scalar(count_up_to(self._exact_max + 1, users, *conditions)) or 0
        if count <= self._exact_max:
            return Count(count)
        estimate = await self._estimate(filtered, filtered.beside_traits(users.c.id))
        return estimate.with_at_least(self._exact_max)

    async def _offline(self, query: UserQuery, filtered: Filtered) -> Count:
        """All users except those who are online, who are few."""
        online = await self._of_filter(Filtered.of(replace(query, filter=replace(query.filter, online=True))))
        total = _sum(await kept_counts(self._connection), filtered.traits)
        return Count(total - online.value) if online.exact else Count.about(total - online.value)

    async def _of_search(self, query: UserQuery, filtered: Filtered) -> Count:
        search = SqlSearch(self._connection, query, self._sizes)
        count = await search.count()
        if count is not None:
            return Count(count)
        estimate = await self._estimate(filtered, [await search.finds(), *filtered.beside_traits(users.c.id)])
        return estimate.with_at_least(search.known)

    async def _estimate(self, filtered: Filtered, conditions: Sequence[ColumnElement[bool]]) -> Count:
        """The number of matching users with the wanted traits, by their share in a sample."""
        first = select(users.c.id).order_by(users.c.id).limit(self._sample).scalar_subquery()
        # As an array, which is looked up in the index; a join may read all users to find these.
        in_sample = users.c.id == any_(func.array(first, type_=ARRAY(Uuid)))
        statement = select(func.count().filter(*conditions), func.count()).select_from(users)
        statement = statement.where(in_sample, filtered.with_traits(users.c.traits))
        found, sampled = (await self._connection.execute(statement)).one()
        kept = await kept_counts(self._connection)
        if sum(kept.values()) <= self._sample:
            return Count(found)
        return Count.about(_sum(kept, filtered.traits) * found / sampled if sampled else 0)


def _sum(counts: Mapping[int, int], traits: Collection[int]) -> int:
    return sum(counts.get(t, 0) for t in traits)


def _selects_only_offline_users(wanted: UserFilter) -> bool:
    """Whether a filter selects, besides the traits, only users who are not online."""
    of_traits = UserFilter(
        wanted.status, wanted.role, online=False, email_verified=wanted.email_verified, can_sign_in=wanted.can_sign_in
    )
    return wanted == of_traits
