"""The rows from which the users of each tier of relevance are read.

A search for words reads the rows of its rarest word if they are few. If every word is common, it reads the rows of a tier
in the order of names, because enough users come early: the first rows of each word of the vocabulary, or of each list of
users with the same traits. Conditions on the address are read from `users`. The tier of a row is always computed by the
rules of `domain/models/relevance.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    SmallInteger,
    Text,
    and_,
    func,
    lateral,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from domain.models.conditions import AllOf, AnyOf, Field, Holds
from domain.models.relevance import SLIPPED, Rule, Search, Tier, begins_or_near, is_long, rules_of, whole_names
from persistence.user_address import Address, is_at
from persistence.user_conditions import Filtered
from persistence.user_lists import Order, first_of_lists, first_of_words, united
from persistence.user_names import ranges_of
from persistence.user_query import TOP
from persistence.user_rows import Rows, begins
from persistence.user_rules import Near, SqlTexts, Values
from persistence.user_seek import Seek
from persistence.user_table import users
from persistence.user_words import user_words

NESTED = (Tier.NAME, Tier.BEGINNING, Tier.WORDS, Tier.PARTS)
"""Tiers each of which implies the condition of the next one."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Rows of (tier, name_key, id) for one search by one viewer.

    With `slips` they count too, and `near` has the words of the directory that each typed word may be a slip of.
    """

    search: Search
    by_email: bool
    filtered: Filtered
    near: Near = field(default_factory=dict)
    slips: bool = False
    values: Values = field(default_factory=Values, compare=False)

    def form(self) -> Hashable | None:
        """What statements about these rows have besides the words of the search; None if they have more than those."""
        search, filtered, address = self.search, self.filtered.form(), Address.of(self.search)
        if search.id is not None or filtered is None or (search.is_address and self.slips):
            return None
        if address is not None and address.form is None:
            return None
        return search.address is None, address and address.form, self.by_email, self.slips, filtered

    def saying(
        self, words: Sequence[str], near: Near, texts: Iterator[str], id_lists: Iterator[Sequence[UUID]]
    ) -> Sources:
        """The same rows for other words, of the same form, with the next texts in the address and the next users online."""
        own = Address.of(self.search)
        address = own.saying(texts) if own else None if self.search.address is None else words[0]
        search = replace(self.search, words=tuple(words), address=address)
        return replace(self, search=search, near=near, filtered=self.filtered.saying(id_lists), values=Values())

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules of this search; without slips, unless those count."""
        rules = rules_of(self.search, by_email=self.by_email)
        return rules if self.slips else [r for r in rules if r[0] not in SLIPPED]

    def finds(self, c: Any = users.c) -> ColumnElement[bool]:
        """Whether a row of users, or with their keys, address and id, has any tier, without rules that imply another one.

        The fewer columns are compared, the more orders can be read from their index alone.
        """
        rules = [condition for tier, condition in self.rules if tier not in self._implied()]
        return SqlTexts(c, self.near, whole=True, values=self.values).meet(AnyOf(tuple(rules)))

    def _implied(self) -> set[Tier]:
        """The tiers whose users have the words of the search, or parts of them, in their name or address too."""
        implied = {Tier.NAME, Tier.BEGINNING} if self.has(Tier.WORDS) else set()
        if self.has(Tier.PARTS):
            implied.add(Tier.WORDS)
        word = self.search.words[0]
        if self.search.words == (self.search.address,) and word.isascii() and word.isalnum():
            implied.add(Tier.LOCAL_PART)
        return implied

    def are_words(self) -> bool:
        """Whether all users found, but for slips, are those who have the word of the search or a part of it."""
        parts = [part for word in self.search.words for part in word.split()]
        return len(parts) == 1 and self.has(Tier.WORDS) and self.are_only_words()

    def are_only_words(self) -> bool:
        """Whether users found by their id or address, if any, have the words of the search too."""
        return {tier for tier, _ in self.addressed()} <= self._implied()

    def has(self, tier: Tier) -> bool:
        """Whether this search has such a tier."""
        return any(one is tier for one, _ in self.rules)

    def of_rows(self, rows: Rows, tiers: Sequence[Tier]) -> list[Select[Any]]:
        """Those of these tiers among rows of words, a list for each of their conditions."""
        once = self._once(rows.typed, tiers)
        # Most rows of slips of a single word have one of the tiers.
        most = len(self.search.words) == 1 and not SLIPPED.isdisjoint(tiers)
        return [self.of_words(and_(part, *once), rows.typed, tiers, most=most) for part in rows.conditions]

    def of_words(
        self, condition: ColumnElement[bool], typed: str, tiers: Sequence[Tier], *, most: bool = False
    ) -> Select[Any]:
        """Those of these tiers among some rows of words, all of which have this typed word; they may be `most`, to be sorted."""
        c = user_words.c
        conditions = [condition, *self.filters(c), *self._has_words(typed, tiers)]
        return self._of(user_words, conditions, tiers, most=most)

    def found_by_words(self, rows: Rows) -> list[Select[Any]]:
        """All users among rows of words who have the words of the search or parts of them, with any tier."""
        c = user_words.c
        conditions = self.filters(c)
        if len([part for word in self.search.words for part in word.split()]) > 1:  # a single word is in each of these
            conditions.append(self._all_words(c))
        found = select(c.name_key, c.user_id.label("id"))
        return [found.where(condition, *conditions) for condition in rows.conditions]

    def counted(self, rows: Rows, limit: int) -> Select[int, int]:
        """How many users are found among so many rows of words, and how many rows those were."""
        c = user_words.c
        [condition] = rows.conditions
        some = select(c.name_key, c.user_id, c.email_key, c.traits, c.in_name).where(condition).limit(limit).subquery()
        found = func.count(some.c.user_id.distinct()).filter(*self.filters(some.c), self._all_words(some.c))
        return select(found, func.count()).select_from(some)

    def _all_words(self, c: Any) -> ColumnElement[bool]:
        """Whether a row of words is of a user who has all words of the search, or parts of them."""
        widest = [condition for tier, condition in self.rules if tier in {Tier.WORDS, Tier.PARTS}][-1]
        return SqlTexts(c, self.near, whole=False, values=self.values).meet(widest)

    def filters(self, c: Any) -> list[ColumnElement[bool]]:
        """The conditions of the filter and the viewer on rows of words."""
        conditions = self.filtered.beside_traits(c.user_id)
        if self.filtered.wanted.restricts_traits:
            conditions.append(self.filtered.with_traits(c.traits))
        return conditions if self.by_email else [*conditions, c.in_name]

    def of_users(self, condition: ColumnElement[bool], tiers: Sequence[Tier]) -> Select[Any]:
        """Those of these tiers among some users."""
        return self._of(users, [condition, *self.filtered.on(users.c.traits, users.c.id)], tiers, whole=True)

    def _of(
        self,
        table: FromClause,
        conditions: Sequence[ColumnElement[bool]],
        tiers: Sequence[Tier],
        *,
        whole: bool = False,
        most: bool = False,
    ) -> Select[Any]:
        """The rows of a table with their tiers, if those are among `tiers`.

        The rules of worse tiers are left out, so that the columns that only they compare are not read, and of better ones
        those that imply another one. The rows of a table never have a tier between those of `tiers`, so a lower bound is
        enough; with an equality, the planner would expect almost no rows and sort a whole list. Unless it is `whole`,
        addresses are not compared: no user is left out, because the tier is computed again, but an index of names has all
        columns. If `most` rows pass, PostgreSQL is kept from computing the tier twice, as a condition and as a column.
        """
        c = table.c
        user_id = c.id if table is users else c.user_id
        better = [one for one, _ in self.rules if one in NESTED and one < min(tiers)]
        rules = [(one, rule) for one, rule in self.rules if one <= max(tiers) and one not in better[:-1]]
        tier = SqlTexts(c, self.near, whole=whole, values=self.values).tier(rules)
        found = select(tier.label("tier"), c.name_key, user_id.label("id")).where(*conditions)
        if not most:
            return found.where(tier >= int(min(tiers)))
        once = found.offset(literal_column("0")).subquery("once")
        return select(once).where(once.c.tier >= int(min(tiers)))

    def _has_words(self, typed: str, tiers: Sequence[Tier]) -> list[ColumnElement[bool]]:
        """Cheap conditions that every tier of a search with several words implies; they leave few rows to be ranked.

        All the rows have the typed word, so it is not compared, or last.
        """
        slips = not SLIPPED.isdisjoint(tiers)
        words = self.search.misspelt(by_email=self.by_email) if slips else self.search.words
        others = [word for word in words if word != typed]
        if len(words) < 2:
            return []
        texts = SqlTexts(user_words.c, self.near, whole=False, values=self.values)
        conditions = [texts.may_have(word, slips=slips, by_email=self.by_email) for word in others]
        if slips:
            field = Field.WORDS if self.by_email else Field.NAME
            conditions.append(texts.meet(AllOf(tuple(begins_or_near(field, w) for w in (*others, typed)))))
        return conditions

    def addressed(self) -> Iterator[tuple[Tier, ColumnElement[bool]]]:
        """The conditions on users by id, address and domain, by tier."""
        search = self.search
        if search.id is not None:
            yield Tier.WHOLE, users.c.id == search.id
        if not self.by_email or search.address is None:
            return
        if search.is_address and not search.address.startswith("@"):
            yield Tier.WHOLE, users.c.email == search.address
            yield Tier.BEGINNING, begins(users.c.email, search.address)
        elif not search.is_address:
            yield Tier.LOCAL_PART, begins(users.c.email, f"{search.address}@")
        if search.address.startswith("@") or (not search.is_address and "." in search.address):
            yield Tier.DOMAIN, is_at(search.address.lstrip("@"))

    def named(self, seek: Seek, limit: int) -> Any:
        """The first users of each list and each whole name."""
        traits = func.unnest(literal(self.filtered.traits, ARRAY(SmallInteger))).table_valued("one").render_derived()
        names = func.unnest(literal(whole_names(self.search), ARRAY(Text))).table_valued("one").render_derived()
        own = [users.c.traits == traits.c.one, users.c.name_key == names.c.one]
        named = self._of(users, [*own, *self.filtered.beside_traits(users.c.id)], [Tier.NAME])
        first = lateral(seek.first_of(named, Tier.NAME, limit))
        columns = first.c.tier, first.c.name_key, first.c.id
        return select(*columns).select_from(traits.join(names, true())).join(first, true())

    def by_names(self, tier: Tier, seek: Seek, limit: int) -> Any:
        """The first users of a tier in the order of names, from the lists of users with the same traits."""
        found: list[Select[Any]] = []
        for names in ranges_of(tier, self.search, has_words=self.has(Tier.WORDS)):
            near, end, until = names.bounds(users.c.name_key, down=seek.back)
            order = Order(("tier", "name_key", "id"), "name_key", seek.back, literal(end), until)

            def first(
                of_list: Sequence[ColumnElement[bool]],
                names: Sequence[ColumnElement[bool]] = (*near, *names.conditions),
            ) -> Select[Any]:
                conditions = [*of_list, *names, *self.filtered.beside_traits(users.c.id)]
                return seek.first_of(self._of(users, conditions, [tier], whole=tier is Tier.DOMAIN), tier, limit)

            found += first_of_lists(self.filtered.traits, first, users.c.name_key, order, limit)
        return united(found)

    def by_vocabulary(self, rows: Rows, tier: Tier, seek: Seek, limit: int, *, bounded: bool) -> Any:
        """The first of a tier from the rows of each word; if they are many (`bounded`), no further than where the page ends."""
        known, c = list(rows.vocabulary or ()), user_words.c

        def first(word: ColumnElement[Any], limit: int, conditions: Sequence[ColumnElement[bool]] = ()) -> Select[Any]:
            own = and_(c.word == word, *self._once(rows.typed, [tier]), *conditions)
            return seek.first_of(self.of_words(own, rows.typed, [tier]), tier, limit)

        if bounded:
            order = Order(("tier", "name_key", "id"), "name_key", seek.back, literal("" if seek.back else TOP))
            return first_of_words(known, first, (c.name_key, c.user_id), order, limit)
        word = func.unnest(literal(known, ARRAY(Text))).table_valued("one", name="w").render_derived()
        each = lateral(first(word.c.one, limit))
        return select(each.c.tier, each.c.name_key, each.c.id).select_from(word).join(each, true())

    def _once(self, typed: str, tiers: Sequence[Tier]) -> list[ColumnElement[bool]]:
        """Leave out words of the address where the name has such a word too, so that most users are read once."""
        if not self.by_email:
            return []
        part = typed if Tier.PARTS in tiers and is_long(typed) else f" {typed}"
        word = Holds(Field.NAME, part) if SLIPPED.isdisjoint(tiers) else begins_or_near(Field.NAME, typed)
        named = SqlTexts(user_words.c, self.near, whole=False, values=self.values).meet(word)
        return [or_(user_words.c.in_name, not_(named))]
