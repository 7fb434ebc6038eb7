"""Canonical forms: one spelling is stored, whichever was typed."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.cursors import parse_cursor, sequence_cursor, written_cursor
from domain.errors import ValidationFailed
from domain.models.text import address_of, canonical_email, clean_name, clean_search, fold
from domain.models.words import words_of
from domain.pagination import Window, decode_key, encode_key


@pytest.mark.parametrize(
    "text",
    [
        "Ada@Example.COM",
        " ada@example.com\t",
        "ａｄａ@ｅｘａｍｐｌｅ.com",
        "a\u200bda@example.com",
        "ada\u00ad@example.com",
        "ADA @ example.com",
    ],
)
def test_spellings_of_one_address_have_one_canonical_form(text: str) -> None:
    assert canonical_email(text) == "ada@example.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "ada",
        "ada@",
        "@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a@-x.com",
        "a@x..com",
        "a\0@",
        "a" * 65 + "@x.org",
        "a@" + "x" * 300 + ".org",
        "a,b@x.org",
    ],
)
def test_an_invalid_address_is_refused(text: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        canonical_email(text, "contact")
    assert [f.field for f in refused.value.faults] == ["contact"], "the field that was passed"
    assert len(str(refused.value.details)) < 400


@pytest.mark.parametrize("text", ["", " \u200b ", "x" * 201, "x" * 5000])
@pytest.mark.parametrize(("field", "words"), [("display_name", "The display name is"), ("name", "The name is")])
def test_a_name_is_refused_on_the_field_that_was_passed(text: str, field: str, words: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        clean_name(text, field)
    (fault,) = refused.value.faults
    assert fault.field == field
    assert fault.message.startswith(words)


@given(st.text(max_size=60))
@example("U\u00af@0")  # normalization removes the space of a macron, and the mark joins the letter
def test_canonical_forms_are_stable(text: str) -> None:
    for form in (canonical_email, clean_name, fold):
        try:
            once = form(text)
        except ValidationFailed:
            continue
        assert form(once) == once
        assert "\0" not in once


@given(st.text(max_size=40), st.uuids())
def test_page_cursors_survive_a_round_trip(value: str, row: UUID) -> None:
    clean = value.replace("\0", "").encode("utf-8", "ignore").decode()
    assert decode_key("k", encode_key("k", clean, row)) == (clean, row)


@given(st.text(max_size=60))
def test_foreign_cursors_are_refused(text: str) -> None:
    with pytest.raises(ValidationFailed):
        decode_key("k", text)
    found = parse_cursor(text)
    assert found is None or str(found)


@given(st.uuids(), st.integers(0, 2**62))
def test_log_cursors_survive_a_round_trip(epoch: UUID, number: int) -> None:
    reached, written = (
        parse_cursor(sequence_cursor(epoch, number, "admin")),
        parse_cursor(written_cursor(epoch, number)),
    )
    assert reached is not None
    assert written is not None
    assert (reached.seq, reached.role, written.ord) == (number, "admin", number)
    assert reached.epoch == written.epoch == epoch.hex[:8]


def test_windows_are_bounded() -> None:
    assert Window.of().size == 20
    assert Window.of(last=5).backward
    for first, last in ((0, None), (101, None), (None, 0), (1, 1)):
        with pytest.raises(ValidationFailed):
            Window.of(first, None, last)


@pytest.mark.parametrize(("text", "kept"), [("", None), (" \u200b", None), ("Zo\u00cb  x", "zoe x")])
def test_a_search_is_folded_or_none(text: str, kept: str | None) -> None:
    assert clean_search(text) == kept


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("x" * 64, True),
        ("x" * 65, False),
        (" " * 200, True),
        (" " * 201, False),
        ("\ufdfa" * 4, False),
        (" ".join("abcdefgh"), True),
        (" ".join("abcdefghi"), False),
    ],
)
def test_a_search_is_bounded_as_typed_and_as_folded(text: str, fits: bool) -> None:
    if fits:
        clean_search(text)
        return
    with pytest.raises(ValidationFailed) as refused:
        clean_search(text)
    assert (refused.value.faults[0].field, refused.value.faults[0].value) == ("search", text[:200])


@pytest.mark.parametrize(("text", "fits"), [("n" * 200, True), ("n" * 201, False), ("", False), ("\u200d", False)])
def test_a_name_has_one_to_two_hundred_characters(text: str, fits: bool) -> None:
    if fits:
        assert clean_name(f" {text}\t") == text
        return
    with pytest.raises(ValidationFailed) as refused:
        clean_name(text)
    assert (refused.value.faults[0].field, refused.value.faults[0].value) == ("display_name", text[:200])


@pytest.mark.parametrize(
    ("local", "domain", "fits"),
    [
        ("a" * 64, "x.org", True),
        ("a" * 65, "x.org", False),
        ("a", "b" * 63 + ".org", True),
        ("a", "b" * 64 + ".org", False),
        ("a", ".".join(["b" * 62] * 4), True),
        ("a", ".".join(["b" * 63] * 4), False),
    ],
)
def test_addresses_have_the_maximum_lengths_of_the_rfc(local: str, domain: str, fits: bool) -> None:
    address = f"{local}@{domain}"
    if fits:
        assert canonical_email(address) == address
        return
    with pytest.raises(ValidationFailed) as refused:
        canonical_email(address)
    assert refused.value.faults[0].field == "email"


PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=30)
LETTER = "\u00e9"
"""With it, a text takes the general way instead of the short one for ASCII."""


@given(PRINTABLE)
@example("O'Brien-Smith, Jr. (x_y)  z")
@example("a'b 'c' d'")
def test_the_short_way_of_plain_texts_gives_the_same(written: str) -> None:
    assert fold(f"{written} {LETTER}").rpartition(" ")[0] == fold(written)
    folded = fold(written)
    assert words_of(f"{folded} {LETTER}")[:-1] == words_of(folded)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=30), st.integers(0, 29))
def test_an_address_is_the_same_in_wide_letters(local: str, place: int) -> None:
    place %= len(local)
    wide = local[:place] + chr(ord(local[place]) + 0xFEE0) + local[place + 1 :]
    assert address_of(f"{wide} @example.org") == address_of(f"{local} @example.org")
