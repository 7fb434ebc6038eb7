"""The words of names and addresses, by which users are searched and sorted.

A word is a run of letters and digits; each Chinese, Japanese or Korean character is a word of its own, because those
names are written with and without a space between their parts. An apostrophe inside a word is removed (`o'b` finds
O'Brien, and so does `obrien`), a hyphen or a full stop ends a word. Any other sign is a word too, so that it can be found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby

from domain.models.text import fold

IDEOGRAPHIC = (
    (0x1100, 0x11FF),  # Hangul Jamo
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),  # iteration mark, closing mark, number zero
    (0x3031, 0x3035),  # kana repeat marks
    (0x3041, 0x3096),  # Hiragana
    (0x309D, 0x309F),
    (0x30A1, 0x30FA),  # Katakana
    (0x30FC, 0x31BF),  # long vowel mark, Bopomofo, Hangul compatibility Jamo
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA000, 0xA4CF),  # Yi
    (0xAC00, 0xD7FF),  # Hangul syllables
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""The blocks whose characters are words of their own (Unicode 17, Blocks.txt)."""
NAME_KEY_MAX, EMAIL_KEY_MAX = 1000, 300
"""Bytes: a word with both keys must fit into an entry of an index (2,704 bytes). A name of 200 characters has as many,
unless single characters fold to many."""
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_SEPARATOR = re.compile(r"(?<=\w)[-.,'\u30fb]|[-.,'\u30fb](?=\w)")


def words_of(folded: str) -> list[str]:
    """The words of a folded text, in order."""
    if folded.isascii() and folded.replace(" ", "").isalnum():
        return folded.split()
    text = _SEPARATOR.sub(" ", _APOSTROPHE.sub("", folded))
    return [word for chunk in text.split() for word in _cut(chunk)]


def _cut(chunk: str) -> Iterable[str]:
    return (chunk,) if chunk.isascii() and chunk.isalnum() else _runs(chunk)


def _runs(chunk: str) -> Iterator[str]:
    for is_word, run in groupby(chunk, _is_part):
        if is_word:
            yield "".join(run)
        else:
            yield from run


def _is_part(character: str) -> bool:
    """Whether a character joins its neighbours: a letter, a digit, or a vowel sign as Hindi or Thai have them."""
    if character.isascii():
        return character.isalnum()
    return not is_ideographic(character) and (character.isalnum() or unicodedata.category(character).startswith("M"))


def is_ideographic(character: str) -> bool:
    """Whether a character is a word of its own."""
    code = ord(character)
    return code >= IDEOGRAPHIC[0][0] and any(first <= code <= last for first, last in IDEOGRAPHIC)


def is_sign(word: str) -> bool:
    """Whether a word is neither letters nor digits."""
    return not (word[0].isalnum() or is_ideographic(word[0]) or unicodedata.category(word[0]).startswith("M"))


def name_key(display_name: str) -> str:
    """The words of a name with one space between them; names are sorted and found by it."""
    return _key(words_of(fold(display_name)), NAME_KEY_MAX)


def email_key(email: str, key: str) -> str:
    """The words of an address's local part that the name with this key does not have, one space between them."""
    known = set(key.split())
    local = words_of(fold(email.rpartition("@")[0]))
    return _key(dict.fromkeys(w for w in local if w not in known and not is_sign(w)), EMAIL_KEY_MAX)


def _key(words: Iterable[str], size: int) -> str:
    return " ".join(words).encode()[:size].decode(errors="ignore").strip()
