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

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    SmallInteger,
    Subquery,
    Text,
    func,
    lateral,
    literal,
    select,
    true,
    tuple_,
    union_all,
)

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
    traits: Sequence[int],
    statement: FirstOfList,
    key: ColumnElement[Any],
    order: Order,
    limit: int,
    lead: Select[Any] | None = None,
) -> list[Select[Any]]:
    """Statements whose rows together have the first `limit` of all lists.

    `statement(conditions)` gives the first rows of one list, in order; `key` is the column that it is ordered by. `lead`
    may give those of the leading lists; if it has fewer than `limit`, the other lists are not read.
    """
    of_leading = _of_each(traits[:LEADING], statement, order, *order.until) if lead is None else lead
    leading = first_of(of_leading, order, limit)
    found = [select(*(leading.c[name] for name in order.columns))]
    if len(traits) > LEADING:
        within = not_beyond(leading, (key, users.c.id), order, limit)
        others = _of_each(traits[LEADING:], statement, order, within)
        if lead is not None:
            others = others.where(select(func.count()).select_from(leading).scalar_subquery() >= limit)
        found.append(others)
    return found


def first_of_words(
    known: Sequence[str],
    statement: Callable[[ColumnElement[Any], int, Sequence[ColumnElement[bool]]], Select[Any]],
    columns: tuple[ColumnElement[Any], ColumnElement[Any]],
    order: Order,
    limit: int,
    least: int = 1,
) -> Select[Any]:
    """Rows of words that have the first `limit` of all; some are there twice.

    `statement(word, limit, conditions)` gives the first rows of one word, in order; `columns` are those it is ordered by.
    The very first rows of each word, `least` of them, show where the page ends: only words that begin before that are read
    again, up to it.
    """
    word = func.unnest(literal(list(known), ARRAY(Text))).table_valued("one", name="w").render_derived()
    earliest = lateral(statement(word.c.one, least, ()))
    begun = select(word.c.one, earliest).select_from(word).join(earliest, true()).cte().prefix_with("MATERIALIZED")
    each = [begun.c[name] for name in order.columns]
    leading = first_of(select(*each).distinct(), order, limit)
    ends = not_beyond(leading, (begun.c[order.key], begun.c[order.columns[-1]]), order, limit)
    again = select(begun.c.one).distinct().where(ends).subquery("again")
    first = lateral(statement(again.c.one, limit, [not_beyond(leading, columns, order, limit)]))
    return select(*(first.c[name] for name in order.columns)).select_from(again).join(first, true())


def merged(traits: Sequence[int], statement: FirstOfList, order: Order, limit: int) -> Subquery:
    """The first `limit` rows of the leading lists, which PostgreSQL merges row by row, as far as they are asked for."""
    lists = union_all(*(statement([users.c.traits == one]) for one in traits[:LEADING]))
    return lists.order_by(*order.of(lists.selected_columns)).limit(limit).subquery("merged")


def united(lists: Sequence[Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    """All rows of these statements."""
    return lists[0] if len(lists) == 1 else union_all(*lists)


def first_of(lead: Select[Any], order: Order, limit: int) -> CTE:
    """The first rows of a statement, read once."""
    return lead.order_by(*order.of(lead.selected_columns)).limit(limit).cte().prefix_with("MATERIALIZED")


def not_beyond(
    leading: CTE, place: tuple[ColumnElement[Any], ColumnElement[Any]], order: Order, limit: int
) -> ColumnElement[bool]:
    """Whether the place (key, id) of a row is not beyond the last of the leading rows, if they are all that are wanted."""
    ends = ((order.key, order.end), (order.columns[-1], literal(FIRST_ID if order.down else LAST_ID)))
    last = [
        func.coalesce(
            select(leading.c[name]).order_by(*order.of(leading.c)).offset(limit - 1).limit(1).scalar_subquery(), end
        )
        for name, end in ends
    ]
    own, bound = tuple_(*place), tuple_(*last)
    return own >= bound if order.down else own <= bound


def _of_each(
    traits: Sequence[int], statement: FirstOfList, order: Order, *conditions: ColumnElement[bool]
) -> Select[Any]:
    value = func.unnest(literal(list(traits), ARRAY(SmallInteger))).table_valued("one").render_derived()
    first = lateral(statement([users.c.traits == value.c.one, *conditions]))
    return select(*(first.c[name] for name in order.columns)).select_from(value).join(first, true())
