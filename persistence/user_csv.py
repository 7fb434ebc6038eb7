"""Users as lines of CSV that PostgreSQL writes, in pages of the order of creation.

`COPY` writes cells as Python's csv module does: quoted where they need it, an absent or empty one as nothing. What it does
not do is done here: times in the form of `domain/times.py`, and lines that end in CR LF. A formula is escaped in the statement,
as `api/files/writer.py` escapes it. A page that cannot be taken apart for certain is not given (None); then its users are read
and written one by one. Each page is a statement of its own, received as a whole, so that a slow client holds no snapshot.
"""

from __future__ import annotations

from uuid import UUID

from domain.models.directory import CsvLines, UserQuery, UserSort
from persistence.direct import Direct
from persistence.user_conditions import Filtered
from persistence.user_query import cursor_of, keyset_of

_DAY, _SECOND, _MICROSECOND = len("2026-01-01"), len("2026-01-01 00:00:00"), len("2026-01-01 00:00:00.000000")
_UTC = b"+00"


def _escaped(column: str) -> str:
    """A cell that may begin a formula, after an apostrophe; most begin with a letter, which is seen at once."""
    starts = "'=', '+', '-', '@', E'\\t', E'\\r', U&'\\FF1D', U&'\\FF0B', U&'\\FF0D', U&'\\FF20', ''''"
    return (
        f"case when {column} >= 'A' collate \"C\" and {column} < U&'\\0100' collate \"C\" then {column}"
        f" when left({column}, 1) in ({starts}) then '''' || {column} else nullif({column}, '') end"
    )


_CELLS = (
    f"{_escaped('email')}, {_escaped('display_name')}, role, status,"
    " case when email_verified_at is null then 'false' else 'true' end, id, created_at, last_seen_at"
)
_COLUMNS = "email, display_name, role, status, email_verified_at, id, created_at, last_seen_at"


def can_write(query: UserQuery) -> bool:
    """Whether the lines of a query's users can be written here: all of some traits, in order of creation."""
    return (
        query.search is None
        and query.sort is UserSort.CREATED_AT
        and query.by_email
        and query.window.before is None
        and not query.window.backward
        and Filtered.of(query).form() is not None
    )


async def csv_lines(direct: Direct, query: UserQuery) -> CsvLines | None:
    """The lines of the first users of a query's window, as many as it has. Raises Unavailable, ValidationFailed."""
    keyset, window = keyset_of(query), query.window
    sign, way = ("<", "desc") if query.descending else (">", "asc")
    after = ""
    if window.after is not None:
        moment, user_id = keyset.decode(window.after, "after")  # of these types, so that they may be part of the text
        after = f"and (created_at, id) {sign} ('{moment.isoformat()}'::timestamptz, '{user_id}'::uuid)"
    ordered = f"order by created_at {way}, id {way} limit {window.size + 1}"
    # Each list with its own limit: without, PostgreSQL reads all users for a page and sorts them.
    lists = " union all ".join(
        f"(select {_COLUMNS} from users where traits = {number} {after} {ordered})"  # noqa: S608 - integers, see above
        for number in sorted(Filtered.of(query).traits)
    )
    data, count = await direct.copy(f"select {_CELLS} from ({lists}) u {ordered}")  # noqa: S608 - as above
    if data.count(b"\n") != count:
        return None  # a name has a line break
    return _lines(query, data, count)


def _lines(query: UserQuery, data: bytes, count: int) -> CsvLines | None:
    """The page of lines that COPY has written, which one more may follow."""
    lines, before, created = list[bytes](), b"", None
    for line in data.split(b"\n", query.window.size)[: min(count, query.window.size)]:
        before, created_text, seen_text = line.rsplit(b",", 2)
        created, seen = _time(created_text), _time(seen_text) if seen_text else b""
        if created is None or seen is None:
            return None
        lines.append(b"%b,%b,%b\r\n" % (before, created, seen))
    end = None
    if created is not None and count > len(lines):
        end = cursor_of(query, created.decode(), UUID(before[-36:].decode()))
    return CsvLines(b"".join(lines).decode(), len(lines), end)


def _time(text: bytes) -> bytes | None:
    """RFC 3339 of PostgreSQL's ISO format in UTC; None for another text, such as one of another epoch or setting."""
    if text[-3:] != _UTC or text[4:5] != b"-" or text[_DAY : _DAY + 1] != b" ":
        return None
    size = len(text) - len(_UTC)
    if size == _SECOND:
        return b"%bT%bZ" % (text[:_DAY], text[_DAY + 1 : size])
    if _SECOND < size <= _MICROSECOND:
        return b"%bT%bZ" % (text[:_DAY], text[_DAY + 1 : size].ljust(_MICROSECOND - _DAY - 1, b"0"))
    return None
