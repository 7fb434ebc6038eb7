"""Where the users that a search finds are read from: for each tier of relevance the rows among which they are.

A search of words is read from the rows of its rarest word, where those are few. Where every word is common, the rows of
a tier are read along the order of names instead, since then enough of them come early: the first of each word of the
vocabulary that begins so, or of each list of users with the same traits. What a row of words cannot tell (the address)
is read from the users. The rules themselves are `domain/models/relevance.py`'s: a row has the tier that they give it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    select,
    true,
    union_all,
)

from domain.models.relevance import SLIPPED, Rule, Search, Tier, rules_of, whole_names
from persistence.user_conditions import Filtered, Meant, texts_in_sql, tier_in_sql
from persistence.user_rows import TOP, begins
from persistence.user_seek import Seek
from persistence.user_table import AT_DOMAIN, DOMAIN, users
from persistence.user_words import user_words


@dataclass(frozen=True, slots=True)
class Sources:
    """Rows of (tier, name_key, id) for one search by one viewer.

    With `slips` those count too, and `near` has the words of the directory that they may mean, by typed word.
    """

    search: Search
    by_email: bool
    filtered: Filtered
    near: Meant = field(default_factory=dict)
    slips: bool = False

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules of this search; without slips, unless those count."""
        rules = rules_of(self.search, by_email=self.by_email)
        return rules if self.slips else [r for r in rules if r[0] not in SLIPPED]

    def has(self, tier: Tier) -> bool:
        """Whether this search has such a tier."""
        return any(one is tier for one, _ in self.rules)

    def of_words(self, condition: ColumnElement[bool], tiers: Sequence[Tier]) -> Select[Any]:
        """Those of these tiers among some rows of words."""
        return self._of(user_words, condition, tiers)

    def of_users(self, condition: ColumnElement[bool], tiers: Sequence[Tier]) -> Select[Any]:
        """Those of these tiers among some users."""
        return self._of(users, condition, tiers)

    def _of(self, table: FromClause, condition: ColumnElement[bool], tiers: Sequence[Tier]) -> Select[Any]:
        c, whole = table.c, table is users
        user_id = c.id if whole else c.user_id
        tier = tier_in_sql(self.rules, texts_in_sql(c, whole=whole), self.near)
        conditions = [condition, *self.filtered.on(c.traits, user_id)]
        if not whole and not self.by_email:
            conditions.append(c.in_name)
        return select(tier.label("tier"), c.name_key, user_id.label("id")).where(*conditions, tier.in_(map(int, tiers)))

    def addressed(self) -> Iterator[tuple[Tier, ColumnElement[bool]]]:
        """The users whom the text finds by id, by address and by domain, tier by tier."""
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
        if "." in search.address or search.address.startswith("@"):
            yield Tier.DOMAIN, begins(literal_column(DOMAIN), search.address.lstrip("@"))

    def by_names(self, tier: Tier, seek: Seek, limit: int) -> Any:
        """The first of a tier along the order of names, from each list of users with the same traits."""
        value = (
            func.unnest(literal(self.filtered.traits, ARRAY(SmallInteger)))
            .table_valued("one", name="t")
            .render_derived()
        )
        lists = [self.of_users(and_(users.c.traits == value.c.one, names), [tier]) for names in self._names(tier)]
        return _each(value, [seek.first_of(one, tier, limit) for one in lists])

    def _names(self, tier: Tier) -> list[ColumnElement[bool]]:
        """The ranges of names that a tier may be in, no two of which have anybody in common."""
        name = users.c.name_key
        if tier is Tier.NAME:
            return [name == whole for whole in whole_names(self.search)]
        typed = self.search.words
        if tier is Tier.BEGINNING:
            return [begins(name, w) for w in typed if not any(w != v and w.startswith(v) for v in typed)]
        if tier is Tier.DOMAIN:
            return [begins(literal_column(AT_DOMAIN), f"@{str(self.search.address).lstrip('@')}")]
        if len(typed) == 1 and self.has(Tier.WORDS):  # a name that begins so has a better tier
            return [name < typed[0], name >= typed[0] + TOP]
        return [true()]

    def by_vocabulary(self, found: Sequence[str], tier: Tier, seek: Seek, limit: int) -> Any:
        """The first of a tier from the rows of each of these words."""
        word = func.unnest(literal(list(found), ARRAY(Text))).table_valued("one", name="w").render_derived()
        rows = self.of_words(user_words.c.word == word.c.one, [tier])
        return _each(word, [seek.first_of(rows, tier, limit)])


def _each(value: Any, questions: Sequence[Select[Any]]) -> Any:
    """All rows of these questions, put for each value."""
    inner = [lateral(q) for q in questions]
    found = [select(i.c.tier, i.c.name_key, i.c.id).select_from(value).join(i, true()) for i in inner]
    return found[0] if len(found) == 1 else union_all(*found)
