"""Files of users: which rows are read, which are refused and why, and that an export can be imported unchanged."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.files.columns import FORMULA_STARTS, unescape_formula
from api.files.lines import LINE_MAX, Lines
from api.files.reader import FIELD_MAX, Form, UserFile
from api.files.refused import FileRefused
from api.files.writer import Writer, escape_formula
from domain.services.importing import ImportRefusal, ImportRow

HEADER = b"email,display_name,role\n"
TEXTS = st.text(
    st.one_of(
        st.sampled_from("=+-@'\"\t,;|\0\ufeff\u2028"),
        st.characters(codec="utf-8", exclude_characters="\r\n\ufffd"),
    ),
    max_size=40,
)
"""Anything that a stored text can have."""
USERS = st.lists(st.tuples(TEXTS.map("a@{}".format), TEXTS, TEXTS), max_size=5)


def read(content: bytes, form: Form = Form.CSV) -> list[ImportRow | ImportRefusal]:
    """The rows of a file."""
    return list(UserFile(io.BytesIO(content), form))


def written(users: list[tuple[str, str, str]], form: Form) -> bytes:
    """The content of an export."""
    out = io.StringIO(newline="")
    writer = Writer(out, form)
    for person in users:
        writer.write(*person)
    return out.getvalue().encode()


def texts(rows: list[ImportRow | ImportRefusal]) -> list[tuple[str, str, str]]:
    """The fields of the rows; none may be refused."""
    assert all(isinstance(r, ImportRow) for r in rows), rows
    return [(r.email, r.display_name, r.role) for r in rows if isinstance(r, ImportRow)]


def reasons(rows: list[ImportRow | ImportRefusal]) -> list[tuple[int, str, str]]:
    """Line, field and reason of each refused row."""
    return [(r.line, r.field, r.reason) for r in rows if isinstance(r, ImportRefusal)]


@pytest.mark.parametrize("form", list(Form))
@given(users=USERS)
def test_an_export_is_imported_unchanged(form: Form, users: list[tuple[str, str, str]]) -> None:
    assert texts(read(written(users, form), form)) == users


@given(cell=TEXTS)
def test_no_cell_begins_a_formula_and_each_is_read_unchanged(cell: str) -> None:
    assert not escape_formula(cell).startswith(FORMULA_STARTS)
    assert unescape_formula(escape_formula(cell)) == cell


def test_formulas_are_escaped_in_csv_and_unchanged_in_ndjson() -> None:
    person = ("a@example.com", "=HYPERLINK(1)", "member")
    assert b",'=HYPERLINK(1)," in written([person], Form.CSV)
    assert json.loads(written([person], Form.NDJSON))["display_name"] == "=HYPERLINK(1)"


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
