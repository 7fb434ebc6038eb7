"""Statements that are built once for each form, with marks in place of the texts that a search has.

Building the statements of a search with SQLAlchemy takes several times as long as PostgreSQL takes to answer them. Most
searches differ from earlier ones in their texts alone. So the first search of a form builds its statement with marks
instead of its words, and what the statement binds is kept as a recipe: `' ' || mark` becomes a space and the first word
of any later search. Marks are of the same kind as the words, and mostly capital letters, which no folded word has.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.words import is_ideographic
from persistence.direct import Prepared, fetch
from persistence.statements import Report
from persistence.user_frequencies import Frequencies

KEPT = 400
"""Forms that are kept; one takes about 5 KiB, and those that differ in a number have one text."""
LONG = 3
"""Words of fewer letters are short; whether a word is long decides how it is searched for."""
ASCII, OTHERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "".join(map(chr, range(0x13A0, 0x13F6)))
"""The letters of marks: capitals of the Latin alphabet, and for other words, or when these are used up, those of the Cherokee one."""
NUMBERS, IDEOGRAPHS = "0123456789", "".join(map(chr, range(0x3F000, 0x3F020)))
"""The same for words that begin with a digit, and for characters that are words of their own, of those that are not assigned."""
TEXTS, LISTS = 0xE000, 0xE100
"""The characters, for private use, that stand for texts and for lists of texts."""
IDS, ID_LISTS = 2**127, 2**127 + 2**64
"""The numbers, of no version of UUIDs, that stand for ids and for lists of ids."""

Values = Callable[["Given"], Any]


class NoForm(Exception):
    """The words cannot be replaced by marks."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the statements of one form differ in: words that were typed, and texts, ids and lists of these that nothing depends on.

    If a statement uses parts of a word (`in_parts`), its form has the lengths of the words.
    """

    words: Sequence[str] = ()
    texts: Sequence[str] = ()
    ids: Sequence[UUID] = ()
    lists: Sequence[Sequence[str]] = ()
    id_lists: Sequence[Sequence[UUID]] = ()
    in_parts: bool = False

    def kind(self) -> Hashable:
        """What of this is in the form of a statement. Raises NoForm."""
        words = tuple([_kind(word, in_parts=self.in_parts) for word in self.words])
        if len(words) > 1 and any(
            n != m and w.startswith(v) for n, v in enumerate(self.words) for m, w in enumerate(self.words)
        ):
            raise NoForm
        return words, len(self.texts), len(self.ids), len(self.lists), len(self.id_lists)

    def marked(self) -> Given:
        """The same with marks. Raises NoForm if there are more letters than marks."""
        others = iter(OTHERS)
        letters = {ASCII: chain(ASCII, others), OTHERS: others}
        letters |= {alphabet: iter(alphabet) for alphabet in (NUMBERS, IDEOGRAPHS)}
        words = []
        for alphabet, length in (_kind(word, in_parts=self.in_parts) for word in self.words):
            words.append("".join(letter for letter, _ in zip(letters[alphabet], range(length), strict=False)))
            if len(words[-1]) < length:
                raise NoForm
        texts = [chr(TEXTS + n) for n in range(len(self.texts))]
        ids = [UUID(int=IDS + n) for n in range(len(self.ids))]
        lists = [[chr(LISTS + n)] for n in range(len(self.lists))]
        id_lists = [[UUID(int=ID_LISTS + n)] for n in range(len(self.id_lists))]
        return Given(words, texts, ids, lists, id_lists, self.in_parts)


def _kind(word: str, *, in_parts: bool) -> tuple[str, int]:
    """The letters of a word's mark, and the word's length, or how long its mark is. Raises NoForm."""
    if len(word) == 1 and is_ideographic(word):
        return IDEOGRAPHS, 1
    if not word.isalnum() or word != word.lower() or any(map(is_ideographic, word)):
        raise NoForm
    if not word[0].isalpha() and word[0] not in NUMBERS:
        raise NoForm
    alphabet = OTHERS if not word.isascii() else ASCII if word[0].isalpha() else NUMBERS
    if alphabet is OTHERS and not word[0].isalpha():
        raise NoForm
    return alphabet, len(word) if in_parts else LONG if len(word) >= LONG else 1


class Form:
    """A statement of one form."""

    def __init__(self, statement: Executable, marked: Given) -> None:
        prepared = Prepared(statement)
        self.text = sys.intern(prepared.text)
        letters = {letter: (n, at) for n, mark in enumerate(marked.words) for at, letter in enumerate(mark)}
        id_lists = {i: n for n, [i] in enumerate(marked.id_lists)}
        known = _Known(marked, letters, {i: n for n, i in enumerate(marked.ids)}, id_lists)
        self._values = [known.recipe(value) for value in prepared.values({})]

    def values(self, given: Given) -> list[Any]:
        """The values in the order of the text."""
        return [value(given) for value in self._values]


@dataclass(frozen=True, slots=True)
class _Known:
    """The marks by what they stand for."""

    marked: Given
    letters: Mapping[str, tuple[int, int]]
    ids: Mapping[UUID, int]
    id_lists: Mapping[UUID, int]

    def recipe(self, value: Any) -> Values:
        """How a value is made from what is given."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list) and value and isinstance(value[0], str):
            place = ord(value[0][0]) - LISTS if value[0] else -1
            if 0 <= place < len(self.marked.lists):
                return lambda given: given.lists[place]
            each = [self._text(one) for one in value]
            return lambda given: [one(given) for one in each]
        if isinstance(value, list) and value and value[0] in self.id_lists:
            place = self.id_lists[value[0]]
            return lambda given: given.id_lists[place]
        if isinstance(value, UUID) and value in self.ids:
            place = self.ids[value]
            return lambda given: given.ids[place]
        return lambda _: value

    def _text(self, value: str) -> Values:
        pattern = "".join(map(self._named, value))
        for number, mark in enumerate(self.marked.words):
            whole = "".join(map(self._named, mark))
            pattern = pattern.replace(whole, f"{{0[{number}]}}")
        if "][" in pattern and not self.marked.in_parts:
            raise NoForm
        if pattern == value:
            return lambda _: value
        return partial(_written, pattern.format)

    def _named(self, letter: str) -> str:
        """A letter of a pattern, or what stands for it there."""
        if letter in self.letters:
            word, at = self.letters[letter]
            return f"{{0[{word}][{at}]}}"
        place = ord(letter) - TEXTS
        return f"{{1[{place}]}}" if 0 <= place < len(self.marked.texts) else letter * 2 if letter in "{}" else letter


