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
    if typed == word or not may_slip(typed):
        return False
    same = 0
    for one, other in zip(typed, word, strict=False):
        if one != other:
            break
        same += 1
    ends = _endings(typed, word, same)
    if any(rest == left for rest, left in ends):
        return True
    return len(typed) >= BEGINNING_MIN and same >= middle(typed) and any(left.startswith(rest) for rest, left in ends)


def _endings(typed: str, word: str, same: int) -> list[tuple[str, str]]:
    """The rests of both words behind the slip, for each kind of slip that is possible after `same` equal letters."""
    ends = [(typed[same + 1 :], word[same:]), (typed[same:], word[same + 1 :]), (typed[same + 1 :], word[same + 1 :])]
    if len(typed) > same + 1 and typed[same : same + 2] == word[same : same + 2][::-1]:
        ends.append((typed[same + 2 :], word[same + 2 :]))
    return ends
