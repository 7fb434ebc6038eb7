"""Pages of rows in memory; a cursor is the id of a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from domain.pagination import Page, Window


class Row(Protocol):
    """A row with an id."""

    @property
    def id(self) -> UUID: ...


R = TypeVar("R", bound=Row)


def page_of(rows: Sequence[R], window: Window) -> Page[R]:
    """The page of the ordered rows that the window selects."""
    ids = [str(r.id) for r in rows]
    begin = ids.index(window.after) + 1 if window.after else 0
    end = ids.index(window.before) if window.before else len(rows)
    found = list(rows[begin:end])
    found = found[::-1] if window.backward else found
    found = found[: window.size + 1]
    return Page.cut(found, [str(r.id) for r in found], window)
