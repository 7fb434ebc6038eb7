"""The ranges of names in which the users of a tier are, where they are read in the order of names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal_column

from domain.models.relevance import Search, Tier
from persistence.user_query import TOP
from persistence.user_rows import begins
from persistence.user_table import AT_DOMAIN


@dataclass(frozen=True, slots=True)
class Names:
    """Names from one on and before another, which meet conditions."""

    first: str = ""
    before: str = TOP
    conditions: Sequence[ColumnElement[bool]] = ()

    def bounds(
        self, name: ColumnElement[str], *, down: bool
    ) -> tuple[Sequence[ColumnElement[bool]], str, Sequence[ColumnElement[bool]]]:
        """Where reading begins, as conditions; where it ends; and that as conditions."""
        first = [name >= self.first] if self.first else []
        before = [name < self.before] if self.before != TOP else []
        return (before, self.first, first) if down else (first, self.before, before)


def ranges_of(tier: Tier, search: Search, *, has_words: bool) -> list[Names]:
    """The ranges of names that a tier may be in; they do not overlap."""
    typed = search.words
    if tier is Tier.BEGINNING:
        begun = [w for w in typed if not any(w != v and w.startswith(v) for v in typed)]
        return [Names(w, w + TOP) for w in begun]
    if tier is Tier.DOMAIN:
        domain = begins(literal_column(AT_DOMAIN), f"@{str(search.address).lstrip('@')}")
        return [Names(conditions=(domain,))]
    if len(typed) == 1 and has_words:  # a name that begins so has a better tier
        return [Names(before=typed[0]), Names(typed[0] + TOP)]
    return [Names()]
