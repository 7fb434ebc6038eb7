"""What is wrong with a file of users costs as little as it can: a line, never the lines after it, never a merged name."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.files.reader import Form, UserFile
from api.files.refused import FileRefused
from domain.services.importing import ImportRefusal, ImportRow

HEADER = b"email,display_name,role\n"
PIECES = [
    "a@x.org",
    "b@y.org",
    "Ada",
    "Bo",
    "member",
    ",",
    ",",
    ",",
    '"',
    '"',
    '""',
    " ",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "@",
]
"""What makes records that nearly fit."""


def read(content: bytes, form: Form = Form.CSV) -> list[ImportRow | ImportRefusal]:
    """The rows of a file."""
    return list(UserFile(io.BytesIO(content), form))


def outcome(content: bytes) -> list[tuple[int, str]]:
    """The name of each row that is read, the code of each that is refused."""
    return [(r.line, r.display_name if isinstance(r, ImportRow) else r.code) for r in read(content)]


@given(
    content=st.binary(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=40).map(lambda p: "".join(p).encode())
)
def test_any_bytes_give_rows_or_faults(content: bytes) -> None:
    for form in Form:
        for given_ in (content, HEADER + content):
            try:
                rows = read(given_, form)
            except FileRefused:
                continue
            lines = [r.line for r in rows]
            assert lines == sorted(set(lines))
            for row in rows:
                if isinstance(row, ImportRow):
                    "".join(row.cells.values()).encode()
                    assert "\ufffd" not in "".join(row.cells.values())


@settings(max_examples=200)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=60))
def test_no_name_is_merged_and_no_good_line_is_lost(pieces: list[str]) -> None:
    """A name is in one line of the file, and a line that is a record of its own without quotes is read as that."""
    content = "".join(pieces)
    physical = re.split("\r\n|\r|\n", HEADER.decode() + content)
    rows = read(HEADER + content.encode())
    by_line = {r.line: r for r in rows}
    for row in rows:
        if isinstance(row, ImportRow):
            assert any(row.display_name.replace('"', "") in line.replace('"', "") for line in physical)
    for number, line in enumerate(physical[1:], 2):
        cells = line.split(",")
        if '"' not in line and len(cells) == 3 and "@" in cells[0]:
            assert by_line[number] == ImportRow(number, *cells)


def test_a_quote_that_is_never_closed_costs_its_own_line_and_says_what_it_would_have_taken() -> None:
    content = HEADER + b'a@x.org,"Ada,member\nb@x.org,Bo,member\nc@x.org,"Cy",auditor\nd@x.org,"Di,\ne@x.org,Ed,\n'
    rows = read(content)
    assert outcome(content) == [(2, "UNCLOSED_QUOTE"), (3, "Bo"), (4, "Cy"), (5, "UNCLOSED_QUOTE"), (6, "Ed")]
    reasons = [r.reason for r in rows if isinstance(r, ImportRefusal)]
    assert reasons == [
        "A quote on this line is not closed; the record would have swallowed 2 more lines",
        "A quote on this line is not closed; the record would have swallowed 1 more line",
    ]
    assert rows[0].text == 'a@x.org,"Ada,member' if isinstance(rows[0], ImportRefusal) else False


def test_two_stray_quotes_that_fit_each_other_swallow_nothing() -> None:
    content = HEADER + b'a@x.org,"Ada,member\nb@x.org,Bo,member\nc@x.org,Cy",member\nd@x.org,Di,\n'
    assert outcome(content) == [(2, "UNCLOSED_QUOTE"), (3, "Bo"), (4, 'Cy"'), (5, "Di")]


def test_a_long_file_after_an_unclosed_quote_is_read_with_bounded_memory() -> None:
    content = HEADER + b'a@x.org,"Ada,member\n' + b"".join(b"u%d@x.org,User,member\n" % i for i in range(9000))
    first, *rest = read(content)
    assert isinstance(first, ImportRefusal)
    assert re.fullmatch(r".* not closed; the record would have swallowed at least \d+ more lines", first.reason)
    assert [r.line for r in rest] == list(range(3, 9003))


def test_a_stray_quote_refuses_only_its_row() -> None:
    assert outcome(HEADER + b'a@x.org,"Ada" King,\nb@x.org,Bo "the" K,\n') == [(2, "QUOTES"), (3, 'Bo "the" K')]


def test_a_record_over_several_lines_is_named_by_its_first_and_must_not_carry_a_break_into_a_field() -> None:
    header = b"email,notes,display_name\n"
    content = header + b'a@x.org,"one\r\ntwo, three",Ada\nb@x.org,,"Bo\nK"\nc@x.org,,Cy\n'
    assert outcome(content) == [(2, "Ada"), (4, "LINE_BREAK"), (6, "Cy")]


def test_quotes_may_follow_blanks_and_cells_may_be_too_many_if_they_are_empty() -> None:
    assert outcome(HEADER + b'a@x.org, "Ada, the K" , member\nb@x.org,Bo,,,\nc@x.org,Cy,,x\n') == [
        (2, "Ada, the K"),
        (3, "Bo"),
        (4, "FIELDS"),
    ]


@pytest.mark.parametrize("form", list(Form))
def test_the_character_for_a_lost_one_is_never_read(form: Form) -> None:
    csv, ndjson = "a@x.org,Ad\ufffd,\n".encode(), '{"email": "a@x.org", "display_name": "Ad\ufffd"}'.encode()
    (row,) = read(HEADER + csv) if form is Form.CSV else read(ndjson, form)
    assert isinstance(row, ImportRefusal)
    assert (row.line, row.field, row.code) == (2 if form is Form.CSV else 1, "display_name", "LOST_CHARACTER")


def test_a_file_that_is_not_utf8_is_refused_whole_with_line_and_advice() -> None:
    with pytest.raises(
        FileRefused, match=r"not UTF-8: byte 0xEB on line 3; save it as .CSV UTF-8., or name its encoding"
    ):
        read(HEADER + b"a@x.org,Ada,\r\nb@x.org,Zo\xeb,\n")
    with pytest.raises(FileRefused, match="not UTF-8"):
        read(b'{"email": "\xff"}', Form.NDJSON)
