"""The rules of relevance as SQL (see `domain/models/relevance.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Integer, Text, literal

from domain.models.conditions import AllOf, Condition, Field, Holds, Near
from domain.models.relevance import Rule
from domain.models.slips import exchanged, middle
from persistence.written import Written

Meant = Mapping[str, Sequence[str]]
"""The words of the directory that each typed word may be a slip of."""


class SqlTexts:
    """The texts of a row that has the keys; with `whole` the row has the address and the id too.

    A condition on a text that the row does not have is false, and so is a slip of a word that `near` does not have.
    """

    def __init__(self, c: Any, near: Meant, *, whole: bool) -> None:
        self._near = near
        self._columns: list[ColumnElement[Any]] = [c.name_key, c.email_key]
        self._texts = {Field.NAME: "'  ' || {0} || '  '", Field.WORDS: "'  ' || {0} || '  ' || {1} || '  '"}
        if whole:
            self._columns += [c.email, c.id]
            self._texts |= {Field.EMAIL: "' ' || {2} || ' '", Field.ID: "' ' || {3}::text || ' '"}

    def meet(self, condition: Condition) -> ColumnElement[bool]:
        """Whether the texts meet a condition."""
        parts = [*self._columns]
        text = self._written(condition, parts) if self._may_hold(condition) else "false"
        return Written(text, parts, Boolean())

    def tier(self, rules: Sequence[Rule]) -> ColumnElement[int | None]:
        """The tier by these rules, null for none."""
        parts = [*self._columns]
        rules = [rule for rule in rules if self._may_hold(rule[1])]
        whens = " ".join(f"WHEN {self._written(condition, parts)} THEN {int(tier)}" for tier, condition in rules)
        return Written(f"CASE {whens} END" if whens else "NULL::integer", parts, Integer())

    def _may_hold(self, condition: Condition) -> bool:
        if isinstance(condition, Holds):
            return condition.field in self._texts
        if isinstance(condition, Near):
            return bool(self._near.get(condition.word))
        each = (self._may_hold(c) for c in condition.conditions)
        return all(each) if isinstance(condition, AllOf) else any(each)

    def _written(self, condition: Condition, parts: list[ColumnElement[Any]]) -> str:
        """The condition, which may hold, as text; its values are added to the parts."""
        if isinstance(condition, Holds):
            return _has(self._texts[condition.field], condition.part, parts)
        if isinstance(condition, Near):
            return _has_any(self._texts[condition.field], condition.word, self._near[condition.word], parts)
        written = [self._written(c, parts) for c in condition.conditions if self._may_hold(c)]
        operator = " AND " if isinstance(condition, AllOf) else " OR "
        return f"({operator.join(written) or 'true'})"


def _has(text: str, part: str, parts: list[ColumnElement[Any]]) -> str:
    return f"strpos({text}, {_value(literal(part), parts)}) > 0"


def _has_any(text: str, typed: str, meant: Sequence[str], parts: list[ColumnElement[Any]]) -> str:
    """Whether one of the words that a slip means is in a text; few texts are split into words for that.

    They begin or end like the typed word, or have two letters exchanged (see `domain/models/slips.py`).
    """
    half = middle(typed)
    likely = [_has(text, part, parts) for part in (f" {typed[:half]}", f"{typed[half:]} ", f" {exchanged(typed)} ")]
    words = _value(literal(list(meant), ARRAY(Text)), parts)
    return f"(({' OR '.join(likely)}) AND string_to_array({text}, ' ') && {words})"


def _value(value: ColumnElement[Any], parts: list[ColumnElement[Any]]) -> str:
    parts.append(value)
    return f"{{{len(parts) - 1}}}"
