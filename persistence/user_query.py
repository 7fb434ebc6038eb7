"""Queries of the directory as SQL: filter, search and order.

The search finds what holds the text anywhere (LIKE, which also finds prefixes), what has words that begin like the
searched ones (tsvector), and what resembles it (pg_trgm word similarity). All three read GIN indexes from three
letters on; below that the words index answers for prefixes and LIKE reads along the sort order, which ends early
because short texts match often. What matches often may be long too, so the first few in the order are looked at before
the indexes are asked. The text is always data: LIKE's signs are escaped and the tsquery is built from
letters and digits only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, cast, func, literal, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from domain.models.directory import UserQuery, UserSort
from domain.models.text import SEARCH_WORDS_MAX, fold
from domain.models.user import User
from domain.pagination import decode_key, decode_moment, encode_key
from persistence.keyset import Keyset
from persistence.user_table import NEVER, users

S = TypeVar("S", bound=Select[Any])
Columns = ReadOnlyColumnCollection[str, Any]

COLUMNS = [users.c[f.name] for f in fields(User)]
NEAR = 20
"""How many users `nearest` scans for each row of a page: enough if at least one in this many matches."""
NEVER_SEEN = datetime(1970, 1, 1, tzinfo=UTC)

_KEYS: dict[UserSort, Callable[[Columns], ColumnElement[Any]]] = {
    UserSort.CREATED_AT: lambda c: c.created_at,
    UserSort.UPDATED_AT: lambda c: c.updated_at,
    UserSort.EMAIL: lambda c: c.email,
    UserSort.DISPLAY_NAME: lambda c: c.name_key,
    UserSort.LAST_SEEN_AT: lambda c: func.coalesce(c.last_seen_at, literal_column(NEVER)),
}
_VALUES: dict[UserSort, Callable[[User], str]] = {
    UserSort.CREATED_AT: lambda u: u.created_at.isoformat(),
    UserSort.UPDATED_AT: lambda u: u.updated_at.isoformat(),
    UserSort.EMAIL: lambda u: u.email,
    UserSort.DISPLAY_NAME: lambda u: fold(u.display_name),
    UserSort.LAST_SEEN_AT: lambda u: (u.last_seen_at or NEVER_SEEN).isoformat(),
}
_TIMES = {UserSort.CREATED_AT, UserSort.UPDATED_AT, UserSort.LAST_SEEN_AT}


def matching(question: S, query: UserQuery) -> S:
    """The query, limited to users that match the filter and the search."""
    conditions = _filtered(query, users.c)
    if query.search is not None:
        conditions.append(_found(query.search, by_email=query.by_email))
    return question.where(*conditions)


def nearest(query: UserQuery) -> Select[Any]:
    """The matches among the first few users in the page's order: complete if they fill the page.

    Otherwise a search with many matches would collect them all to show the first twenty (measured with 100,000 users of
    one domain: 180 ms instead of 4).
    """
    window, keyset = query.window, keyset_of(query)
    near = keyset.cut(select(users), window, NEAR * (window.size + 1)).subquery("near")
    conditions = _filtered(query, near.c)
    if query.search is not None:
        conditions.append(or_(*_ways(query.search, near.c, by_email=query.by_email)))
    question = select(*[near.c[column.name] for column in COLUMNS]).where(*conditions)
    return question.order_by(*keyset.order(window, _key(query, near.c))).limit(window.size + 1)


def _filtered(query: UserQuery, c: Columns) -> list[ColumnElement[bool]]:
    wanted = query.filter
    conditions: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        conditions.append(c.status.in_([str(s) for s in wanted.status]))
    if wanted.role is not None:
        conditions.append(c.role.in_([str(r) for r in wanted.role]))
    if wanted.email_verified is not None:
        verified = c.email_verified_at
        conditions.append(verified.is_not(None) if wanted.email_verified else verified.is_(None))
    if wanted.created_after is not None:
        conditions.append(c.created_at > wanted.created_after)
    if wanted.created_before is not None:
        conditions.append(c.created_at < wanted.created_before)
    if wanted.online is not None:
        online = c.id.in_(query.online_ids or ())
        conditions.append(online if wanted.online else ~online)
    return conditions


def like_part(search: str) -> str:
    """The LIKE pattern for a text that holds the search, with LIKE's own signs taken literally."""
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def is_long(search: str) -> bool:
    """Whether the indexes find it: they hold groups of three letters."""
    return len(search) > 2


def _words(search: str) -> list[str]:
    """The words to look up, as many as a search may have: an address may be cut into more of them at its dots."""
    return re.findall(r"\w+", search)[:SEARCH_WORDS_MAX]


def _ways(search: str, c: Columns, *, by_email: bool) -> list[ColumnElement[bool]]:
    part = like_part(search)
    ways: list[ColumnElement[bool]] = [c.name_key.like(part)]
    if by_email:
        ways.append(c.email.like(part))
    words = _words(search)
    if words:
        mark = ":*" if by_email else ":*A"
        asked = " & ".join(f"{w}{mark}" for w in words)
        ways.append(c.search.op("@@")(func.to_tsquery(cast("simple", REGCONFIG), asked)))
    if is_long(search):
        ways.append(literal(search).op("<%")(c.name_key))
        if by_email:
            ways.append(literal(search).op("<%")(c.email))
    return ways


def _found(search: str, *, by_email: bool) -> ColumnElement[bool]:
    ways = or_(*_ways(search, users.c, by_email=by_email))
    if not is_long(search):
        return ways
    # Kept apart, because the planner thinks that reading along the sort order would meet matches early. It does not
    # when there are few or none, and then it reads everybody (measured at 100,000: 400 ms instead of 2).
    found = select(users.c.id).where(ways).cte("found").prefix_with("MATERIALIZED")
    return users.c.id.in_(select(found.c.id))


def keyset_of(query: UserQuery) -> Keyset[User]:
    """The order that the query asks for; the id breaks ties."""
    kind = f"{query.sort}-{'desc' if query.descending else 'asc'}"
    decode = decode_moment if query.sort in _TIMES else decode_key
    value_of = _VALUES[query.sort]
    return Keyset(
        columns=_key(query, users.c),
        encode=lambda u: encode_key(kind, value_of(u), u.id),
        decode=lambda cursor, field: decode(kind, cursor, field),
        descending=query.descending,
    )


def _key(query: UserQuery, c: Columns) -> Sequence[ColumnElement[Any]]:
    return _KEYS[query.sort](c), c.id


FOUND_BY = text("""
select (r.name like :part or coalesce(r.email like :part, false)
     or (cast(:asked as text) <> '' and (setweight(to_tsvector('simple', r.name), 'A')
         || setweight(to_tsvector('simple', translate(coalesce(r.email, ''), '@._+-', '     ')), 'B'))
         @@ to_tsquery('simple', :asked))
     or (length(:word) > 2 and (cast(:word as text) <% r.name or coalesce(cast(:word as text) <% r.email, false)))) as found
from rows from (jsonb_to_recordset(cast(:rows as jsonb)) as (name text, email text)) with ordinality as r(name, email, place)
order by place
""")


def terms(search: str) -> dict[str, str]:
    """The parameters of FOUND_BY; an e-mail of null is one that may not be searched."""
    return {
        "part": like_part(search),
        "word": search,
        "asked": " & ".join(f"{w}:*" for w in _words(search)),
    }
