"""Keyset pagination in SQL, written once: a window of an ordered list, and the same window of several users' lists.

A page is found by the key of the row it follows, so that it costs the same at any depth and rows that are removed or
added meanwhile move nothing. Every list names its order as a `Keyset`; the rest is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, column, lateral, literal, select, true, tuple_, values
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.pagination import Page, Window

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Keyset(Generic[T]):
    """An order of rows: the columns of its key, of which the last is unique, and the cursors that name a place in it.

    `encode` gives the cursor of an entity. `decode` gives the key that a cursor names; it takes the cursor and the
    argument that it came in, and raises ValidationFailed on that for a wrong one.
    """

    columns: Sequence[ColumnElement[Any]]
    encode: Callable[[T], str]
    decode: Callable[[str, str], Sequence[Any]]
    descending: bool = False

    def cut(self, question: Select[Any], window: Window, limit: int | None = None) -> Select[Any]:
        """The question in this order, cut to the window and one row more, or to `limit`.

        Raises ValidationFailed for a wrong cursor.
        """
        key = self.columns[0] if len(self.columns) == 1 else tuple_(*self.columns)
        for cursor, field, forward in ((window.after, "after", True), (window.before, "before", False)):
            if cursor is not None:
                marks = [literal(v) for v in self.decode(cursor, field)]
                mark = marks[0] if len(marks) == 1 else tuple_(*marks)
                question = question.where(key > mark if forward != self.descending else key < mark)
        return question.order_by(*self.order(window, self.columns)).limit(limit or window.size + 1)

    def order(self, window: Window, columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
        """How rows are read for a window, given the columns of the key in the question at hand."""
        down = self.descending != window.backward
        return [c.desc() if down else c.asc() for c in columns]

    def page(self, rows: Sequence[T], window: Window) -> Page[T]:
        """The page of up to size + 1 rows that were read in the direction of the window."""
        return Page.cut(rows, [self.encode(r) for r in rows], window)

    async def pages_by_user(
        self,
        connection: AsyncConnection,
        question: Select[Any],
        user_id: ColumnElement[UUID],
        user_ids: Sequence[UUID],
        window: Window,
        build: Callable[[Mapping[str, Any]], T],
    ) -> dict[UUID, Page[T]]:
        """A page of each of these users' rows, in one statement; `user_id` says in the question whose a row is.

        Raises ValidationFailed for a wrong cursor.
        """
        asked = values(column("asked", postgresql.UUID(as_uuid=True)), name="people").data([(u,) for u in user_ids])
        inner = lateral(self.cut(question.where(user_id == asked.c.asked), window))
        key = [inner.c[str(c.key)] for c in self.columns]  # ordered once more, because a join promises no order
        pages = (
            select(asked.c.asked, *inner.c).select_from(asked.join(inner, true())).order_by(*self.order(window, key))
        )
        found: dict[UUID, list[T]] = {u: [] for u in user_ids}
        for row in (await connection.execute(pages)).mappings():
            fields = dict(row)
            found[fields.pop("asked")].append(build(fields))
        return {u: self.page(members, window) for u, members in found.items()}
