"""Files of users: CSV (RFC 4180) and NDJSON, written so that no spreadsheet runs a formula and read back as they were.

A spreadsheet treats a cell that begins with one of FORMULA_STARTS as a formula; such a cell is written with a leading
apostrophe, which is removed again when it is read. The database writes the same lines for most exports
(`persistence/user_csv.py`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from api.files.columns import FORMULA_STARTS
from api.files.reader import Form
from domain import policies
from domain.models.actor import Actor
from domain.models.user import User
from domain.times import write_time

COLUMNS = ("email", "display_name", "role", "status", "email_verified", "id", "created_at", "last_seen_at")
MEDIA_TYPES = {Form.CSV: "text/csv; charset=utf-8", Form.NDJSON: "application/x-ndjson"}


def escape_formula(cell: str) -> str:
    """The cell, escaped so that no spreadsheet treats it as a formula."""
    return f"'{cell}" if cell.startswith((*FORMULA_STARTS, "'")) else cell


def write_csv(rows: Sequence[Sequence[str]]) -> str:
    """Lines of CSV that end in CR LF, their cells escaped."""
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows([escape_formula(cell) for cell in row] for row in rows)
    return lines.getvalue()


class UserWriter:
    """Writes users in one format, with what the viewer may see of them; with `hashes`, their password hashes too."""

    def __init__(self, form: Form, viewer: Actor, *, hashes: bool = False) -> None:
        self._form, self._viewer, self._hashes = form, viewer, hashes

    def header(self) -> str:
        """The first line of the file, if it has one."""
        columns = (*COLUMNS, "password_hash") if self._hashes else COLUMNS
        return write_csv([columns]) if self._form is Form.CSV else ""

    def lines(self, users: Sequence[User], hashes: Mapping[UUID, str] | None = None) -> str:
        """The lines of these users."""
        found = hashes or {}
        if self._form is Form.CSV:
            lines = io.StringIO(newline="")
            csv.writer(lines).writerows([self._cells(user, found) for user in users])
            return lines.getvalue()
        return "".join(orjson.dumps(self._record(user, found)).decode() + "\n" for user in users)

    def _values(self, user: User, hashes: Mapping[UUID, str]) -> list[str | bool | None]:
        """In the order of the columns."""
        seen = policies.can_see_email(self._viewer, user.id)
        values: list[str | bool | None] = [
            user.email if seen else "",
            user.display_name,
            user.role._value_,
            user.status._value_,
            user.email_verified_at is not None if seen else None,
            str(user.id),
            write_time(user.created_at),
            write_time(user.last_seen_at) if user.last_seen_at else None,
        ]
        return [*values, hashes.get(user.id)] if self._hashes else values

    def _cells(self, user: User, hashes: Mapping[UUID, str]) -> list[str]:
        """The cells of a line of CSV; only texts that users have written can begin like a formula."""
        email, name, role, status, verified, *others = self._values(user, hashes)
        known = "" if verified is None else "true" if verified else "false"
        written = [escape_formula(str(email)), escape_formula(str(name)), str(role), str(status), known]
        last = [str(value or "") for value in others]
        if self._hashes:
            last[-1] = escape_formula(last[-1])
        return [*written, *last]

    def _record(self, user: User, hashes: Mapping[UUID, str]) -> dict[str, str | bool | None]:
        columns = (*COLUMNS, "password_hash") if self._hashes else COLUMNS
        return dict(zip(columns, self._values(user, hashes), strict=True))
