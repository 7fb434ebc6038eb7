"""Steps in which the users that a search finds are read, tier by tier."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from sqlalchemy import Select, select

from domain.models.conditions import texts_of
from domain.models.relevance import SLIPPED, Tier, rules_of, tier_by
from domain.models.user import User
from persistence.forms import Given, Reads
from persistence.user_address import Address
from persistence.user_lists import united
from persistence.user_query import COLUMNS, user_from_record
from persistence.user_rows import Rows
from persistence.user_rules import Meant
from persistence.user_seek import Key, Seek
from persistence.user_sources import Sources
from persistence.user_table import users

SPARE = 8
"""Rows that are read beyond those of a page, because a user may be found twice: a DISTINCT would sort all rows."""
BY_WORDS = (Tier.NAME, Tier.BEGINNING, Tier.WORDS)
STRICT = tuple(t for t in Tier if t < Tier.PARTS)
LOOSE, SLIPS = (Tier.PARTS, Tier.DOMAIN), tuple(sorted(SLIPPED))
MERGED = (*STRICT, Tier.PARTS)
TIERS = list(Tier)

Build = Callable[[Sources, Rows, Seek, int], Any]
"""Makes the statement that reads the first rows of what is left."""
NO_ROWS = Rows((), 0, None, "", 0)
"""The rows of words of a stage that reads none."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of reading: some tiers, and the statement that reads what is left of them.

    Statements of stages that are equal in `form` differ in nothing but the texts of the search and of the rows, their
    number and place in the order.
    """

    tiers: Sequence[Tier]
    form: Hashable
    build: Build
    rows: Rows = NO_ROWS


def all_of(
    tiers: Sequence[Tier],
    form: Hashable,
    lists: Callable[[Sources, Rows], Sequence[Select[Any]]],
    rows: Rows = NO_ROWS,
) -> Stage:
    """All rows of these lists, sorted."""
    return Stage(tiers, form, lambda sources, rows, _seek, _limit: united(lists(sources, rows)), rows)


def together(stages: Sequence[Stage]) -> Stage:
    """Several stages without rows of words that each cost little, read at once."""

    def build(sources: Sources, rows: Rows, seek: Seek, limit: int) -> Any:
        return united([stage.build(sources, rows, seek, limit) for stage in stages if seek.reaches(stage.tiers)])

    return Stage([tier for stage in stages for tier in stage.tiers], tuple(stage.form for stage in stages), build)


def by_vocabulary(rows: Rows, tier: Tier, *, bounded: bool) -> Stage:
    """The first rows of each of the words; if they are `bounded`, no further than where the page ends."""

    def build(sources: Sources, rows: Rows, seek: Seek, limit: int) -> Any:
        return sources.by_vocabulary(rows, tier, seek, limit, bounded=bounded)

    return Stage((tier,), ("vocabulary", bounded), build, rows)


def direct(sources: Sources, *, domain: bool = False) -> list[Select[Any]]:
    """The users by id and by address; or by domain."""
    return [sources.of_users(where, [tier]) for tier, where in sources.addressed() if (tier is Tier.DOMAIN) is domain]


def addressed(tier: Tier, place: int) -> Stage:
    """One of those by id or address."""
    return all_of((tier,), ("direct", place), lambda sources, _: [direct(sources)[place]])


def of_words(tiers: Sequence[Tier], of_rows: Sequence[Tier], rows: Rows) -> Stage:
    """Users by id, by address and from rows of words, sorted."""
    return all_of(tiers, "words", lambda sources, rows: [*sources.of_rows(rows, of_rows), *direct(sources)], rows)


def of_rows(tiers: Sequence[Tier], rows: Rows) -> Stage:
    """Users from rows of words, sorted."""
    return all_of(tiers, "rows", lambda sources, rows: sources.of_rows(rows, tiers), rows)


def by_names(tier: Tier) -> Stage:
    """The first users in the order of names."""
    return Stage((tier,), "names", lambda sources, _, seek, limit: sources.by_names(tier, seek, limit))


class Reader:
    """Reads stages of a search."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def read(self, stage: Stage, seek: Seek, want: int, sources: Sources) -> list[tuple[Key, User]]:
        """Up to `want` users of a stage, without those whose tier by the rules is not the one they were read with."""
        found: dict[Key, User] = {}
        while len(found) < want:
            limit = want - len(found) + SPARE
            rows = await self._fetch(stage, seek, limit, sources)
            found.update({key: user for key, user, tier in rows if tier is key.tier})
            if len(rows) < limit:
                break
            seek = seek.past(rows[-1][0])
        return list(found.items())[:want]

    async def _fetch(
        self, stage: Stage, seek: Seek, limit: int, sources: Sources
    ) -> list[tuple[Key, User, Tier | None]]:
        """The rows of a stage: the key they were found by, the user, and the tier by the rules."""
        said = _Said(sources, stage, seek)
        rows = await self._reads.rows(said.form(limit), said.given(), lambda given: said.statement(given, limit))
        rules, found = rules_of(sources.search, by_email=sources.by_email), []
        for *fields, email_key, tier, name_key in rows:
            user = user_from_record(fields)
            texts = texts_of(user.id, name_key, email_key, user.email)
            found.append((Key(TIERS[tier], name_key, user.id), user, tier_by(rules, texts)))
        return found


