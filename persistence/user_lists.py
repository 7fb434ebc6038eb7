"""The first rows of an order over several lists of users, each of which has an index in that order.

A list is of the users with the same traits. Reading as many rows of each list as the page has would multiply the work by
the number of lists, where only one user in thousands matches. So the lists that are usually the longest are read first,
and the others no further than where the page ends by what was found in those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, SmallInteger, func, lateral, literal, select, true, tuple_

from persistence.user_table import users

FIRST_ID, LAST_ID = UUID(int=0), UUID(int=2**128 - 1)
LEADING = 4
"""The lists whose first rows are always read: without a filter those of active members, verified or not, with a password or not."""


@dataclass(frozen=True, slots=True)
class Order:
    """How rows are read: by the column `key` and then by the id, which is the last column.

    `columns` names what a statement selects; no key is beyond `end`. If that is a bound of the list, `until` is its
    condition. A statement has one of both: with two bounds on one side, PostgreSQL may read on behind the nearer one.
    """

    columns: Sequence[str]
    key: str
    down: bool
    end: ColumnElement[Any]
    until: Sequence[ColumnElement[bool]] = ()

    def of(self, c: Any) -> list[ColumnElement[Any]]:
        """The ORDER BY on these columns."""
        ordered = [c[self.key], c[self.columns[-1]]]
        return [o.desc() if self.down else o.asc() for o in ordered]


FirstOfList = Callable[[Sequence[ColumnElement[bool]]], Select[Any]]


def first_of_lists(
    traits: Sequence[int], statement: FirstOfList, key: ColumnElement[Any], order: Order, limit: int
) -> list[Select[Any]]:
    """Statements whose rows together have the first `limit` of all lists.

    `statement(conditions)` gives the first rows of one list, in order; `key` is the column that it is ordered by.
    """
    lead = _of_each(traits[:LEADING], statement, order, *order.until)
    lead = lead.order_by(*order.of(lead.selected_columns)).limit(limit)
    leading = lead.cte().prefix_with("MATERIALIZED")
    found = [select(*(leading.c[name] for name in order.columns))]
    if len(traits) > LEADING:
        ends = ((order.key, order.end), (order.columns[-1], literal(FIRST_ID if order.down else LAST_ID)))
        last = [
            func.coalesce(
                select(leading.c[name]).order_by(*order.of(leading.c)).offset(limit - 1).limit(1).scalar_subquery(), end
            )
            for name, end in ends
        ]
        place, bound = tuple_(key, users.c.id), tuple_(*last)
        found.append(_of_each(traits[LEADING:], statement, order, place >= bound if order.down else place <= bound))
    return found


def _of_each(
    traits: Sequence[int], statement: FirstOfList, order: Order, *conditions: ColumnElement[bool]
) -> Select[Any]:
    value = func.unnest(literal(list(traits), ARRAY(SmallInteger))).table_valued("one").render_derived()
    first = lateral(statement([users.c.traits == value.c.one, *conditions]))
    return select(*(first.c[name] for name in order.columns)).select_from(value).join(first, true())
