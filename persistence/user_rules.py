"""The rules of relevance as SQL (see `domain/models/relevance.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Integer, Text, literal

from domain.models.conditions import AllOf, AtLeast, Condition, Field, Holds
from domain.models.conditions import Near as SlipOf
from domain.models.relevance import Rule
from domain.models.slips import exchanged, middle
from persistence.written import Written

BEGINNING, BEGINNINGS_MAX = 3, 3
"""The letters at the beginning of a word by which most words differ; and how many beginnings are compared one by one."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The words of the directory that a typed word may be a slip of, and their beginnings, if those are few."""

    words: Sequence[str]
    beginnings: Sequence[str]

    @classmethod
    def of(cls, words: Sequence[str]) -> Meant:
        """Of these words."""
        beginnings = sorted({word[:BEGINNING] for word in words})
        return cls(words, beginnings if len(beginnings) <= BEGINNINGS_MAX else ())


Near = Mapping[str, Meant]
"""What each typed word may be a slip of; words that are no slip are not there."""


class Values:
    """The bound values of one search; a value that several statements or conditions have is bound once."""

    def __init__(self) -> None:
        self._bound: dict[str | tuple[str, ...], ColumnElement[Any]] = {}

    def of(self, value: str | tuple[str, ...]) -> ColumnElement[Any]:
        """A text or several, as one value."""
        if value not in self._bound:
            several = isinstance(value, tuple)
            self._bound[value] = literal(list(value), ARRAY(Text)) if several else literal(value)
        return self._bound[value]


class Parts:
    """The columns and values of one expression, numbered as its text names them."""

    def __init__(self, columns: Sequence[ColumnElement[Any]], values: Values) -> None:
        self.all, self._values = [*columns], values
        self._names: dict[str | tuple[str, ...], str] = {}

    def value(self, value: str | tuple[str, ...]) -> str:
        """The name of a value, which is added if it is not there."""
        if value not in self._names:
            self._names[value] = f"{{{len(self.all)}}}"
            self.all.append(self._values.of(value))
        return self._names[value]


class SqlTexts:
    """The texts of a row that has the keys; with `whole` the row has the address and the id too.

    A condition on a text that the row does not have is false, and so is a slip of a word that `near` does not have.
    """

    def __init__(self, c: Any, near: Near, *, whole: bool, values: Values | None = None) -> None:
        self._near, self._values = near, Values() if values is None else values
        self._columns: list[ColumnElement[Any]] = [c.name_key, c.email_key]
        self._texts = {Field.NAME: "'  ' || {0} || '  '", Field.WORDS: "'  ' || {0} || '  ' || {1} || '  '"}
        if whole:
            self._columns += [c.email, c.id]
            self._texts |= {Field.EMAIL: "' ' || {2} || ' '", Field.ID: "' ' || {3}::text || ' '"}

    def meet(self, condition: Condition) -> ColumnElement[bool]:
        """Whether the texts meet a condition."""
        parts = Parts(self._columns, self._values)
        text = self._written(condition, parts) if self._may_hold(condition) else "false"
        return Written(text, parts.all, Boolean())

    def may_have(self, word: str, *, slips: bool, by_email: bool) -> ColumnElement[bool]:
        """Whether the name or address has a word inside, or with `slips` a part of what it may mean.

        Without the spaces that `meet` adds to both, which takes longer than to compare them.
        """
        parts = Parts(self._columns, self._values)
        likely = _likely(word, self._near[word]) if slips and self._near.get(word) else ()
        texts = ("{0}", "{1}") if by_email else ("{0}",)
        written = [_has(text, part.strip(), parts) for part in (word, *likely) for text in texts]
        return Written(f"({' OR '.join(written)})", parts.all, Boolean())

    def tier(self, rules: Sequence[Rule]) -> ColumnElement[int | None]:
        """The tier by these rules, null for none."""
        parts = Parts(self._columns, self._values)
        rules = [rule for rule in rules if self._may_hold(rule[1])]
        whens = " ".join(f"WHEN {self._written(condition, parts)} THEN {int(tier)}" for tier, condition in rules)
        return Written(f"CASE {whens} END" if whens else "NULL::integer", parts.all, Integer())

    def _may_hold(self, condition: Condition) -> bool:
        if isinstance(condition, Holds):
            return condition.field in self._texts
        if isinstance(condition, SlipOf):
            return condition.word in self._near
        each = (self._may_hold(c) for c in condition.conditions)
        if isinstance(condition, AtLeast):
            return sum(each) >= condition.number
        return all(each) if isinstance(condition, AllOf) else any(each)

    def _written(self, condition: Condition, parts: Parts) -> str:
        """The condition, which may hold, as text; its values are added to the parts."""
        if isinstance(condition, Holds):
            return _has(self._texts[condition.field], condition.part, parts)
        if isinstance(condition, SlipOf):
            return _has_any(self._texts[condition.field], condition.word, self._near[condition.word], parts)
        written = [self._written(c, parts) for c in condition.conditions if self._may_hold(c)]
        if isinstance(condition, AtLeast):
            return f"({' + '.join(f'({one})::int' for one in written)} >= {condition.number})"
        operator = " AND " if isinstance(condition, AllOf) else " OR "
        return f"({operator.join(written) or 'true'})"


def _has(text: str, part: str, parts: Parts) -> str:
    return f"strpos({text}, {parts.value(part)}) > 0"


def _has_any(text: str, typed: str, meant: Meant, parts: Parts) -> str:
    """Whether one of the words that a slip means is in a text; few texts are split into words for that."""
    likely = " OR ".join(_has(text, part, parts) for part in _likely(typed, meant))
    return f"(({likely}) AND string_to_array({text}, ' ') && {parts.value(tuple(meant.words))})"


def _likely(typed: str, meant: Meant) -> Sequence[str]:
    """Parts one of which every text has that has one of these words: their beginnings, if those are few.

    Else those that a slip leaves: they begin or end like the typed word, or have two letters exchanged (see
    `domain/models/slips.py`).
    """
    if meant.beginnings:
        return [f" {beginning}" for beginning in meant.beginnings]
    half = middle(typed)
    return [f" {typed[:half]}", f"{typed[half:]} ", f" {exchanged(typed)} "]
