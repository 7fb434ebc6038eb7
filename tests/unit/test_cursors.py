"""Cursors, windows and pages in detail: a cursor that a client holds keeps its meaning."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.cursors import (
    FRESH,
    UNFINISHED,
    LogCursor,
    fresh_cursor,
    parse_cursor,
    sequence_cursor,
    unfinished_cursor,
    written_cursor,
)
from domain.errors import FieldFault, ValidationFailed
from domain.pagination import Page, Window, decode_key, decode_moment, encode_key

EPOCH, ROW = UUID("01234567-89ab-cdef-0123-456789abcdef"), UUID(int=7)
REFUSED = "This cursor does not belong to this list"


def encoded(text: str) -> str:
    """The text encoded as cursors are."""
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("cursor", "text"),
    [
        (sequence_cursor(EPOCH, 12), "s0123456712"),
        (sequence_cursor(EPOCH, 0, "member"), "s012345670.member"),
        (written_cursor(EPOCH, 12), "o0123456712"),
        (fresh_cursor(EPOCH, 3), f"s012345673.{FRESH}"),
        (unfinished_cursor(EPOCH), f"s012345670.{UNFINISHED}"),
    ],
)
def test_the_spelling_of_a_position(cursor: str, text: str) -> None:
    assert cursor == encoded(text)
    found = parse_cursor(cursor)
    assert found is not None
    assert (str(found), found.belongs_to(EPOCH), found.belongs_to(ROW)) == (cursor, True, False)


@pytest.mark.parametrize(
    "text",
    ["", "s", "s01234567", "x0123456712", "s0123456g12", "s01234567-1", "s01234567x", f"s01234567{2**63}", "so"],
)
def test_text_that_is_not_a_position_decodes_to_none(text: str) -> None:
    assert parse_cursor(encoded(text)) is None


def test_the_greatest_position_is_valid() -> None:
    assert parse_cursor(encoded(f"s01234567{2**63 - 1}")) == LogCursor("01234567", seq=2**63 - 1)
    assert parse_cursor("\N{SNOWMAN}") is None
    assert parse_cursor("a") is None


def test_a_window_holds_what_was_requested() -> None:
    assert Window.of(100, "a", None, "b") == Window(100, "a", "b", backward=False)
    assert Window.of(None, "a", 1, "b") == Window(1, "a", "b", backward=True)
    for arguments, field in (((1, None, 1), "first"), ((0,), "first"), ((101,), "first"), ((None, None, 0), "last")):
        with pytest.raises(ValidationFailed) as refused:
            Window.of(*arguments)
        assert refused.value.faults[0].field == field


@pytest.mark.parametrize(
    ("rows", "window", "expected"),
    [
        ("abc", Window(2), ("ab", True, False)),
        ("ab", Window(2), ("ab", False, False)),
        ("ab", Window(2, after="x"), ("ab", False, True)),
        ("cba", Window(2, backward=True), ("bc", False, True)),
        ("cb", Window(2, backward=True, before="x"), ("bc", True, False)),
    ],
)
def test_a_page_knows_what_is_on_either_side(rows: str, window: Window, expected: tuple[str, bool, bool]) -> None:
    page = Page.cut(list(rows), [r.upper() for r in rows], window)
    assert ("".join(page.items), page.has_next, page.has_previous) == expected
    assert "".join(page.cursors) == expected[0].upper()


def test_a_row_cursor_holds_its_order_its_key_and_its_id() -> None:
    cursor = encode_key("name", "zoë", ROW)
    assert cursor == encoded(f'["name","zoë","{ROW}"]')
    assert decode_key("name", cursor) == ("zoë", ROW)


@pytest.mark.parametrize(
    "parts",
    [
        ["email", "x", str(ROW)],
        ["name", 7, str(ROW)],
        ["name", "a\0", str(ROW)],
        ["name", "x", "7"],
        ["name", "x"],
        7,
        ["name", "\ud800", str(ROW)],
        ["name", "x", 7],
    ],
    ids=str,
)
def test_a_cursor_of_another_list_is_refused_on_its_argument(parts: Any) -> None:
    cursor = encoded(json.dumps(parts))
    for field in ("after", "before"):
        with pytest.raises(ValidationFailed) as refused:
            decode_key("name", cursor, field)
        assert refused.value.faults == (FieldFault(field, REFUSED, cursor),)
    with pytest.raises(ValidationFailed) as unsaid:
        decode_key("name", cursor)
    assert unsaid.value.faults[0].field == "after"


def test_a_time_needs_a_zone_and_is_converted_to_utc() -> None:
    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert decode_moment("at", encode_key("at", "2026-01-01T14:00:00+02:00", ROW)) == (moment, ROW)
    assert decode_moment("at", encode_key("at", moment.isoformat(), ROW))[0].utcoffset() == timedelta(0)
    for text in ("2026-01-01T12:00:00", "noon", "0001-01-01T00:00:00+01:00"):
        cursor = encode_key("at", text, ROW)
        for field in ("after", "before"):
            with pytest.raises(ValidationFailed) as refused:
                decode_moment("at", cursor, field)
            assert refused.value.faults == (FieldFault(field, REFUSED, cursor),)
    with pytest.raises(ValidationFailed):
        decode_moment("at", encode_key("other", moment.isoformat(), ROW))


@example(value='"\\\n\x7f"', number=0)
@given(
    value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), number=st.integers(0, 2**128 - 1)
)
def test_a_cursor_is_json_in_base64_whatever_its_key_is(value: str, number: int) -> None:
    row = UUID(int=number)
    expected = json.dumps(["name", value, str(row)], separators=(",", ":"), ensure_ascii=False)
    cursor = encode_key("name", value, row)
    assert cursor == encoded(expected)
    assert decode_key("name", cursor) == (value, row)
