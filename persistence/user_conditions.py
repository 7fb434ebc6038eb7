"""Conditions on users as SQL: of the filter, and of the rules of relevance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Case,
    ColumnElement,
    SmallInteger,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
)

from domain.models.actor import Role
from domain.models.conditions import AllOf, Condition, Field, Holds, Near
from domain.models.directory import UserFilter, UserQuery
from domain.models.relevance import Rule
from domain.models.slips import exchanged, middle
from domain.models.user import Status
from persistence.user_table import users

STATUSES = {Status.ACTIVE: 0, Status.DISABLED: 6, Status.DELETED: 12}
ROLES = {Role.MEMBER: 0, Role.AUDITOR: 2, Role.ADMIN: 4}
SIGN_IN = 18
"""The amounts that each adds to the column `traits`; a verified address adds one."""

Texts = Mapping[Field, ColumnElement[str]]
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


def texts_in_sql(c: Any, *, whole: bool) -> Texts:
    """The texts of a row that has the keys; with `whole` a row of users, which has the address and id too."""
    name = literal("  ") + c.name_key + literal("  ")
    texts: dict[Field, ColumnElement[str]] = {Field.NAME: name, Field.WORDS: name + c.email_key + literal("  ")}
    if whole:
        texts[Field.EMAIL] = literal(" ") + c.email + literal(" ")
        texts[Field.ID] = literal(" ") + cast(c.id, Text) + literal(" ")
    return texts


def in_sql(condition: Condition, texts: Texts, near: Meant) -> ColumnElement[bool]:
    """The condition on these texts; false for a text that the row does not have. `near` has the words that slips mean."""
    if isinstance(condition, Holds):
        return false() if condition.field not in texts else _has(texts[condition.field], condition.part)
    if isinstance(condition, Near):
        return _has_any(texts[condition.field], condition.word, near.get(condition.word, ()))
    parts = [in_sql(c, texts, near) for c in condition.conditions]
    return and_(*parts) if isinstance(condition, AllOf) else or_(false(), *parts)


def _has(text: ColumnElement[str], part: str) -> ColumnElement[bool]:
    return func.strpos(text, part) > 0


def _has_any(text: ColumnElement[str], typed: str, meant: Sequence[str]) -> ColumnElement[bool]:
    """Whether one of the words that a slip means is in a text; few texts are cut into words for that.

    They begin or end like the typed word, or have two letters exchanged (see `domain/models/slips.py`).
    """
    if not meant:
        return false()
    half = middle(typed)
    likely = [_has(text, part) for part in (f" {typed[:half]}", f"{typed[half:]} ", f" {exchanged(typed)} ")]
    words = func.string_to_array(text, " ", type_=ARRAY(Text))
    return and_(or_(*likely), words.op("&&")(literal(list(meant), ARRAY(Text))))


def tier_in_sql(rules: Sequence[Rule], texts: Texts, near: Meant) -> Case[int | None]:
    """The tier of a row by these rules, null for none."""
    whens: list[tuple[ColumnElement[bool], ColumnElement[int]]] = [
        (in_sql(condition, texts, near), literal_column(str(int(tier)))) for tier, condition in rules
    ]
    return case(*whens, else_=None)
