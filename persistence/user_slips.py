"""The words that a misspelt one may mean, and their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, func, not_, select, union_all

from domain.models.slips import BEGINNING_MIN, exchanged, is_slip, may_slip, middle
from persistence.forms import Given, Reads
from persistence.user_rows import Part, Rows, Sizes, Vocabulary, begins, count_of
from persistence.user_words import words

Meanings = Mapping[str, Sequence[str]]
"""The words of the vocabulary that each typed word may be a slip of."""


class Slips:
    """Looks slips up in the vocabulary."""

    def __init__(self, vocabulary: Vocabulary, reads: Reads, sizes: Sizes) -> None:
        self._vocabulary, self._reads, self._sizes = vocabulary, reads, sizes

    async def near(self, typed: Sequence[str], *, begun: bool) -> Meanings:
        """What these words may be slips of; of those that begin like the typed one only if `begun`."""
        misspelt = [w for w in typed if may_slip(w)]
        if not misspelt:
            return {}

        def build(given: Given) -> Any:
            return union_all(*(part for word in given.words for part in _may_be_meant(word, begun=begun)))

        rows = await self._reads.rows(("near", begun), Given(misspelt, in_parts=True), build)
        found = sorted({word for (word,) in rows})
        meant = {w: [o for o in found if is_slip(w, o) and (begun or not o.startswith(w))] for w in misspelt}
        return {word: others for word, others in meant.items() if others}

    async def rows(self, typed: Sequence[str], meant: Meanings) -> Rows | None:
        """Rows that have all users with slips, None if there are none.

        Of a single word those of the words it may mean, which are not counted if they are so few that the first rows of
        each are read; of several words those of the word that has the fewest, as it is typed or with a slip.
        """
        if not meant:
            return None
        if len(typed) > 1:
            return await self._rarest(typed, meant)
        [(word, others)] = meant.items()
        rows = Rows([Part(word, are=others)], 1, others, word, counted=0)
        return rows if len(others) <= self._sizes.bounded else await self.counted(rows)

    async def counted(self, rows: Rows) -> Rows:
        """The same rows, which are those of a list of words, counted up to `many` and one."""
        if rows.counted:
            return rows
        [count] = await self._counts({rows.typed: rows.vocabulary or ()})
        return replace(rows, count=count, counted=self._sizes.many)

    async def _rarest(self, typed: Sequence[str], meant: Meanings) -> Rows | None:
        many, longest = self._sizes.many, sorted(typed, key=len)[-1:]
        known = await self._begun_counted(typed, self._sizes.few) or await self._begun_counted(longest, many)
        known = known or await self._begun_counted(typed, many, every=True)
        counted = iter(await self._counts({word: meant[word] for word in known if word in meant}))
        found = [
            self._or_any(rows, meant[word], next(counted)) if word in meant else rows for word, rows in known.items()
        ]
        return min(found, key=lambda rows: rows.count, default=None)

    async def _counts(self, meant: Meanings) -> Sequence[int]:
        """How many rows these words may mean, up to `many` and one. Many that were counted a short time ago are not again."""
        many, frequencies = self._sizes.many, self._reads.frequencies
        keys = {word: ("slips", word, len(others)) for word, others in meant.items()}
        kept = {word: frequencies.get(key, many) for word, key in keys.items()}
        lists = [others for word, others in meant.items() if kept[word] is None]

        def build(given: Given) -> Select[Any]:
            return select(*(count_of(Part("", are=one).condition, many) for one in given.lists))

        [row] = await self._reads.rows(("count", many), Given(lists=lists), build) if lists else [()]
        counts, new = list[int](), iter(row)
        for word, frequency in kept.items():
            counts.append(next(new) if frequency is None else frequency.count)
            if frequency is None and counts[-1] > self._sizes.few:
                frequencies.note(keys[word], counts[-1], many)
        return counts

    async def _begun_counted(self, typed: Sequence[str], most: int, *, every: bool = False) -> Mapping[str, Rows]:
        """The rows of words that begin like each of these; only of those of which all are counted, unless of `every` one."""
        await self._vocabulary.rarest([part for word in typed for part in word.split()], most=most)
        rows = {word: await self._vocabulary.rarest(word.split(), most=most) for word in typed}
        return {word: one for word, one in rows.items() if every or one.count <= one.counted}

    def _or_any(self, rows: Rows, others: Sequence[str], count: int) -> Rows:
        """These rows, and those of other words."""
        known = None if rows.vocabulary is None else [*rows.vocabulary, *others]
        count = min(rows.count + count, self._sizes.many + 1)
        return replace(rows, parts=[*rows.parts, Part(rows.typed, are=others)], count=count, vocabulary=known)


def _may_be_meant(typed: str, *, begun: bool) -> list[Select[Any]]:
    """Words that include all of which this is a slip (see `domain/models/slips.py`)."""
    half = middle(typed)
    word, length = words.c.word, func.length(words.c.word)
    about_as_long = length.between(len(typed) - 1, len(typed) + 1)
    others = [] if begun else [not_(func.starts_with(word, typed))]
    first = and_(begins(word, typed[:half]), *others)
    conditions = [
        first if len(typed) >= BEGINNING_MIN else and_(first, about_as_long),
        and_(begins(func.reverse(word), typed[half:][::-1]), about_as_long),
        word == exchanged(typed),
    ]
    return [select(word).where(c) for c in conditions]
