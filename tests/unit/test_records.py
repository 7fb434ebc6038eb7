"""Files of users: which rows are read, which are refused and why, and that an export can be imported unchanged."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli.files.people import (
    FIELD_MAX,
    FORMULA_STARTS,
    LINE_MAX,
    STRAY_BYTES,
    FileRefused,
    Form,
    Lines,
    Writer,
    escape_formula,
    read_csv,
    read_ndjson,
    unescape_formula,
)
from domain.services.importing import ImportRefusal, ImportRow

HEADER = b"email,display_name,role\n"
TEXTS = st.text(
    st.one_of(st.sampled_from("=+-@'\"\t\r\n,;\0\ufeff\ufffd\u2028"), st.characters(codec="utf-8")), max_size=40
)
USERS = st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=5)


def stream_of(content: bytes) -> io.TextIOWrapper:
    """A file, opened as the command opens it."""
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", errors=STRAY_BYTES, newline="")


def read(content: bytes, form: Form = Form.CSV) -> list[ImportRow | ImportRefusal]:
    """The rows of a file."""
    return list((read_csv if form is Form.CSV else read_ndjson)(Lines(stream_of(content))))


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


@given(content=st.binary(max_size=300) | st.text('",\r\n\0ab', max_size=60).map(str.encode))
def test_the_readers_accept_any_bytes_without_failing(content: bytes) -> None:
    rows = read(HEADER + content) + read(content, Form.NDJSON)
    assert all(r.line >= 1 for r in rows)
    for row in rows:
        if isinstance(row, ImportRow):
            (row.email + row.display_name + row.role).encode()


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


def test_columns_may_be_in_another_order_and_the_role_may_be_omitted() -> None:
    assert texts(read(b"display_name,email\nAda,a@example.com\n")) == [("a@example.com", "Ada", "")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "lacks display_name, email"),
        (b"a@example.com,Ada,member\n", "lacks display_name, email"),
        (b"email,role\n", "lacks display_name"),
        (b"email,display_name,age\n", "unknown column 'age'"),
        (b"email,display_name,email\n", "repeats a column"),
        (b'"email,display_name', "not CSV"),
        ("email,display_name\n".encode("utf-16"), "unknown"),
    ],
    ids=["empty", "missing", "short", "unknown", "doubled", "unclosed", "utf-16"],
)
def test_a_wrong_header_refuses_the_file_with_one_readable_line(content: bytes, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(content)
    message = str(refused.value)
    assert said in message
    assert message.isprintable()


def test_a_row_with_quoted_newlines_is_named_by_its_last_line() -> None:
    rows = read(HEADER + b'a@example.com,"Ada\nKing",admin\r\nb@example.com,"B ""the"" C"\n')
    assert rows[0] == ImportRow(3, "a@example.com", "Ada\nKing", "admin")
    assert reasons(rows) == [(4, "line", "2 fields instead of 3")]


def test_blank_lines_are_numbered_but_are_not_rows() -> None:
    assert [r.line for r in read(HEADER + b"\na@example.com,Ada,\n\nb@example.com,Bo,\n")] == [3, 5]
    ndjson = b'\n{"email":"a@example.com","display_name":"Ada"}\n \n'
    assert [r.line for r in read(ndjson, Form.NDJSON)] == [2]


def test_invalid_utf8_refuses_only_its_row_and_the_replacement_character_is_accepted() -> None:
    rows = read(HEADER + b"a@example.com,A\xffda,\nb@example.com,Bo\n".replace(b"Bo", "B\ufffd,".encode()))
    assert reasons(rows) == [(2, "line", "Not UTF-8")]
    assert texts(rows[1:]) == [("b@example.com", "B\ufffd", "")]
    assert reasons(read(b'{"email":"\xff","display_name":"A"}', Form.NDJSON)) == [(1, "line", "Not UTF-8")]


def test_a_stray_quote_refuses_only_its_row() -> None:
    rows = read(HEADER + b'a@example.com,"Ada" King,\nb@example.com,Bo,\n')
    assert [(line, field) for line, field, _ in reasons(rows)] == [(2, "line")]
    assert texts(rows[1:]) == [("b@example.com", "Bo", "")]


@pytest.mark.parametrize(
    "name",
    [b"x" * 3 * LINE_MAX, b'"' + b"x" * 3 * LINE_MAX + b'"', b"x," * LINE_MAX],
    ids=["one-field", "quoted", "fields"],
)
def test_an_overlong_line_is_refused_in_bounded_memory_and_the_next_line_is_read(name: bytes) -> None:
    content = HEADER + b"a@example.com," + name + b",member\r\nb@example.com,Bo,\n"
    lines = Lines(stream_of(content))
    assert max(map(len, lines)) < LINE_MAX + 10
    assert lines.bytes == len(content)
    rows = read(content)
    assert [(line, field) for line, field, _ in reasons(rows)] == [(2, "line")]
    assert rows[-1] == ImportRow(3, "b@example.com", "Bo", "")
    assert reasons(read(b'{"email":"%s"}' % name, Form.NDJSON)) == [(1, "line", "This line is too long")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("length", [LINE_MAX - 1, LINE_MAX, LINE_MAX + 1])
def test_line_numbers_stay_correct_near_the_length_limit(end: bytes, length: int) -> None:
    content = b"x" * (length - len(end)) + end + b"y" + end
    assert len(list(Lines(stream_of(content)))) == 2


def test_an_overlong_field_is_refused() -> None:
    rows = read(HEADER + b"a@example.com," + b"x" * (FIELD_MAX + 1) + b",member\n")
    assert reasons(rows) == [(2, "line", "This line is too long")]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (b"7", "line", "Not a JSON object with only text values"),
        (b"[]", "line", "Not a JSON object with only text values"),
        (b'{"email": 7, "display_name": "A"}', "line", "Not a JSON object with only text values"),
        (b"{", "line", "Not JSON"),
        (b"[" * 5000, "line", "Not JSON"),
        (b'{"email": "a@example.com"}', "display_name", "This field is missing"),
        (b'{"email": "a", "display_name": "A", "=cmd": "x"}', "=cmd", "Unknown field"),
        (b'{"email": "a", "display_name": "A", "%s": "x"}' % (b"k" * 999), "k" * 60, "Unknown field"),
    ],
    ids=["number", "list", "not-text", "cut", "deep", "missing", "unknown", "long-name"],
)
def test_refusals_of_ndjson(line: bytes, field: str, reason: str) -> None:
    good = b'{"email":"b@example.com","display_name":"Bo","role":"auditor"}\n'
    rows = read(b"\xef\xbb\xbf" + line + b"\n" + good, Form.NDJSON)
    assert reasons(rows) == [(1, field, reason)]
    assert texts(rows[1:]) == [("b@example.com", "Bo", "auditor")]
