"""Which words a search means, looked up in the vocabulary, and how many rows they have."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    case,
    func,
    literal,
    literal_column,
    null,
    select,
)

from domain.models.relevance import LITTLE
from persistence.forms import Given, Reads
from persistence.user_frequencies import Frequency
from persistence.user_query import TOP, count_up_to
from persistence.user_words import user_words, words


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers of rows that decide how they are read; tests use small ones."""

    few: int = 2000
    """Up to so many rows of a search with one word are all read and sorted."""
    many: int = 20_000
    """The same for several words, and if there is no cheaper way; more are read in the order of names."""
    counted: int = 12_000
    """The users of up to so many rows of a search with one word are counted exactly."""
    walked: int = 8000
    """The same for one word that begins more than `vocabulary` words; more are read in the order of names."""
    vocabulary: int = 700
    """Of up to so many words, the first rows of each are read."""
    bounded: int = 200
    """Of more words than this, the first rows of each are read no further than where the page ends."""
    inside: int = 3000
    """The most words of the vocabulary that are read because they contain a part."""
    gathered: int = 4000
    """Up to so many users are sorted for an order other than relevance; more are read along that order."""
    met: int = 12_000
    """So many users are compared with a search for one word that more than `gathered` rows have."""
    searched: int = 50_000
    """The most rows of a word that are read to count the users who have other common words too."""
    picked: int = 500
    """If a filter on several traits leaves up to so many users, each is compared with a search."""
    compared: int = 20_000
    """Up to so many users of some time of creation, who stand together in the table, are sorted and compared with a search."""


SIZES = Sizes()


def begins(column: ColumnElement[Any], beginning: str) -> ColumnElement[bool]:
    """Whether a column has this beginning, as a range of its index."""
    return and_(column >= beginning, column < beginning + TOP)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of words by one condition: of the words `are`; or else of those that begin like `typed`, or have it inside."""

    typed: str
    inside: bool = False
    alone: bool = False
    are: Sequence[str] | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """Their condition."""
        if self.are is not None:
            return user_words.c.word == any_(literal(list(self.are), ARRAY(Text)))
        if not self.inside:
            return begins(user_words.c.word, self.typed)
        known = select(words.c.word).where(_inside(self.typed, alone=self.alone)).scalar_subquery()
        return user_words.c.word == any_(func.array(known))


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of words: how many, up to `counted` and one; and their words, None for too many of them.

    Each part is a statement of its own: with both in one, PostgreSQL would read the table instead of the index alone.
    """

    parts: Sequence[Part]
    count: int
    vocabulary: Sequence[str] | None
    typed: str
    """The typed word that they have."""
    counted: int

    @property
    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """The conditions of the parts."""
        return [part.condition for part in self.parts]

    @property
    def form(self) -> Hashable:
        """What these rows have besides texts."""
        parts = [(part.inside, part.alone, part.are is not None) for part in self.parts]
        return tuple(parts), self.vocabulary is not None

    def lists(self) -> list[Sequence[str]]:
        """The lists of words in their conditions, and the vocabulary."""
        return [*(part.are for part in self.parts if part.are is not None), self.vocabulary or ()]

    def saying(self, words: Mapping[str, str], lists: Iterator[Sequence[str]]) -> Rows:
        """The same rows with other words, and the next ones of other lists."""
        parts = [
            replace(p, typed=words.get(p.typed, p.typed), are=None if p.are is None else next(lists))
            for p in self.parts
        ]
        known = next(lists)
        vocabulary = None if self.vocabulary is None else known
        return replace(self, parts=parts, vocabulary=vocabulary, typed=words.get(self.typed, self.typed))

    def are_counted(self, most: int) -> bool:
        """Whether the count would be the same if up to `most` rows were counted."""
        return self.count <= self.counted or self.counted >= most


@dataclass(frozen=True, slots=True)
class LookUp:
    """Words of the vocabulary and the rows that they have; neither are read if there are as many words as `limit`."""

    known: CTE
    rows: ColumnElement[bool]
    limit: int | None = None

    def words(self) -> Any:
        """The words, or null."""
        return self._unless_many(func.array(select(self.known.c.word).scalar_subquery()))

    def count(self, most: int) -> Any:
        """The number of rows up to `most` and one, or null."""
        return self._unless_many(count_of(self.rows, most))

    def _unless_many(self, value: Any) -> Any:
        if self.limit is None:
            return value
        return case((select(func.count()).select_from(self.known).scalar_subquery() < self.limit, value))


