"""Keyset pagination in SQL: a window of an ordered list, and the same window of several users' lists.

A page is found by the key of the row before it. It therefore costs the same at any depth, and rows that are added or
removed meanwhile do not shift it. Each list declares its order as a `Keyset`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, column, lateral, literal, select, true, tuple_, values
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.pagination import Cursors, Page, Window

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Keyset(Generic[T]):
    """An order of rows: the columns of its key, the last of them unique, and its cursors.

    `encode` returns the cursor of an entity. `decode(cursor, argument)` returns the key of a cursor; it raises
    ValidationFailed on that argument if the cursor is invalid.
    """

    columns: Sequence[ColumnElement[Any]]
    encode: Callable[[T], str]
    decode: Callable[[str, str], Sequence[Any]]
    descending: bool = False

    def cut(self, statement: Select[Any], window: Window, limit: int | None = None) -> Select[Any]:
        """The statement with this order, limited to the window and one more row, or to `limit`.

        Raises ValidationFailed for an invalid cursor.
        """
        key = self.columns[0] if len(self.columns) == 1 else tuple_(*self.columns)
        for cursor, field, forward in ((window.after, "after", True), (window.before, "before", False)):
            if cursor is not None:
                marks = [v if isinstance(v, ColumnElement) else literal(v) for v in self.decode(cursor, field)]
                mark = marks[0] if len(marks) == 1 else tuple_(*marks)
                statement = statement.where(key > mark if forward != self.descending else key < mark)
        return statement.order_by(*self.order(window, self.columns)).limit(limit or window.size + 1)

    def order(self, window: Window, columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
        """The ORDER BY of a window, on the given columns of the key."""
        down = self.descending != window.backward
        return [c.desc() if down else c.asc() for c in columns]

    def page(self, rows: Sequence[T], window: Window) -> Page[T]:
        """The page of up to size + 1 rows, which were read in the direction of the window."""
        return Page.cut(rows, Cursors(rows, self.encode), window)

    async def pages_by_user(
        self,
        connection: AsyncConnection,
        statement: Select[Any],
        user_id: ColumnElement[UUID],
        user_ids: Sequence[UUID],
        window: Window,
        build: Callable[[Mapping[str, Any]], T],
    ) -> dict[UUID, Page[T]]:
        """A page of each user's rows, by one statement. `user_id` is the column of the statement that names the user.

        Raises ValidationFailed for an invalid cursor.
        """
        requested = values(column("requested_id", postgresql.UUID(as_uuid=True)), name="requested").data(
            [(u,) for u in user_ids]
        )
        inner = lateral(self.cut(statement.where(user_id == requested.c.requested_id), window))
        key = [inner.c[str(c.key)] for c in self.columns]  # ordered again, because a join guarantees no order
        pages = (
            select(requested.c.requested_id, *inner.c)
            .select_from(requested.join(inner, true()))
            .order_by(*self.order(window, key))
        )
        found: dict[UUID, list[T]] = {u: [] for u in user_ids}
        for row in (await connection.execute(pages)).mappings():
            fields = dict(row)
            found[fields.pop("requested_id")].append(build(fields))
        return {u: self.page(own, window) for u, own in found.items()}
