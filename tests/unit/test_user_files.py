"""Files of users: which rows are read, which are refused and why, and that an export can be imported unchanged."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.files.columns import FORMULA_STARTS, unescape_formula
from api.files.lines import LINE_MAX, Lines
from api.files.reader import FIELD_MAX, Form, UserFile
from api.files.refused import FileRefused
from api.files.writer import UserWriter, escape_formula
from domain.errors import ValidationFailed
from domain.models.actor import Actor, Role, system
from domain.models.text import clean_name
from domain.models.user import Status, User
from domain.services.attempts import AttemptLimits
from domain.services.importing import ImportRefusal, ImportRow
from domain.services.user import new_user
from tests.unit.world import World

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = b"email,display_name,role\n"
TEXTS = st.text(
    st.one_of(
        st.sampled_from("=+-@'\"\t,;|\0\ufeff\u2028"),
        st.characters(codec="utf-8", exclude_characters="\r\n\ufffd"),
    ),
    max_size=40,
)
"""Anything that a stored text can have."""


def is_name(text: str) -> bool:
    """Whether a name can be stored exactly so."""
    try:
        return clean_name(text) == text
    except ValidationFailed:
        return False


NAMES = TEXTS.filter(is_name) | st.sampled_from(
    ["=1+1", "'quoted'", "-", 'A "B", C; D|E', "@x", "佐藤 \u4e00", "sep=;"]
)
USERS = st.lists(
    st.tuples(NAMES, st.sampled_from(Role), st.sampled_from([Status.ACTIVE, Status.DISABLED]), st.booleans()),
    max_size=5,
).map(
    lambda drawn: [
        user(name, f"u{i}@example.com", role=role, status=status, email_verified_at=NOW if verified else None)
        for i, (name, role, status, verified) in enumerate(drawn)
    ]
)


def read(content: bytes, form: Form = Form.CSV) -> list[ImportRow | ImportRefusal]:
    """The rows of a file."""
    return list(UserFile(io.BytesIO(content), form))


def written(users: Sequence[User], form: Form) -> bytes:
    """The content of an export by the operator."""
    writer = UserWriter(form, system())
    return (writer.header() + writer.lines(users)).encode()


def user(name: str, email: str = "a@example.com", **fields: Any) -> User:
    """A user with this name, as stored."""
    return replace(new_user(email, name, Role.MEMBER, NOW), **fields)


def texts(rows: list[ImportRow | ImportRefusal]) -> list[tuple[str, str, str]]:
    """The fields of the rows; none may be refused."""
    assert all(isinstance(r, ImportRow) for r in rows), rows
    return [(r.email, r.display_name, r.role) for r in rows if isinstance(r, ImportRow)]


def reasons(rows: list[ImportRow | ImportRefusal]) -> list[tuple[int, str, str]]:
    """Line, field and reason of each refused row."""
    return [(r.line, r.field, r.reason) for r in rows if isinstance(r, ImportRefusal)]


@given(users=USERS)
async def test_an_export_is_imported_elsewhere_as_it_was(users: list[User]) -> None:
    for form in Form:
        world = World.over(AttemptLimits())
        rows = read(written(users, form), form)
        assert reasons(rows) == []
        result = await world.imports.import_batch(system(), [r for r in rows if isinstance(r, ImportRow)])
        assert not result.refused
        assert sorted(map(essence, world.store.state.users.values())) == sorted(map(essence, users))


def essence(user: User) -> tuple[str, str, str, str, bool]:
    """What an import brings along."""
    return user.email, user.display_name, user.role, user.status, user.email_verified_at is not None


@given(cell=TEXTS)
def test_no_cell_begins_a_formula_and_each_is_read_unchanged(cell: str) -> None:
    assert not escape_formula(cell).startswith(FORMULA_STARTS)
    assert unescape_formula(escape_formula(cell)) == cell


@pytest.mark.parametrize("name", ["''", "'=1", "'''Ann", "=1"])
@pytest.mark.parametrize("form", Form)
def test_leading_apostrophes_of_a_name_are_its_own(name: str, form: Form) -> None:
    assert [found for _, found, _ in texts(read(written([user(name)], form), form))] == [name]


def test_formulas_are_escaped_in_csv_and_unchanged_in_ndjson() -> None:
    users = [user("=HYPERLINK(1)")]
    assert b",'=HYPERLINK(1)," in written(users, Form.CSV)
    assert json.loads(written(users, Form.NDJSON))["display_name"] == "=HYPERLINK(1)"


def test_an_export_shows_addresses_and_hashes_only_to_those_who_may_have_them() -> None:
    users = [user("Ada", "ada@example.com"), user("Bo", "bo@example.com")]
    member = Actor(users[1].id, Role.MEMBER, None)
    shown = UserWriter(Form.CSV, member).lines(users).splitlines()
    assert [line.split(",")[0] for line in shown] == ["", "bo@example.com"]
    writer = UserWriter(Form.CSV, system(), hashes=True)
    assert writer.header().strip().split(",")[-1] == "password_hash"
    assert [line.split(",")[-1] for line in writer.lines(users, {users[0].id: "$x"}).splitlines()] == ["$x", ""]


@pytest.mark.parametrize(
    "header",
    [
        b"email,display_name,role\n",
        b"\xef\xbb\xbfemail,display_name,role\r\n",
        b'\xef\xbb\xbf"email","display_name","role"\n',
        b" Email , DISPLAY_NAME,role\n",
    ],
    ids=["plain", "mark", "mark-and-quotes", "loose"],
)
def test_accepted_headers(header: bytes) -> None:
    assert texts(read(header + b"a@example.com,Ada,admin\n")) == [("a@example.com", "Ada", "admin")]


def test_columns_may_be_in_another_order_and_all_but_the_address_may_be_omitted() -> None:
    assert texts(read(b"display_name,email\nAda,a@example.com\n")) == [("a@example.com", "Ada", "")]
    assert texts(read(b"email\na@example.com\n")) == [("a@example.com", "", "")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "lacks the column email; it has: nothing"),
        (b"a@example.com,Ada,member\n", "lacks the column email"),
        (b"name,role\n", "lacks the column email; it has: name, role"),
        (b"email,display_name,E-Mail\n", "has the column email twice"),
        (b'"email,display_name', "not CSV: A quote on this line is not closed"),
        (b"e\0m\0a\0i\0l\0", "looks like UTF-16 without a mark"),
        (b"na\x1bme\n", "it has: na\u00b7me"),
    ],
    ids=["empty", "missing", "short", "doubled", "unclosed", "utf-16", "control"],
)
def test_a_wrong_header_refuses_the_file_with_one_readable_line(content: bytes, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(content)
    message = str(refused.value)
    assert said in message
    assert message.isprintable()


def test_blank_lines_and_lines_of_separators_are_numbered_but_are_not_rows() -> None:
    assert [r.line for r in read(HEADER + b'\na@example.com,Ada,\n,,\n , ,""\nb@example.com,Bo,\n')] == [3, 6]
    ndjson = b'\n{"email":"a@example.com","display_name":"Ada"}\n \n'
    assert [r.line for r in read(ndjson, Form.NDJSON)] == [2]


@pytest.mark.parametrize(
    "name",
    [b"x" * 3 * LINE_MAX, b'"' + b"x" * 3 * LINE_MAX + b'"', b"x," * LINE_MAX],
    ids=["one-field", "quoted", "fields"],
)
def test_an_overlong_line_is_refused_in_bounded_memory_and_the_next_line_is_read(name: bytes) -> None:
    content = HEADER + b"a@example.com," + name + b",member\r\nb@example.com,Bo,\n"
    lines = Lines(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline=""))
    assert max(map(len, lines)) < LINE_MAX + 10
    rows = read(content)
    assert [(line, field) for line, field, _ in reasons(rows)] == [(2, "line")]
    assert rows[-1] == ImportRow(3, "b@example.com", "Bo", "")
    assert reasons(read(b'{"email":"%s"}' % name, Form.NDJSON)) == [(1, "line", "This line is too long")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("length", [LINE_MAX - 1, LINE_MAX, LINE_MAX + 1])
def test_line_numbers_stay_correct_near_the_length_limit(end: bytes, length: int) -> None:
    content = b"x" * (length - len(end)) + end + b"y" + end
    assert len(list(Lines(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")))) == 2


def test_an_overlong_field_is_refused() -> None:
    rows = read(HEADER + b"a@example.com," + b"x" * (FIELD_MAX + 1) + b",member\n")
    assert reasons(rows) == [(2, "display_name", "This line is too long")]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (b"7", "line", "Not a JSON object"),
        (b"[]", "line", "Not a JSON object"),
        (b"{", "line", "Not JSON"),
        (b"[" * 5000, "line", "Not JSON"),
        (b'{"email": "a@example.com", "role": ["admin"]}', "role", "This field is not text"),
        (
            b'{"email": "a@example.com", "role": {"name": "admin"}, "display_name": []}',
            "display_name",
            "This field is not text",
        ),
        (b'{"display_name": "Ada"}', "email", "This field is missing"),
    ],
    ids=["number", "list", "cut", "deep", "list-field", "object", "missing"],
)
def test_refusals_of_ndjson(line: bytes, field: str, reason: str) -> None:
    good = b'{"email":"b@example.com","display_name":"Bo","role":"auditor"}\n'
    rows = read(b"\xef\xbb\xbf" + line + b"\n" + good, Form.NDJSON)
    assert reasons(rows) == [(1, field, reason)]
    assert texts(rows[1:]) == [("b@example.com", "Bo", "auditor")]
