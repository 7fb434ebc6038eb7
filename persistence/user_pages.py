"""Pages of the plain directory, by statements that are built once.

A page without a search whose filter is on traits alone, as the console and most clients ask for, depends on its order,
its filter and its size; everything else is the key in its cursor.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from sqlalchemy import Uuid, bindparam

from domain.models.directory import UserQuery, UserSort
from domain.models.user import User
from domain.pagination import Page
from persistence.direct import Direct, Prepared
from persistence.keyset import Keyset
from persistence.user_query import keyset_of, user_from_record
from persistence.user_walk import walked

KEPT = 200
"""Statements that are kept; one takes about 10 KiB."""


def is_plain(query: UserQuery) -> bool:
    """Whether a page depends on traits alone."""
    f = query.filter
    others = (f.online, f.email, f.id, f.created_after, f.created_before)
    return query.search is None and query.sort is not UserSort.RELEVANCE and all(part is None for part in others)


class UserPages:
    """One per process."""

    def __init__(self, direct: Direct) -> None:
        self._direct = direct
        self._statements: OrderedDict[Hashable, Prepared] = OrderedDict()

    async def page(self, query: UserQuery) -> Page[User]:
        """A page of a plain query. Raises Unavailable, and ValidationFailed for a cursor of another list."""
        keyset, window = keyset_of(query), query.window
        marks: dict[str, Any] = {}
        for name, cursor in (("after", window.after), ("before", window.before)):
            if cursor is not None:
                marks[f"{name}_key"], marks[f"{name}_id"] = keyset.decode(cursor, name)
        rows = await self._direct.fetch(self._statement(query, keyset), **marks)
        return keyset.page([user_from_record(row) for row in rows], window)

    def _statement(self, query: UserQuery, keyset: Keyset[User]) -> Prepared:
        window, wanted = query.window, query.filter
        traits = (wanted.status, wanted.role, wanted.email_verified, wanted.can_sign_in)
        bounds = (window.after is None, window.before is None, window.backward)
        shape = (query.sort, query.descending, window.size, *bounds, *traits)
        found = self._statements.get(shape)
        if found is None:
            found = self._statements[shape] = _prepared(query, keyset)
            if len(self._statements) > KEPT:
                self._statements.popitem(last=False)
        else:
            self._statements.move_to_end(shape)
        return found


def _prepared(query: UserQuery, keyset: Keyset[User]) -> Prepared:
    """The statement with the keys of its cursors as parameters."""
    type_ = keyset.columns[0].type

    def marks(_: str, name: str) -> list[Any]:
        return [bindparam(f"{name}_key", type_=type_), bindparam(f"{name}_id", type_=Uuid())]

    return Prepared(walked(query, replace(keyset, decode=marks)))
