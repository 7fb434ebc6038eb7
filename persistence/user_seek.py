"""Positions in the order of relevance (tier, name, id), and the part of it that a statement reads, forward or backward."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, tuple_

from domain.errors import ValidationFailed
from domain.models.relevance import Tier
from domain.pagination import Window, decode_key, encode_key

KIND = "relevance"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """The position of a user in the result of a search."""

    tier: Tier
    name_key: str
    id: UUID

    def cursor(self) -> str:
        """The cursor that a client gets."""
        return encode_key(KIND, f"{int(self.tier)}{self.name_key}", self.id)

    @classmethod
    def of(cls, cursor: str, argument: str) -> Key:
        """The key that a cursor names. Raises ValidationFailed on the argument for a wrong one."""
        value, user_id = decode_key(KIND, cursor, argument)
        if value[:1] not in {str(int(t)) for t in Tier}:
            raise ValidationFailed.one(argument, "This cursor does not belong to this list", cursor)
        return cls(Tier(int(value[0])), value[1:], user_id)


@dataclass(frozen=True, slots=True)
class Seek:
    """The part of the order between two keys, read from its beginning or (`back`) from its end."""

    after: Key | None
    before: Key | None
    back: bool

    @classmethod
    def of(cls, window: Window) -> Seek:
        """The part that a window needs. Raises ValidationFailed for a wrong cursor."""
        after = None if window.after is None else Key.of(window.after, "after")
        before = None if window.before is None else Key.of(window.before, "before")
        return cls(after, before, window.backward)

    def form(self) -> Hashable:
        """What the statements of this part have besides texts and ids."""
        return *(None if key is None else key.tier for key in (self.after, self.before)), self.back

    def ends(self) -> list[Key]:
        """The keys that it lies between."""
        return [key for key in (self.after, self.before) if key is not None]

    def saying(self, places: Sequence[tuple[str, UUID]]) -> Seek:
        """The same with keys of other names and ids."""
        left = iter(places)
        after, before = (None if key is None else Key(key.tier, *next(left)) for key in (self.after, self.before))
        return replace(self, after=after, before=before)

    def past(self, key: Key) -> Seek:
        """The rest of the part after a key that was read."""
        return replace(self, before=key) if self.back else replace(self, after=key)

    def reaches(self, tiers: Iterable[Tier]) -> bool:
        """Whether any of these tiers is in this part."""
        within = set(tiers)
        return (self.after is None or max(within) >= self.after.tier) and (
            self.before is None or min(within) <= self.before.tier
        )

    def cut(self, statement: Select[Any], limit: int) -> Select[Any]:
        """The first rows (tier, name_key, id) of a statement in this part; a user who is found twice is there twice."""
        c = statement.subquery("found").c
        place = tuple_(c.tier, c.name_key, c.id)
        found: Select[Any] = select(c.tier, c.name_key, c.id)
        for key, forward in ((self.after, True), (self.before, False)):
            if key is not None:
                mark = tuple_(literal(int(key.tier)), literal(key.name_key), literal(key.id))
                found = found.where(place > mark if forward else place < mark)
        return found.order_by(*self.order(c.tier, c.name_key, c.id)).limit(limit)

    def first_of(self, statement: Select[Any], tier: Tier, limit: int) -> Select[Any]:
        """The same of a statement with a single tier, ordered by name and id as an index is."""
        name, user_id = statement.selected_columns[1], statement.selected_columns[2]
        place = tuple_(name, user_id)
        for key, forward in ((self.after, True), (self.before, False)):
            if key is not None and key.tier == tier:
                mark = tuple_(literal(key.name_key), literal(key.id))
                statement = statement.where(place > mark if forward else place < mark)
        return statement.order_by(*self.order(name, user_id)).limit(limit)

    def order(self, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        """The ORDER BY on these columns."""
        return [c.desc() if self.back else c.asc() for c in columns]
