"""Users over SQL: rows in, entities out, and the orders in which they are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, func, literal, literal_column, or_, select

from domain.models.actor import Role
from domain.models.directory import UserQuery, UserSort
from domain.models.user import Status, User
from domain.models.words import name_key
from domain.pagination import decode_key, decode_moment, encode_key, encode_plain_key
from persistence.keyset import Keyset
from persistence.user_table import NEVER, users

STORED = [users.c[f.name] for f in fields(User) if f.name in users.c]
CAN_SIGN_IN = or_(users.c.password_hash.is_not(None), users.c.has_passkey)
COLUMNS = [*STORED, CAN_SIGN_IN.label("can_sign_in")]
TOP = "\U0010ffff"
"""Sorts behind everything that may follow a beginning."""
NEVER_SEEN = datetime(1970, 1, 1, tzinfo=UTC)

_KEYS: dict[UserSort, ColumnElement[Any]] = {
    UserSort.CREATED_AT: users.c.created_at,
    UserSort.UPDATED_AT: users.c.updated_at,
    UserSort.EMAIL: users.c.email,
    UserSort.DISPLAY_NAME: users.c.name_key,
    UserSort.LAST_SEEN_AT: func.coalesce(users.c.last_seen_at, literal_column(NEVER)),
}
_VALUES: dict[UserSort, Callable[[User], str]] = {
    UserSort.CREATED_AT: lambda u: u.created_at.isoformat(),
    UserSort.UPDATED_AT: lambda u: u.updated_at.isoformat(),
    UserSort.EMAIL: lambda u: u.email,
    UserSort.DISPLAY_NAME: lambda u: name_key(u.display_name),
    UserSort.LAST_SEEN_AT: lambda u: (u.last_seen_at or NEVER_SEEN).isoformat(),
}
_ROLES: Mapping[str, Role] = {str(role): role for role in Role}
_STATUSES: Mapping[str, Status] = {str(status): status for status in Status}
_TIMES = {UserSort.CREATED_AT, UserSort.UPDATED_AT, UserSort.LAST_SEEN_AT}


def end_of(sort: UserSort, *, down: bool) -> ColumnElement[Any]:
    """A value that no key of this order is beyond, when read downwards or upwards."""
    if sort in _TIMES:
        return literal_column(f"'{'-' if down else ''}infinity'::timestamptz")
    return literal("" if down else TOP)


def count_up_to(limit: int, table: FromClause, *conditions: ColumnElement[bool]) -> Select[int]:
    """The number of rows that meet the conditions; no more than `limit` are read."""
    some = select(literal(1)).select_from(table).where(*conditions).limit(limit).subquery()
    return select(func.count()).select_from(some)


def user_from_row(row: Mapping[str, Any]) -> User:
    """A user from a row with COLUMNS."""
    return User(**{**row, "role": Role(row["role"]), "status": Status(row["status"])})


def user_from_record(record: Iterable[Any]) -> User:
    """A user from a row with COLUMNS, in their order, which is that of the entity's fields."""
    id_, email, display_name, role, status, *rest = record
    return User(id_, email, display_name, _ROLES[role], _STATUSES[status], *rest)


def keyset_of(query: UserQuery) -> Keyset[User]:
    """The order that the query asks for; the id breaks ties."""
    return _keyset(query.sort, query.descending)


def cursor_of(query: UserQuery, moment: str, user_id: UUID) -> str:
    """The cursor of a user in an order by time."""
    return encode_plain_key(_kind(query.sort, query.descending), moment, user_id)


def _kind(sort: UserSort, descending: bool) -> str:
    return f"{sort}-{'desc' if descending else 'asc'}"


@cache
def _keyset(sort: UserSort, descending: bool) -> Keyset[User]:
    kind = _kind(sort, descending)
    decode, encode = (decode_moment, encode_plain_key) if sort in _TIMES else (decode_key, encode_key)
    value_of = _VALUES[sort]
    return Keyset(
        columns=(_KEYS[sort].label("key"), users.c.id),
        encode=lambda u: encode(kind, value_of(u), u.id),
        decode=lambda cursor, field: decode(kind, cursor, field),
        descending=descending,
    )
