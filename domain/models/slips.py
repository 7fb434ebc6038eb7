"""Slips of typing: one letter wrong, missing or added, or two neighbouring letters exchanged.

A typed word is compared with whole words and, if its first half is right, with beginnings of words. So every slip leaves
the first or the second half of the typed word unchanged, or is one exchange across the middle: an index of words and one
of reversed words find all of them.
"""

from __future__ import annotations

SLIP_MIN, BEGINNING_MIN = 3, 5
"""The shortest word, and the shortest beginning of a word, that may have a slip."""


def may_slip(word: str) -> bool:
    """Whether a typed word may be a slip: it is long enough and no number."""
    return len(word) >= SLIP_MIN and word[0].isalpha() and word.isalnum()


def middle(word: str) -> int:
    """Where the second half of a word begins."""
    return len(word) // 2


def exchanged(word: str) -> str:
    """A word with its neighbouring letters exchanged across the middle."""
    half = middle(word)
    return word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]


def is_slip(typed: str, word: str) -> bool:
    """Whether the typed word is one slip away from a word, or, from five letters on, from the beginning of one."""
    more = len(word) - len(typed)
    is_begun = len(typed) >= BEGINNING_MIN and word.startswith(typed[: middle(typed)])
    if not is_begun and not -1 <= more <= 1:  # as most words are, so this is first
        return False
    if typed == word or not may_slip(typed):
        return False
    same = 0
    for one, other in zip(typed, word, strict=False):
        if one != other:
            break
        same += 1
    rest, left, typed_rest, word_left = typed[same + 1 :], word[same + 1 :], typed[same:], word[same:]
    swapped = len(typed_rest) > 1 and typed_rest[:2] == word_left[1::-1]
    if len(typed) >= BEGINNING_MIN and same >= middle(typed):
        return (
            word_left.startswith(rest)
            or left.startswith((typed_rest, rest))
            or (swapped and left[1:].startswith(rest[1:]))
        )
    return rest in (word_left, left) or typed_rest == left or (swapped and rest[1:] == left[1:])
