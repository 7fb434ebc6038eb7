"""The languages in which people are written to, and which of them a request prefers."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

HEADER_MAX = 200
"""Characters of an Accept-Language header that are read."""


class Language(StrEnum):
    """A language that mails are written in (BCP 47)."""

    EN = "en"
    DE = "de"


@lru_cache(maxsize=256)
def preferred_language(accepted: str | None) -> Language | None:
    """The first language of an Accept-Language header (RFC 9110 section 12.5.4) that mails are written in, by weight."""
    ranges = [_weighted(part) for part in (accepted or "")[:HEADER_MAX].split(",")]
    for tag, weight in sorted(ranges, key=lambda r: -r[1]):
        if weight > 0 and tag in _LANGUAGES:
            return _LANGUAGES[tag]
    return None


_LANGUAGES = {str(language): language for language in Language}


def _weighted(part: str) -> tuple[str, float]:
    """The primary subtag of a language range, and its weight; 0 if it cannot be read."""
    tag, _, parameter = part.partition(";")
    name, _, value = parameter.strip().partition("=")
    try:
        weight = float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        weight = 0.0
    return tag.strip().partition("-")[0].lower(), weight
