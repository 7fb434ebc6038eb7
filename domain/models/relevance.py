"""Which users a search finds, and in which order: the only definition, for pages, counts, feeds and tests.

Best first: the whole address or id; the whole name with its words in any order; names with this beginning, their words in
any order; the local part of the address; beginnings of words of the name or address; parts of words; the domain of the
address; and, if little else is found, slips of typing. Users of equal rank are ordered by name, then id.

Text with `@` is an address: first exactly this address, then addresses with this beginning; `@example.org` finds a domain.
The local part may have slips. Viewers who may not see addresses search names only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import permutations
from uuid import UUID

from domain.errors import ValidationFailed
from domain.models.conditions import AllOf, AnyOf, AtLeast, Condition, Field, Holds, Near, Texts
from domain.models.slips import may_slip
from domain.models.text import SEARCH_WORDS_MAX, address_part, canonical_email, clean_search, fold
from domain.models.words import is_ideographic, is_sign, words_of

PART_MIN = 3
"""The shortest part of a word that is found inside it."""
REORDERED_MAX = 3
"""The most words of a whole name that is recognised in any order."""
ID_LENGTH = 36
"""Characters of an id as it is written."""
LITTLE = 5
"""If fewer users than this are found, and none by the whole address or id, slips of typing count."""


class Tier(IntEnum):
    """How well a user fits a search, best first."""

    WHOLE = 0
    NAME = 1
    BEGINNING = 2
    LOCAL_PART = 3
    WORDS = 4
    PARTS = 5
    DOMAIN = 6
    SLIP = 7
    SLIPS = 8


SLIPPED = frozenset({Tier.SLIP, Tier.SLIPS})
Rule = tuple[Tier, Condition]


@dataclass(frozen=True, slots=True)
class Search:
    """A search in the form that is compared. `text` is folded.

    `words` are its words as keys have them: a run of ideographs is one word, with spaces inside. `address` is the text
    as an address or a part of one, None if it has spaces; `local_words` are the words before its `@`.
    """

    text: str
    words: tuple[str, ...]
    address: str | None = None
    local_words: tuple[str, ...] = ()
    id: UUID | None = None

    @property
    def is_address(self) -> bool:
        """Whether the text is an address, or the beginning or the domain of one."""
        return self.address is not None and "@" in self.address

    def misspelt(self, *, by_email: bool) -> tuple[str, ...]:
        """The words that may be slips; for an address those before the `@`."""
        return self.local_words if by_email and self.is_address else self.words


def parse_search(text: str) -> Search | None:
    """The search for a text, or None if nothing is left of it. Raises ValidationFailed on `search` for too much text."""
    folded = clean_search(text)
    if folded is None:
        return None
    address = _address(text, folded)
    local = (address or "").rpartition("@")[0]
    return Search(folded, _search_words(folded), address, _search_words(fold(local)), _id(folded))


def _address(text: str, folded: str) -> str | None:
    """The canonical address; other text without spaces in the spelling of stored addresses."""
    if " " in folded:
        return None
    try:
        return canonical_email(text)
    except ValidationFailed:
        return address_part(text)


def _search_words(folded: str) -> tuple[str, ...]:
    """Signs count only if there is nothing else; ideographs without a space between them stay together."""
    found: list[str] = []
    for chunk in folded.split():
        words = words_of(chunk)
        for index, word in enumerate(words):
            if index and is_ideographic(word[0]) and is_ideographic(words[index - 1][0]):
                found[-1] += f" {word}"
            else:
                found.append(word)
    words = [w for w in found if not is_sign(w)] or found
    return tuple(dict.fromkeys(words))[:SEARCH_WORDS_MAX]


def _id(folded: str) -> UUID | None:
    try:
        return UUID(folded) if len(folded) == ID_LENGTH else None
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def rules_of(search: Search, *, by_email: bool) -> Sequence[Rule]:
    """The condition of each tier, best first; `by_email` says whether addresses may be searched."""
    field = Field.WORDS if by_email else Field.NAME
    rules: list[Rule] = []
    if search.id is not None:
        rules.append((Tier.WHOLE, Holds(Field.ID, f" {search.id} ")))
    if by_email and search.is_address:
        rules += _address_rules(str(search.address))
    else:
        rules += _word_rules(search, field, by_email=by_email)
    return tuple(rules + _slip_rules(search, field, is_address=by_email and search.is_address))


def rank(search: Search, texts: Texts, *, by_email: bool) -> Tier | None:
    """The tier of the user with these texts, slips included; None if the search does not find them."""
    return tier_by(rules_of(search, by_email=by_email), texts)


def tier_by(rules: Sequence[Rule], texts: Texts) -> Tier | None:
    """The first tier whose condition these texts meet."""
    for tier, condition in rules:
        if condition.of(texts):
            return tier
    return None


def is_little(found: Iterable[Tier | None]) -> bool:
    """Whether a search that finds users with these tiers finds so few that slips count.

    They never count beside a user found by the whole address or id.
    """
    tiers = [tier for tier in found if tier is not None and tier not in SLIPPED]
    return Tier.WHOLE not in tiers and len(tiers) < LITTLE


def _address_rules(address: str) -> list[Rule]:
    if address.startswith("@"):
        return [(Tier.DOMAIN, Holds(Field.EMAIL, address))]
    return [(Tier.WHOLE, Holds(Field.EMAIL, f" {address} ")), (Tier.BEGINNING, Holds(Field.EMAIL, f" {address}"))]


def _word_rules(search: Search, field: Field, *, by_email: bool) -> list[Rule]:
    words = search.words
    begin = AllOf(tuple(Holds(field, f" {w}") for w in words))
    first = AnyOf(tuple(Holds(Field.NAME, f"  {w}") for w in words))
    rules: list[Rule] = [
        (Tier.NAME, AnyOf(tuple(Holds(Field.NAME, f"  {name}  ") for name in whole_names(search)))),
        (Tier.BEGINNING, AllOf((first, *(Holds(Field.NAME, f" {w}") for w in words)))),
    ]
    if by_email and search.address is not None:
        rules.append((Tier.LOCAL_PART, Holds(Field.EMAIL, f" {search.address}@")))
    rules.append((Tier.WORDS, begin))
    if any(is_long(w) for w in words):
        parts = tuple(Holds(field, w if is_long(w) else f" {w}") for w in words)
        rules.append((Tier.PARTS, AllOf(parts)))
    if by_email and search.address is not None and "." in search.address:
        rules.append((Tier.DOMAIN, Holds(Field.EMAIL, f"@{search.address}")))
    return rules


def _slip_rules(search: Search, field: Field, *, is_address: bool) -> list[Rule]:
    """One word is a slip and the others are beginnings of words; then any number of slips."""
    words = search.misspelt(by_email=is_address)
    near = AnyOf(tuple(Near(field, w) for w in words if may_slip(w)))
    if not near.conditions:
        return []
    if len(words) == 1:
        return [(Tier.SLIP, near)]
    every = tuple(begins_or_near(field, w) for w in words)
    all_but_one = AtLeast(len(words) - 1, tuple(Holds(field, f" {w}") for w in words))
    return [(Tier.SLIP, AllOf((*every, all_but_one, near))), (Tier.SLIPS, AllOf((*every, near)))]


def begins_or_near(field: Field, word: str) -> Condition:
    """A word has this beginning, or this is a slip of it."""
    begins = Holds(field, f" {word}")
    return AnyOf((begins, Near(field, word))) if may_slip(word) else begins


def whole_names(search: Search) -> list[str]:
    """The names that consist of exactly the words of the search."""
    if len(search.words) > REORDERED_MAX:
        return [" ".join(search.words)]
    return [" ".join(order) for order in permutations(search.words)]


def is_long(word: str) -> bool:
    """Whether a word is found inside others: it is long enough and no run of ideographs, which are words of their own."""
    return len(word) >= PART_MIN and not is_ideographic(word[0])
