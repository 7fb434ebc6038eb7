"""A name keeps what was typed, or is refused with the invalid character; every Python version decides alike."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import ValidationFailed
from domain.models.hidden_characters import find_hidden
from domain.models.text import NAME_MAX, clean_name, fold

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
KEPT = [
    "علی\u200cرضا",  # Persian, with a zero-width non-joiner
    "ක්\u200dෂ",  # Sinhala, with a joiner after the virama
    "അവന്\u200d",  # Malayalam, with a joiner at the end
    f"Ada {FAMILY} \U0001f469\U0001f3fd\u200d\U0001f4bb",
    f"Ada {ENGLAND}",
    "Ada \u2764\ufe0f\u200d\U0001f525",
    "\u200fעדה (C++)\u200f",  # a direction mark beside Hebrew
    "ᠮᠣᠩᠭᠣᠯ᠎ᠠ",  # Mongolian, with its vowel separator
    "葛\U000e0100城",  # a variant of an ideograph
    "Ada \U0001fae8",  # an emoji of Unicode 15
    "Ada \u1c89",  # a letter of Unicode 16
    "Ada \U0003fffd\u0378",  # not assigned yet
    "Ada \ue000",  # private use
    "\u0600\u0661",  # a visible format character
    "O'Brien-Smith, Jr.",
]
HIDDEN = [
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
    *"\0\x1b\x7f\x9b\x1f",
    *"\xad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\u206a\ufeff\ufff9\u180e",
    "\U000e0001",
    "\U000e0041",
    "\ud800",
]


def refusal_of(text: str) -> str:
    """The message for the refused name."""
    with pytest.raises(ValidationFailed) as refused:
        clean_name(text, "name")
    (fault,) = refused.value.faults
    assert fault.field == "name"
    return fault.message


@pytest.mark.parametrize("name", KEPT)
def test_a_name_keeps_the_characters_that_languages_need(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize("character", HIDDEN, ids=lambda c: f"{ord(c):04x}")
@pytest.mark.parametrize("place", [0, 1, 3])
def test_hidden_and_reversing_characters_are_refused_by_name(character: str, place: int) -> None:
    name = f"{'Ada'[:place]}{character}{'Ada'[place:]}"
    assert refusal_of(name) == f"The name has a character that cannot be seen: U+{ord(character):04X}; remove it"


@pytest.mark.parametrize(
    "name", ["Ada \u200dLovelace", "علی\u200c\u200cرضا", f"{FAMILY}\u200d\u200d", "Ada\u200e \U0001f600", ENGLAND[:-1]]
)
def test_a_joiner_or_mark_out_of_place_is_refused(name: str) -> None:
    assert "cannot be seen" in refusal_of(name)


@pytest.mark.parametrize(
    "name", ["\u200d", "\u200b \u2060", "\u3164", "\u115f\u1160", "\u2800", "\ufe0f", ENGLAND[1:], " \t\n"]
)
def test_a_name_without_a_visible_character_is_empty(name: str) -> None:
    assert refusal_of(name) == "The name is empty"


@pytest.mark.parametrize("space", [" ", "\t", "\r\n", "\xa0", "\u2009", "\u2028", "\u3000", " \u2003 "])
def test_any_space_is_one_space(space: str) -> None:
    assert clean_name(f"{space}Ada{space}King{space}") == "Ada King"


@given(st.text(max_size=60))
@example("\U0001d173\u0301")
@example("e\u0301\U000105c9\u0301")
def test_a_name_is_unchanged_except_for_spaces_and_composition_or_refused(text: str) -> None:
    try:
        name = clean_name(text)
    except ValidationFailed:
        return
    assert clean_name(name) == name
    assert unicodedata.normalize("NFC", name).split() == unicodedata.normalize("NFC", text).split()


@given(st.characters(categories=("Cn", "Co", "L", "M", "N", "P", "S")))
@example("\ufffe")
@example("\U0010ffff")
def test_no_other_character_is_refused(character: str) -> None:
    assert find_hidden(character) is None
    assert (
        character in clean_name(f"Ada{character}")
        or unicodedata.normalize("NFC", character) != character
        or (unicodedata.combining(character))
    )


@given(st.characters(categories=("Cn", "Co")))
def test_a_character_unknown_to_python_is_searchable(character: str) -> None:
    assert character in fold(f"Ada {character}")


def test_characters_of_later_unicode_versions_are_unchanged() -> None:
    """Unicode 16 composes the pair to U+105C9; Python 3.11, which knows Unicode 14, does not."""
    assert clean_name("\U000105d2\u0307") == "\U000105d2\u0307"
    assert clean_name("\U000105c9") == "\U000105c9"
    assert clean_name("e\u0301 \U000105c9 e\u0301") == "\u00e9 \U000105c9 \u00e9"


def test_the_length_is_counted_after_composition() -> None:
    assert len(clean_name("e\u0301" * NAME_MAX)) == NAME_MAX
