"""The filter of a list of users as SQL."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    SmallInteger,
    Uuid,
    any_,
    exists,
    literal,
)

from domain.models.actor import Role
from domain.models.directory import UserFilter, UserQuery
from domain.models.user import Status
from persistence.user_table import users

STATUSES = {Status.ACTIVE: 0, Status.DISABLED: 6, Status.DELETED: 12}
ROLES = {Role.MEMBER: 0, Role.AUDITOR: 2, Role.ADMIN: 4}
SIGN_IN = 18
"""The amounts that each adds to the column `traits`; a verified address adds one."""


def traits_of(wanted: UserFilter) -> list[int]:
    """The values of `traits` that pass a filter, without repeats."""
    statuses = [n for status, n in STATUSES.items() if wanted.status is None or status in wanted.status]
    roles = [n for role, n in ROLES.items() if wanted.role is None or role in wanted.role]
    verified = [0, 1] if wanted.email_verified is None else [int(wanted.email_verified)]
    ways_in = [0, SIGN_IN] if wanted.can_sign_in is None else [SIGN_IN * wanted.can_sign_in]
    return [sum(parts) for parts in product(statuses, roles, verified, ways_in)]


def is_active_member(traits: int) -> bool:
    """Whether these traits are of active members, who are most users."""
    return traits % SIGN_IN < ROLES[Role.AUDITOR]


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

    def form(self) -> Hashable | None:
        """The wanted traits and presence; None if the filter is on more than those."""
        w = self.wanted
        if any(part is not None for part in (w.email, w.id, w.created_after, w.created_before)):
            return None
        return w.status, w.role, w.email_verified, w.can_sign_in, w.online

    @property
    def id_lists(self) -> list[list[UUID]]:
        """The users who are online, if the filter is by presence; in no order."""
        return [] if self.wanted.online is None else [list(self.online_ids)]

    def saying(self, id_lists: Iterator[Sequence[UUID]]) -> Filtered:
        """The same filter with the next list of users who are online."""
        return self if self.wanted.online is None else replace(self, online_ids=frozenset(next(id_lists)))

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
