"""Users with the events that report their creation, written by one statement.

What it is given is made row by row beforehand, while the database is busy with the transaction before. Each column is one
text that PostgreSQL splits: JSON takes it longer, and arrays took the driver 40 µs a row, as much as reading and checking it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Column, DateTime, String, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.event import NewEvent
from domain.models.user import User
from persistence.log import appender
from persistence.records import names
from persistence.user import ADDED, row_of

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_BETWEEN, _NULL = "\x1f", "\x1e"
"""The separators of units and records in ASCII. No text of a user or an event has one; were there one, nothing is written."""


class SqlNewUsers:
    """The rows of users and events, in the order in which they were added."""

    def __init__(self) -> None:
        self.events: list[NewEvent] = []
        self._user_rows: list[Sequence[Any]] = []
        self._event_rows: list[Sequence[Any]] = []

    def add(self, user: User, password_hash: str | None, event: NewEvent) -> None:
        """Add a user."""
        self.events.append(event)
        self._user_rows.append((*row_of(user), password_hash))
        self._event_rows.append(tuple(event.to_record().values()))

    def values(self) -> dict[str, str]:
        """The parameters of ADD_NEW. Raises ValueError for a text with a separator."""
        users = zip(_USER_TEXTS.items(), zip(*self._user_rows, strict=True), strict=True)
        events = zip(_EVENT_TEXTS.items(), zip(*self._event_rows, strict=True), strict=True)
        return {name: _joined(column, written) for (name, written), column in (*users, *events)}


async def add_new_users(connection: AsyncConnection, new: SqlNewUsers) -> set[UUID]:
    """Insert them, skipping e-mails that are taken; returns the ids of those that were skipped.

    The hash comes with the row, because it is one of the traits by which users are listed: to add it later writes the
    user's words again.
    """
    return set((await connection.execute(ADD_NEW, new.values())).scalars()) if new.events else set()


def _joined(column: Sequence[Any], written: Callable[[Any], str]) -> str:
    """The values as one text, and a null after them: without it, one empty text would be an array without elements."""
    texts = [_NULL if value is None else written(value) for value in column]
    joined = _BETWEEN.join([*texts, _NULL])
    if joined.count(_BETWEEN) != len(texts) or joined.count(_NULL) != column.count(None) + 1:
        raise ValueError("A text has a control character that separates values")
    return joined


def _texts(columns: Sequence[Column[Any]], prefix: str) -> Mapping[str, Callable[[Any], str]]:
    """By the name of its parameter, how a value of each column is written as text."""
    return {f"{prefix}_{c.name}": _written_as(c) for c in columns}


def _written_as(column: Column[Any]) -> Callable[[Any], str]:
    if isinstance(column.type, JSONB):
        return lambda value: orjson.dumps(value).decode()
    if isinstance(column.type, postgresql.UUID):
        return lambda value: value.hex
    return lru_cache(16)(datetime.isoformat) if isinstance(column.type, DateTime) else str


def _arrays(columns: Sequence[Column[Any]], prefix: str) -> str:
    """The values of a table's columns, as an item of a FROM clause that is called `r`; the last row is of nulls."""
    arrays = ", ".join(
        f"cast(string_to_array(cast(:{prefix}_{c.name} as text), E'\\x1f', E'\\x1e') as {_kind(c)}[])" for c in columns
    )
    return f"unnest({arrays}) with ordinality as r({names(columns)}, ordinality)"


def _kind(column: Column[Any]) -> str:
    """The type of the column's values, texts in any length: a cast would cut them."""
    return "text" if isinstance(column.type, String) else column.type.compile(_DIALECT)


_USER_TEXTS, _EVENT_TEXTS = _texts(ADDED, "user"), _texts(appender.COLUMNS, "event")
ADD_NEW = text(f"""
with added as (
  insert into users ({names(ADDED)}) select {names(ADDED)} from {_arrays(ADDED, "user")} where r.id is not null
  on conflict (email) do nothing returning id),
appended as (
  insert into events ({names(appender.COLUMNS)}) select {names(appender.COLUMNS)} from {_arrays(appender.COLUMNS, "event")}
  where r.subject_id in (select added.id from added) order by r.ordinality)
select r.id from {_arrays([c for c in ADDED if c.name == "id"], "user")}
where r.id is not null and r.id not in (select added.id from added)
""")  # noqa: S608 - built from the tables' own columns
