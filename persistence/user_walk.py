"""A list of users in an order other than relevance, with any filter.

Users with the same traits (status, role, verified address, password) form one list in each index, and a filter on traits
selects some of the thirty-six lists. The page is made of the first rows of each of these lists, so its cost does not
depend on how many users the filter leaves. If another condition (creation time, online users, a search) leaves few users,
they are gathered and sorted instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.directory import UserQuery, UserSort
from domain.models.user import User
from persistence.keyset import Keyset
from persistence.user_conditions import Filtered
from persistence.user_found import Hits
from persistence.user_lists import Order, first_of_lists, first_of_words, merged
from persistence.user_narrow import leaves_few
from persistence.user_query import COLUMNS, end_of
from persistence.user_rows import SIZES, Sizes
from persistence.user_table import users
from persistence.user_words import user_words


class Walk:
    """Pages of a query without relevance."""

    def __init__(self, query: UserQuery, keyset: Keyset[User], sizes: Sizes = SIZES) -> None:
        self._query, self._keyset, self._sizes = query, keyset, sizes

    async def statement(
        self, connection: AsyncConnection, found: Hits | ColumnElement[bool] | None = None
    ) -> Select[Any]:
        """The page; what a search finds limits it, as hits or as a condition on users.

        Raises ValidationFailed for a wrong cursor.
        """
        if isinstance(found, Hits):
            if self._query.sort is UserSort.DISPLAY_NAME:
                return self._first_of(found.by_name())
            if found.few:
                return self._gathered([users.c.id.in_(found.ids())])
            return self._walked([found.condition(), *self._times()])
        conditions = [] if found is None else [found]
        filtered = Filtered.of(self._query)
        if await leaves_few(connection, self._query, self._sizes):
            return self._gathered([*conditions, *filtered.on(users.c.traits, users.c.id)])
        return self._walked([*conditions, *filtered.beside_traits(users.c.id)])

    def _gathered(self, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
        return self._first_of(select(*self._keyset.columns).where(*conditions))

    def _first_of(self, rows: Select[Any]) -> Select[Any]:
        """The first of few rows (key, id).

        They are kept apart, because the planner thinks that reading along the order would meet them early.
        """
        few = rows.cte("few").prefix_with("MATERIALIZED")
        keyset = replace(self._keyset, columns=(few.c.key, few.c.id))
        hit = keyset.cut(select(few.c.key, few.c.id), self._query.window).subquery("hit")
        return self._users_of(hit)

    def _users_of(self, hit: Subquery) -> Select[Any]:
        page = select(*COLUMNS).join(hit, users.c.id == hit.c.id)
        return page.order_by(*self._keyset.order(self._query.window, [hit.c.key, hit.c.id]))

    def _times(self) -> list[ColumnElement[bool]]:
        """The filter's times where they are bounds within the order."""
        filtered = Filtered.of(self._query)
        return filtered.beside_traits(users.c.id) if self._query.sort is UserSort.CREATED_AT else []

    def early(self, finds: Callable[[Any], ColumnElement[bool]]) -> Select[Any]:
        """The page, among the first `met` users of the order; it has fewer users if the search finds too few of them.

        `finds` gives the condition on a row that has the keys, address and id.
        """
        order, keyset, window = self._order(), self._keyset, self._query.window
        traits, limit = Filtered.of(self._query).traits, self._query.window.size + 1
        read = select(*keyset.columns, users.c.name_key, users.c.email_key, users.c.email)
        met = merged(traits, lambda one: keyset.cut(read.where(*one), window, self._sizes.met), order, self._sizes.met)
        found = select(met.c.key, met.c.id).where(finds(met.c))
        found_of_list = select(*keyset.columns).where(finds(users.c))
        lists = first_of_lists(
            traits,
            lambda one: keyset.cut(found_of_list.where(*one), window),
            keyset.columns[0].element,
            order,
            limit,
            found,
        )
        return self._page_of(lists, order)

    def by_words(self, known: Sequence[str], conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
        """The page in the order of names, from the rows of these words that meet conditions."""
        order, window, c = self._order(), self._query.window, user_words.c
        keyset, limit = replace(self._keyset, columns=(c.name_key, c.user_id)), window.size + 1

        def first(word: ColumnElement[Any], limit: int, more: Sequence[ColumnElement[bool]]) -> Select[Any]:
            rows = select(c.name_key.label("key"), c.user_id.label("id")).where(c.word == word, *conditions, *more)
            return keyset.cut(rows, window, limit)

        least = 1 + limit // max(1, len(known))
        found = first_of_words(known, first, (c.name_key, c.user_id), order, limit, least).subquery("found")
        return self._first_of(select(found).distinct())

    def _order(self) -> Order:
        down = self._keyset.descending != self._query.window.backward
        return Order(("key", "id"), "key", down, end_of(self._query.sort, down=down))

    def _page_of(self, lists: Sequence[Select[Any]], order: Order) -> Select[Any]:
        together = union_all(*lists).subquery("together")
        hit = select(together).order_by(*order.of(together.c)).limit(self._query.window.size + 1).subquery("hit")
        return self._users_of(hit)

    def plain(self) -> Select[Any]:
        """The page of a query whose filter is on traits alone."""
        return self._walked([])

    def _walked(self, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
        window, columns, order = self._query.window, self._keyset.columns, self._order()
        lists = first_of_lists(
            Filtered.of(self._query).traits,
            lambda of_list: self._keyset.cut(select(*columns).where(*of_list, *conditions), window),
            columns[0].element,
            order,
            window.size + 1,
        )
        return self._page_of(lists, order)


def walked(query: UserQuery, keyset: Keyset[User]) -> Select[Any]:
    """The page of a query without a search whose filter is on traits alone."""
    return Walk(query, keyset).plain()
