"""The rules of relevance, word by word: how well a user matches a search, and what counts as a typing error."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ValidationFailed
from domain.models.conditions import texts_of
from domain.models.relevance import LITTLE, Search, Tier, is_little, parse_search, rank
from domain.models.slips import is_slip, may_slip, middle
from domain.models.text import fold
from domain.models.words import EMAIL_KEY_MAX, NAME_KEY_MAX, email_key, name_key

ID = UUID("6f0c1111-2222-4333-8444-555566667777")


def search(text: str) -> Search:
    """The search of a text that is not empty."""
    found = parse_search(text)
    assert found is not None
    return found


def tier(text: str, name: str, email: str = "nobody@elsewhere.example", *, by_email: bool = True) -> Tier | None:
    """How well a user matches a search."""
    key = name_key(name)
    return rank(search(text), texts_of(ID, key, email_key(email, key), email), by_email=by_email)


ADA = ("Ada Byron Lovelace", "ada.lovelace7@example.org")


@pytest.mark.parametrize(
    ("text", "expected", "for_members"),
    [
        ("Ada.Lovelace7@EXAMPLE.org", Tier.WHOLE, None),
        (str(ID).upper(), Tier.WHOLE, Tier.WHOLE),
        ("ada byron lovelace", Tier.NAME, Tier.NAME),
        ("LOVELACE  Ada Byron", Tier.NAME, Tier.NAME),
        ("ada", Tier.BEGINNING, Tier.BEGINNING),
        ("lovelace ada", Tier.BEGINNING, Tier.BEGINNING),
        ("lov ad", Tier.BEGINNING, Tier.BEGINNING),
        ("ada.lovelace7@exa", Tier.BEGINNING, None),
        ("ada.lovelace7", Tier.LOCAL_PART, Tier.SLIP),
        ("lovelace", Tier.WORDS, Tier.WORDS),
        ("byr love", Tier.WORDS, Tier.WORDS),
        ("lovelace7", Tier.WORDS, Tier.SLIP),
        ("yro", Tier.PARTS, Tier.PARTS),
        ("ovelac ada", Tier.PARTS, Tier.PARTS),
        ("ov", None, None),
        ("@example.org", Tier.DOMAIN, None),
        ("@exam", Tier.DOMAIN, None),
        ("example.org", Tier.DOMAIN, None),
        ("example", None, None),
        ("lovlace", Tier.SLIP, Tier.SLIP),
        ("ada lovlace", Tier.SLIP, Tier.SLIP),
        ("aad lovlace", Tier.SLIPS, Tier.SLIPS),
        ("ada.lovlace7@example.org", Tier.SLIP, None),
        ("ada.byron@example.org", None, None),
        ("grace", None, None),
        ("ada grace", None, None),
    ],
)
def test_the_best_tier_of_a_user_counts(text: str, expected: Tier | None, for_members: Tier | None) -> None:
    assert (tier(text, *ADA), tier(text, *ADA, by_email=False)) == (expected, for_members)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("lukasz soren dokovic", "Łukasz Søren Đoković"),
        ("ŁUKASZ", "lukasz"),
        ("thor aegir", "Þór Ægir"),
        ("strasse", "Straße"),
        ("STRASSE", "straße"),
        ("oeuvre", "Œuvre"),
        ("ISIK ILIC", "Işık Iliç"),
        ("ışık", "ISIK"),
        ("istanbul", "İSTANBUL"),
        ("李伟", "李 伟"),
        ("佐藤 明美", "佐藤明美"),
        ("明美 佐藤", "佐藤明美"),
        ("김민수", "김 민수"),
        ("マイケル ジャクソン", "マイケル・ジャクソン"),
        ("o'brien", "Sean O’Brien"),
        ("obrien", "Sean O'Brien"),
        ("o'b", "O'Brien"),
        ("jean pierre", "Jean-Pierre"),
        ("Jean-Pierre", "Jean Pierre"),
        ("j r r", "J.R.R. Tolkien"),
        ("हिन्दी", "हिन्दी नाम"),
        ("%", "100 %"),
    ],
)
def test_spellings_of_one_name_find_each_other(text: str, name: str) -> None:
    found = tier(text, name)
    assert found is not None
    assert found <= Tier.WORDS


def test_signs_are_searched_if_there_is_nothing_else() -> None:
    assert tier("odd %", "Odd Person") is Tier.BEGINNING
    assert tier("%", "Odd Person") is None
    assert tier("_", "Odd _ Person") is Tier.WORDS


def test_ideographs_typed_together_must_be_adjacent() -> None:
    assert tier("藤佐", "佐藤明美") is None
    assert tier("明美", "佐藤明美") is Tier.WORDS


def test_slips_count_only_where_little_else_is_found() -> None:
    assert is_little([])
    assert is_little([None, Tier.SLIP, *[Tier.PARTS] * (LITTLE - 1)])
    assert not is_little([Tier.PARTS] * LITTLE)
    assert not is_little([Tier.WHOLE, Tier.SLIP]), "who has the whole address is meant"


@pytest.mark.parametrize("typed", ["mith", "smiht", "smitth", "smjth", "msith", "smithe", "smit"])
def test_one_typing_error_is_accepted(typed: str) -> None:
    assert is_slip(typed, "smith")


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("smith", "smith"),
        ("5mith", "smith"),
        ("12345", "12346"),
        ("hmits", "smith"),
        ("ab", "abc"),
        ("nakaxxra", "nakamura"),
    ],
)
def test_other_differences_are_no_typing_errors(typed: str, word: str) -> None:
    assert not is_slip(typed, word)


def test_a_prefix_may_have_a_typing_error_after_its_first_half() -> None:
    assert is_slip("nakamru", "nakamura")
    assert not is_slip("nkaam", "nakamura")


@given(st.text("abc", min_size=1, max_size=8), st.text("abc", min_size=1, max_size=9))
def test_each_typing_error_leaves_one_half_or_crosses_the_middle(typed: str, word: str) -> None:
    """The candidates that persistence/user_rows.py reads from the vocabulary include all of them."""
    half = middle(typed)
    across = typed[: half - 1] + typed[half : half + 1] + typed[half - 1 : half] + typed[half + 1 :]
    if is_slip(typed, word):
        about_as_long = abs(len(word) - len(typed)) <= 1
        assert (
            (word.startswith(typed[:half]) and (len(typed) >= 5 or about_as_long))
            or (word.endswith(typed[half:]) and about_as_long)
            or word == across
        )
        assert may_slip(typed)


@given(st.text(max_size=200), st.text(max_size=64))
def test_keys_are_words_with_one_space_between_them(name: str, local: str) -> None:
    key = name_key(name)
    other = email_key(f"{local}@example.org", key)
    for text, size in ((key, NAME_KEY_MAX), (other, EMAIL_KEY_MAX)):
        assert text == " ".join(text.split())
        assert len(text.encode()) <= size
    assert not set(key.split()) & set(other.split())
    assert fold(key) == key


WORDS = st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=4)


@given(WORDS, WORDS)
def test_one_or_several_words_are_slips_beside_beginnings(typed: list[str], name: list[str]) -> None:
    words = search(" ".join(typed)).words
    begins = {w: any(other.startswith(w) for other in name) for w in words}
    near = {w: any(is_slip(w, other) for other in name) for w in words}
    one = any(near[s] and all(begins[w] for w in words if w != s) for s in words)
    some = any(near[s] and all(begins[w] or near[w] for w in words if w != s) for s in words)
    found = tier(" ".join(typed), " ".join(name), by_email=False)
    if found is None or found in {Tier.SLIP, Tier.SLIPS}:
        assert found is (Tier.SLIP if one else Tier.SLIPS if some else None)


@given(st.text(max_size=40))
def test_any_text_is_a_search_or_none(text: str) -> None:
    try:
        found = parse_search(text)
    except ValidationFailed:
        return
    assert (found is None) == (not fold(text))
    if found is not None:
        assert 0 < len(found.words) <= 8
        assert re.fullmatch(r"\S+( \S)*", found.words[0])
