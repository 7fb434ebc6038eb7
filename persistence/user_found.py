"""The users that a search finds, as a list in an order other than relevance needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true, union_all

from persistence.user_table import users

EACH, USUALLY = 60, 2
"""The most, and the usual number of, rows of one user where users are counted by the rows of their words."""


@dataclass(frozen=True, slots=True)
class Hits:
    """All users found, from lists with (name_key, id); some users are in several.

    They may be `few` enough to be looked up one by one.
    """

    lists: Sequence[Select[Any]]
    few: bool

    def by_name(self) -> Select[Any]:
        """Their (key, id), where the key is the name."""
        rows = [one.subquery().c for one in self.lists]
        return select(union_all(*(select(c.name_key.label("key"), c.id) for c in rows)).subquery()).distinct()

    def ids(self) -> Select[Any]:
        """Their ids, some twice."""
        return select(union_all(*(select(one.subquery().c.id) for one in self.lists)).subquery().c.id)

    def condition(self) -> ColumnElement[bool]:
        """Whether a row of users is one of them, by a hash table of the ids.

        It is IS TRUE, because the planner makes a join of a plain IN, and that would not be read along an order.
        """
        hits = self.ids().cte("hits").prefix_with("MATERIALIZED")
        return users.c.id.in_(select(hits.c.id)).is_(true())


def number_of(lists: Sequence[Select[Any]], limit: int | None, each: int) -> Select[int]:
    """How many users these lists have, up to a limit, if none is more than `each` times in one of them."""
    ids = [select((one if limit is None else one.limit(limit * each)).subquery().c.id) for one in lists]
    together = union_all(*ids).subquery()
    found = select(together.c.id).distinct().limit(limit).subquery()
    return select(func.count()).select_from(found)