def _written(pattern: Callable[..., str], given: Given) -> str:
    return pattern(given.words, given.texts)


class Forms:
    """One per process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Form] = OrderedDict()

    def get(self, form: Hashable, given: Given, build: Callable[[Given], Executable]) -> Form:
        """The statement of a form, built if it is not kept. Raises NoForm."""
        key = form, given.kind()
        found = self._kept.get(key)
        if found is None:
            marked = given.marked()
            found = self._kept[key] = Form(build(marked), marked)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found


class Reads(Protocol):
    """Runs the statements of a search over one connection."""

    @property
    def frequencies(self) -> Frequencies:
        """The numbers of rows that earlier searches have counted."""
        ...

    async def rows(
        self, form: Hashable | None, given: Given, build: Callable[[Given], Executable]
    ) -> Sequence[Sequence[Any]]:
        """The rows of a statement. `build` makes it of what is given; all of the same form differ in that alone."""
        ...


class BuiltReads:
    """Builds each statement."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection, self.frequencies = connection, Frequencies()

    async def rows(
        self, _form: Hashable | None, given: Given, build: Callable[[Given], Executable]
    ) -> Sequence[Sequence[Any]]:
        """The rows."""
        return (await self._connection.execute(build(given))).all()


class FormReads:
    """Builds a statement once for each form; what has none is built each time. Not within a transaction."""

    def __init__(
        self, connection: AsyncConnection, forms: Forms, report: Report, frequencies: Frequencies | None = None
    ) -> None:
        self._connection, self._forms, self._report = connection, forms, report
        self.frequencies = Frequencies() if frequencies is None else frequencies
        self._otherwise = BuiltReads(connection)

    async def rows(
        self, form: Hashable | None, given: Given, build: Callable[[Given], Executable]
    ) -> Sequence[Sequence[Any]]:
        """The rows. Raises what the driver raises."""
        try:
            known = None if form is None else self._forms.get(form, given, build)
        except NoForm:
            known = None
        if known is None:
            return await self._otherwise.rows(None, given, build)
        driver: Any = self._connection.sync_connection.connection.driver_connection  # type: ignore[union-attr]
        rows: Sequence[Any] = await fetch(driver, known.text, known.values(given), self._report)
        return rows