class Vocabulary:
    """The words of the directory."""

    def __init__(self, reads: Reads, sizes: Sizes) -> None:
        self._reads, self._sizes, self._frequencies = reads, sizes, reads.frequencies
        self._known: dict[tuple[str, bool | None], Rows] = {}

    async def rarest(
        self, begun: Sequence[str], inside: Sequence[str] = (), *, alone: bool = False, most: int | None = None
    ) -> Rows:
        """Of words that begin like these, or have these inside, those with the fewest rows, counted up to `most` or `many`.

        If a word is `alone` in a search, words that begin with it are not among those that have it inside: they are better
        hits.
        """
        most = self._sizes.many if most is None else most
        wanted: list[tuple[str, bool | None]] = [*((w, None) for w in begun), *((w, alone) for w in inside)]
        await self._look_up([key for key in wanted if not self._is_known(key, most)], most)
        return min((self._known[key] for key in wanted), key=lambda rows: rows.count)

    def _is_known(self, key: tuple[str, bool | None], most: int) -> bool:
        return key in self._known and self._known[key].are_counted(most)

    async def begun_or_inside(self, word: str, most: int) -> Rows:
        """Of words that begin like the only one of a search; if they have little, those that have it inside are looked up too."""
        if self._is_known((word, None), most) or self._frequencies.get((word, None), most):
            return await self.rarest([word], most=most)
        least, kept = min(LITTLE, most + 1), self._frequencies.get((word, True), most)

        def build(given: Given) -> Select[Any]:
            [word] = given.words
            begun, inside = self._begun(word), self._inside(word, alone=True)
            is_little = count_of(begun.rows, least - 1) < least
            values = [_listed(inside, kept), *([] if kept else [inside.count(most)])]
            return select(begun.words(), begun.count(most), *(case((is_little, value)) for value in values))

        form = "look up both", kept and kept.listed, most, self._sizes
        [row] = await self._reads.rows(form, Given([word]), build)
        begun = self._known[word, None] = self._rows(word, None, row[0], row[1], most)
        self._keep((word, None), begun)
        if begun.count < least:
            key = word, True
            inside = self._known[key] = self._rows(
                *key, row[2], *((kept.count, kept.counted) if kept else (row[3], most))
            )
            if not kept:
                self._keep(key, inside)
        return begun

    async def _look_up(self, wanted: Sequence[tuple[str, bool | None]], most: int) -> None:
        """Look words up that were not yet, in one statement. Common words that were counted a short time ago are not again."""
        if not wanted:
            return
        alone = [one for _, one in wanted]
        kept = [self._frequencies.get(key, most) for key in wanted]

        def build(given: Given) -> Select[Any]:
            look_ups = [
                self._begun(w) if a is None else self._inside(w, a) for w, a in zip(given.words, alone, strict=True)
            ]
            counts = [one.count(most) for one, frequency in zip(look_ups, kept, strict=True) if frequency is None]
            return select(*map(_listed, look_ups, kept), *counts)

        form = "look up", *alone, *(frequency and frequency.listed for frequency in kept), most, self._sizes
        [row] = await self._reads.rows(form, Given([word for word, _ in wanted]), build)
        counts = iter(row[len(wanted) :])
        for key, found, frequency in zip(wanted, row, kept, strict=False):
            count, counted = (frequency.count, frequency.counted) if frequency else (next(counts), most)
            self._known[key] = self._rows(*key, found, count, counted)
            self._note_begun(key, most)
            if frequency is None:
                self._keep(key, self._known[key])

    def _keep(self, key: tuple[str, bool | None], rows: Rows) -> None:
        """Keep the count of a common word; to count few rows costs little."""
        if rows.count > self._sizes.few:
            [part] = rows.parts
            self._frequencies.note(key, rows.count, rows.counted, listed=not part.inside)

    def _note_begun(self, key: tuple[str, bool | None], most: int) -> None:
        """If words that have a word inside have few rows, those of them that begin with it are not counted: they have no more."""
        word, alone = key
        inside, begun = self._known[key], self._known.get((word, None))
        if alone is False and begun is not None and inside.count <= most and not begun.are_counted(most):
            self._known[word, None] = replace(begun, count=inside.count, counted=most)

    def _rows(self, typed: str, alone: bool | None, known: Sequence[str] | None, count: int, most: int) -> Rows:
        is_whole, sizes = alone is None, self._sizes
        whole = Part(typed, inside=not is_whole, alone=bool(alone))
        if known is None:
            return Rows([whole], sizes.many + 1, None, typed, sizes.many)
        known = list(dict.fromkeys(known))
        few_words = known if len(known) <= sizes.vocabulary else None
        return Rows([whole if is_whole else Part(typed, are=known)], count, few_words, typed, most)

    def _begun(self, word: str) -> LookUp:
        known = _known(begins(words.c.word, word)).order_by(words.c.word).limit(self._sizes.vocabulary + 1)
        return LookUp(known.cte(), begins(user_words.c.word, word))

    def _inside(self, word: str, alone: bool) -> LookUp:
        inside = _inside(word, alone=alone)
        # A number in the text: of a parameter a plan for any parameter assumes a tenth of the words, soon met in their order.
        # Not distinct, which would read all such words.
        some = select(words.c.word).where(inside).limit(literal_column(str(self._sizes.inside))).cte()
        rows = user_words.c.word == any_(func.array(select(some.c.word).scalar_subquery()))
        return LookUp(some, rows, self._sizes.inside)


def _listed(look_up: LookUp, kept: Frequency | None) -> Any:
    """The words of a look-up; null if they were too many a short time ago."""
    return look_up.words() if kept is None or kept.listed else null()


def _inside(word: str, *, alone: bool) -> ColumnElement[bool]:
    """Whether a word of the vocabulary has this inside; not at its beginning, if it is `alone`."""
    inside = words.c.word.contains(word, autoescape=True)
    return and_(inside, ~words.c.word.startswith(word, autoescape=True)) if alone else inside


def count_of(condition: ColumnElement[bool], most: int) -> Any:
    """How many rows of words meet a condition, up to `most` and one."""
    return count_up_to(most + 1, user_words, condition).scalar_subquery()


def _known(condition: ColumnElement[bool]) -> Select[Any]:
    return select(words.c.word).where(condition).distinct()
