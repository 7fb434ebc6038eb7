"""Conditions on users as SQL: of the filter, and of the rules of relevance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    SmallInteger,
    Text,
    Uuid,
    any_,
    exists,
    literal,
)

from domain.models.actor import Role
from domain.models.conditions import AllOf, Condition, Field, Holds, Near
from domain.models.directory import UserFilter, UserQuery
from domain.models.relevance import Rule
from domain.models.slips import exchanged, middle
from domain.models.user import Status
from persistence.user_table import users
from persistence.written import Written

STATUSES = {Status.ACTIVE: 0, Status.DISABLED: 6, Status.DELETED: 12}
ROLES = {Role.MEMBER: 0, Role.AUDITOR: 2, Role.ADMIN: 4}
SIGN_IN = 18
"""The amounts that each adds to the column `traits`; a verified address adds one."""

FALSE = "false"
Meant = Mapping[str, Sequence[str]]


def traits_of(wanted: UserFilter) -> list[int]:
    """The values of `traits` that pass a filter, without repeats."""
    statuses = [n for status, n in STATUSES.items() if wanted.status is None or status in wanted.status]
    roles = [n for role, n in ROLES.items() if wanted.role is None or role in wanted.role]
    verified = [0, 1] if wanted.email_verified is None else [int(wanted.email_verified)]
    ways_in = [0, SIGN_IN] if wanted.can_sign_in is None else [SIGN_IN * wanted.can_sign_in]
    return [sum(parts) for parts in product(statuses, roles, verified, ways_in)]


@dataclass(frozen=True, slots=True)
class Filtered:
    """A filter, as conditions on a row that has `traits` and a user's id."""

    wanted: UserFilter
    online_ids: frozenset[UUID]

    @property
    def traits(self) -> list[int]:
        """The values of `traits` that pass the filter."""
        return traits_of(self.wanted)

    @classmethod
    def of(cls, query: UserQuery) -> Filtered:
        """The filter of a query."""
        return cls(query.filter, query.online_ids or frozenset())

    def on(self, traits: ColumnElement[Any], user_id: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """All conditions of the filter."""
        return [self.with_traits(traits), *self.beside_traits(user_id)]

    def with_traits(self, traits: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition on the traits."""
        return traits == any_(literal(self.traits, ARRAY(SmallInteger)))

    def beside_traits(self, user_id: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The conditions on anything but the traits."""
        conditions: list[ColumnElement[bool]] = []
        if self.wanted.online is not None:
            online = user_id == any_(literal(sorted(self.online_ids), ARRAY(Uuid)))
            conditions.append(online if self.wanted.online else ~online)
        if self.wanted.email is not None:
            conditions.append(self._of_user(user_id, users.c.email == self.wanted.email))
        if self.wanted.id is not None:
            conditions.append(user_id == self.wanted.id)
        if self.wanted.created_after is not None:
            conditions.append(self._of_user(user_id, users.c.created_at > self.wanted.created_after))
        if self.wanted.created_before is not None:
            conditions.append(self._of_user(user_id, users.c.created_at < self.wanted.created_before))
        return conditions

    @staticmethod
    def _of_user(user_id: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[bool]:
        if user_id is users.c.id:
            return condition
        return exists().where(users.c.id == user_id, condition).correlate_except(users)


class Row:
    """Conditions on a row that has the keys; if it is `whole`, a row of users, it has the address and the id too.

    `near` has the words of the directory that a slip may mean.
    """

    def __init__(self, c: Any, near: Meant, *, whole: bool) -> None:
        self._near = near
        self._parts: list[ColumnElement[Any]] = [c.name_key, c.email_key]
        self._texts = {Field.NAME: "'  ' || {0} || '  '", Field.WORDS: "'  ' || {0} || '  ' || {1} || '  '"}
        if whole:
            self._parts += [c.email, c.id]
            self._texts |= {Field.EMAIL: "' ' || {2} || ' '", Field.ID: "' ' || {3}::text || ' '"}

    def meets(self, condition: Condition) -> ColumnElement[bool]:
        """Whether the row meets a condition; false for a text that it does not have."""
        return Written(self._condition(condition), self._parts, Boolean())

    def tier(self, rules: Sequence[Rule]) -> ColumnElement[int | None]:
        """The tier by these rules, null for none."""
        conditions = [(self._condition(condition), tier) for tier, condition in rules]
        whens = " ".join(f"WHEN {text} THEN {int(tier)}" for text, tier in conditions if text != FALSE)
        return Written(f"CASE {whens} END" if whens else "NULL::integer", self._parts, Integer())

    def _condition(self, condition: Condition) -> str:
        if isinstance(condition, Holds):
            return self._has(self._texts.get(condition.field), condition.part)
        if isinstance(condition, Near):
            return self._has_any(self._texts[condition.field], condition.word)
        before = len(self._parts)
        parts = [self._condition(c) for c in condition.conditions]
        if isinstance(condition, AllOf):
            if FALSE not in parts:
                return f"({' AND '.join(parts) or 'true'})"
            del self._parts[before:]
            return FALSE
        return f"({' OR '.join(found)})" if (found := [p for p in parts if p != FALSE]) else FALSE

    def _has(self, text: str | None, part: str) -> str:
        return FALSE if text is None else f"strpos({text}, {self._value(literal(part))}) > 0"

    def _has_any(self, text: str, typed: str) -> str:
        """Whether one of the words that a slip means is in a text; few texts are cut into words for that.

        They begin or end like the typed word, or have two letters exchanged (see `domain/models/slips.py`).
        """
        meant, half = self._near.get(typed, ()), middle(typed)
        if not meant:
            return FALSE
        likely = [self._has(text, part) for part in (f" {typed[:half]}", f"{typed[half:]} ", f" {exchanged(typed)} ")]
        words = f"string_to_array({text}, ' ') && {self._value(literal(list(meant), ARRAY(Text)))}"
        return f"(({' OR '.join(likely)}) AND {words})"

    def _value(self, value: ColumnElement[Any]) -> str:
        self._parts.append(value)
        return f"{{{len(self._parts) - 1}}}"
