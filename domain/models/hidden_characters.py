"""Control and format characters that do harm in a name, because they cannot be seen or reverse what is beside them.

Fixed ranges, so that every Python version decides alike: `unicodedata` knows only the characters of its own Unicode
version. A character that nobody has assigned yet does no harm.
"""

from __future__ import annotations

import re

_BLANKS = re.compile(r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_EMPTY = re.compile(
    r"[\0-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    r"\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff]*"
)
_IN_PLACE = re.compile(
    # Joiners after scripts whose letters join or stack, symbols and emoji, and after what modifies an emoji.
    r"(?<=[\u0590-\u109f\u1780-\u18af\u1900-\u1cff\u1dc0-\u1dff\u2190-\u2bff\u3030\u303d\u3297\u3299\ua800-\ua8ff"
    r"\ua980-\uaaff\uabc0-\uabff\ufb1d-\ufdff\ufe0f\ufe70-\ufefe\U00010800-\U00011fff\U00016100-\U00016d7f"
    r"\U0001e800-\U0001efff\U0001f000-\U0001faff\U000e007f])[\u200c\u200d]"
    # The vowel separator of Mongolian, and flags of regions (UTS 51, ED-14a).
    r"|(?<=[\u1820-\u18aa])\u180e|\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f"
)
_RIGHT_TO_LEFT = re.compile(
    r"[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_MARKS = re.compile(r"[\u061c\u200e\u200f]")
_HIDDEN = re.compile(
    r"[\0-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f\ud800-\udfff]"
)


def single_spaced(text: str) -> str:
    """The text with one space for each run of spaces, tabs and line breaks, and none around it."""
    return _BLANKS.sub(" ", text).strip(" ")


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen: it has only hidden characters, fillers and variation selectors."""
    return _EMPTY.fullmatch(text) is not None


def find_hidden(text: str) -> str | None:
    """The first character that does harm where it is, or None.

    Joiners and separators are accepted where a script or an emoji needs them, and marks of direction (U+061C, U+200E,
    U+200F) in a text with letters that are written from right to left.
    """
    rest = _IN_PLACE.sub("", text)
    if _RIGHT_TO_LEFT.search(rest):
        rest = _MARKS.sub("", rest)
    found = _HIDDEN.search(rest)
    return found[0] if found else None


def without_hidden(text: str) -> str:
    """The text without spaces and without any of these characters, except joiners."""
    return _HIDDEN.sub(lambda found: found[0] if found[0] in "\u200c\u200d" else "", _BLANKS.sub("", text))
