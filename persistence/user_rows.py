"""Which words a search means, looked up in the vocabulary, and how many rows they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.slips import BEGINNING_MIN, exchanged, is_slip, may_slip, middle
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
    vocabulary: int = 500
    """Of up to so many words, the first rows of each are read."""
    inside: int = 3000
    """The most words of the vocabulary that are read because they contain a part."""
    gathered: int = 4000
    """Up to so many users are sorted for an order other than relevance; more are read along that order."""
    met: int = 12_000
    """So many users are compared with a search for one word that more than `gathered` rows have."""
    searched: int = 50_000
    """The most rows of a word that are read to count the users who have other common words too."""
    compared: int = 20_000
    """Up to so many users of some time of creation, who stand together in the table, are sorted and compared with a search."""


SIZES = Sizes()


def begins(column: ColumnElement[Any], beginning: str) -> ColumnElement[bool]:
    """Whether a column has this beginning, as a range of its index."""
    return and_(column >= beginning, column < beginning + TOP)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of words: how many, up to `many` and one; and their words, None for too many of them.

    Each condition is a statement of its own: with both in one, PostgreSQL would read the table instead of the index alone.
    """

    conditions: Sequence[ColumnElement[bool]]
    count: int
    vocabulary: Sequence[str] | None
    typed: str
    """The typed word that they have."""

    def users(self) -> CTE:
        """The ids of those who have them, to be read once."""
        ids = union_all(*(select(user_words.c.user_id).where(condition) for condition in self.conditions))
        return ids.cte("users_of_word").prefix_with("MATERIALIZED")


@dataclass(frozen=True, slots=True)
class LookUp:
    """Words of the vocabulary, fewer than `most` unless there are too many; their rows; and the rows of all such words."""

    typed: str
    known: CTE
    rows: ColumnElement[bool]
    all_rows: ColumnElement[bool]
    most: int


class Vocabulary:
    """The words of the directory, over one connection."""

    def __init__(self, connection: AsyncConnection, sizes: Sizes) -> None:
        self._connection, self._sizes = connection, sizes
        self._known: dict[tuple[str, bool | None], Rows] = {}

    async def rarest(self, begun: Sequence[str], inside: Sequence[str] = (), *, alone: bool = False) -> Rows:
        """Of words that begin like these, or have these inside, those with the fewest rows.

        If a word is `alone` in a search, words that begin with it are not among those that have it inside: they are better
        hits.
        """
        wanted = {(w, None): self._begun(w) for w in begun} | {(w, alone): self._inside(w, alone=alone) for w in inside}
        await self._look_up({key: look_up for key, look_up in wanted.items() if key not in self._known})
        return min((self._known[key] for key in wanted), key=lambda rows: rows.count)

    async def _look_up(self, wanted: Mapping[tuple[str, bool | None], LookUp]) -> None:
        """Look words up that were not yet, in one statement."""
        if not wanted:
            return
        look_ups = list(wanted.values())
        columns = [func.array(select(one.known.c.word).scalar_subquery()) for one in look_ups]
        counts = [self._count_of(one.rows) for one in look_ups]
        row = (await self._connection.execute(select(*columns, *counts))).one()
        for (key, one), known, count in zip(wanted.items(), row, row[len(look_ups) :], strict=False):
            self._known[key] = self._rows(one, known, count)

    def _rows(self, look_up: LookUp, known: Sequence[str], count: int) -> Rows:
        if len(known) >= look_up.most:
            return Rows([look_up.all_rows], self._sizes.many + 1, None, look_up.typed)
        condition = look_up.rows if look_up.rows is look_up.all_rows else _are(known)
        return Rows([condition], count, known if len(known) <= self._sizes.vocabulary else None, look_up.typed)

    def _begun(self, word: str) -> LookUp:
        known = _known(begins(words.c.word, word)).order_by(words.c.word).limit(self._sizes.vocabulary + 1)
        rows = begins(user_words.c.word, word)
        return LookUp(word, known.cte(), rows, rows, self._sizes.vocabulary + 2)

    def _inside(self, word: str, *, alone: bool) -> LookUp:
        inside = words.c.word.contains(word, autoescape=True)
        known = _known(and_(inside, ~words.c.word.startswith(word, autoescape=True)) if alone else inside)
        all_rows = user_words.c.word == any_(func.array(known.scalar_subquery()))
        # A number in the text: of a parameter a plan for any parameter assumes a tenth of the words, soon met in their order.
        some = known.limit(literal_column(str(self._sizes.inside))).cte()
        rows = user_words.c.word == any_(func.array(select(some.c.word).scalar_subquery()))
        return LookUp(word, some, rows, all_rows, self._sizes.inside)

    async def or_any(self, rows: Rows, others: Sequence[str]) -> Rows:
        """These rows, and those of other words."""
        if not others:
            return rows
        condition = _are(others)
        count = rows.count + int(await self._connection.scalar(select(self._count_of(condition))) or 0)
        known = None if rows.vocabulary is None else [*rows.vocabulary, *others]
        return Rows([*rows.conditions, condition], min(count, self._sizes.many + 1), known, rows.typed)

    def _count_of(self, condition: ColumnElement[bool]) -> Any:
        return count_up_to(self._sizes.many + 1, user_words, condition).scalar_subquery()

    async def near(self, typed: Sequence[str]) -> dict[str, list[str]]:
        """The words of the vocabulary that each of these may be a slip of."""
        misspelt = [w for w in typed if may_slip(w)]
        if not misspelt:
            return {}
        parts = [q for w in misspelt for q in _may_be_meant(w)]
        found = sorted(set((await self._connection.execute(union_all(*parts))).scalars()))
        return {w: [other for other in found if is_slip(w, other)] for w in misspelt}


def _are(known: Sequence[str]) -> ColumnElement[bool]:
    return user_words.c.word == any_(literal(list(known), ARRAY(Text)))


def _known(condition: ColumnElement[bool]) -> Select[Any]:
    return select(words.c.word).where(condition).distinct()


def _may_be_meant(typed: str) -> list[Select[Any]]:
    """Words that include all of which this is a slip (see `domain/models/slips.py`)."""
    half = middle(typed)
    word, length = words.c.word, func.length(words.c.word)
    about_as_long = length.between(len(typed) - 1, len(typed) + 1)
    first = begins(word, typed[:half])
    conditions = [
        first if len(typed) >= BEGINNING_MIN else and_(first, about_as_long),
        and_(begins(func.reverse(word), typed[half:][::-1]), about_as_long),
        word == exchanged(typed),
    ]
    return [select(word).where(c) for c in conditions]