class _Said:
    """The texts that the statement of a stage has, and the statement for these or for others."""

    def __init__(self, sources: Sources, stage: Stage, seek: Seek) -> None:
        self._sources, self._stage, self._seek = sources, stage, seek
        self._near = dict(sources.near) if SLIPPED.intersection(stage.tiers) else {}
        self._words = [word.split() for word in sources.search.words]
        """A run of ideographs is several words."""
        self._parts = list(chain.from_iterable(self._words))
        self._address = Address.of(sources.search)

    def form(self, limit: int) -> Hashable | None:
        """The form of the statement; None if it has more than the texts."""
        own, stage = self._sources.form(), self._stage
        if own is None:
            return None
        near = tuple([(word, len(meant.beginnings)) for word, meant in self._numbered()])
        typed = (self._parts.index(stage.rows.typed) if stage.rows.typed else None, *map(len, self._words))
        return "stage", stage.form, *stage.tiers, stage.rows.form, typed, self._seek.form(), limit, own, near

    def _numbered(self) -> list[tuple[int, Meant]]:
        return [(self._parts.index(word), meant) for word, meant in self._near.items()]

    def given(self) -> Given:
        """The texts."""
        keys, near = self._seek.ends(), self._near.values()
        texts = [*(key.name_key for key in keys), *(text for meant in near for text in meant.beginnings)]
        texts += self._address.texts if self._address else []
        lists = [*self._stage.rows.lists(), *(meant.words for meant in near)]
        ids, id_lists = [key.id for key in keys], self._sources.filtered.id_lists
        return Given(self._parts, texts, ids, lists, id_lists, in_parts=bool(near))

    def statement(self, given: Given, limit: int) -> Select[Any]:
        """The statement for these texts."""
        texts, ids, lists, parts = iter(given.texts), iter(given.ids), iter(given.lists), iter(given.words)
        words = [" ".join(islice(parts, len(word))) for word in self._words]
        seek = self._seek.saying([(next(texts), next(ids)) for _ in self._seek.ends()])
        rows = self._stage.rows.saying(dict(zip(self._parts, given.words, strict=True)), lists)
        near = {
            given.words[word]: Meant(next(lists), tuple([next(texts) for _ in meant.beginnings]))
            for word, meant in self._numbered()
        }
        sources = self._sources.saying(words, near, texts, iter(given.id_lists))
        hit = seek.cut(self._stage.build(sources, rows, seek, limit), limit).subquery("hit")
        read = select(*COLUMNS, users.c.email_key, hit.c.tier, hit.c.name_key).join(hit, users.c.id == hit.c.id)
        return read.order_by(*seek.order(hit.c.tier, hit.c.name_key, hit.c.id))
