"""A search of users: a page by relevance, read tier by tier until it is full; who is found, and how many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.directory import UserFilter, UserQuery, UserSort
from domain.models.relevance import LITTLE, SLIPPED, Tier, is_long
from domain.models.user import Status, User
from domain.pagination import Page
from persistence.user_conditions import Filtered
from persistence.user_found import Hits
from persistence.user_narrow import leaves_few
from persistence.user_query import count_up_to
from persistence.user_rows import SIZES, Rows, Sizes, Vocabulary
from persistence.user_seek import Key, Seek
from persistence.user_sources import Sources
from persistence.user_stages import Reader, Stage, all_of, by_vocabulary, together
from persistence.user_table import users

BY_WORDS = (Tier.NAME, Tier.BEGINNING, Tier.WORDS)
STRICT = tuple(t for t in Tier if t < Tier.PARTS)
LOOSE, SLIPS = (Tier.PARTS, Tier.DOMAIN), tuple(sorted(SLIPPED))
EACH, USUALLY = 60, 2
"""The most, and the usual number of, rows of one user where users are counted by the rows of their words."""


class SqlSearch:
    """The search of a query, over one connection."""

    def __init__(self, connection: AsyncConnection, query: UserQuery, sizes: Sizes = SIZES) -> None:
        assert query.search is not None
        self._connection, self._query, self._search = connection, query, query.search
        self._vocabulary, self._sizes = Vocabulary(connection, sizes), sizes
        self._reader = Reader(connection, query.search, by_email=query.by_email)
        self._sources = Sources(query.search, query.by_email, Filtered.of(query))
        self._few: bool | None = None
        self.known = 0
        """How many users are found at least, if they were counted but not all."""
        self._begun: Rows | None = None
        self._parts: Rows | None = None
        self._slip: tuple[Rows | None, Sources] | None = None

    async def page(self) -> Page[User]:
        """By relevance. Raises ValidationFailed for a cursor of another list."""
        window, found = self._query.window, list[tuple[Key, User]]()
        seek = Seek.of(window)
        groups = [(STRICT, self._strict), (LOOSE, self._loose), (SLIPS, self._slipped)]
        if await self._filter_leaves_few():
            groups = [((*STRICT, *LOOSE), self._filtered), (SLIPS, self._slipped)]
        for tiers, stages in groups[::-1] if seek.back else groups:
            if len(found) > window.size or not seek.reaches(tiers):
                continue
            made = await stages()
            for stage in made[::-1] if seek.back else made:
                if seek.reaches(stage.tiers) and len(found) <= window.size:
                    found += await self._reader.read(stage, seek, window.size + 1 - len(found))
        return Page.cut([user for _, user in found], [key.cursor() for key, _ in found], window)

    async def _filter_leaves_few(self) -> bool:
        """Whether the filter leaves so few users that each is compared with the search."""
        if self._few is None:
            self._few = await leaves_few(self._connection, self._query, self._sizes)
        return self._few

    async def _filtered(self) -> list[Stage]:
        return [all_of((*STRICT, *LOOSE), [self._sources.of_users(true(), (*STRICT, *LOOSE))])]

    async def finds_little(self) -> bool:
        """Whether so few users are found, without the filter, that slips count."""
        visible = UserFilter(status=None if self._query.by_email else frozenset({Status.ACTIVE}))
        sources = replace(self._sources, filtered=Filtered(visible, frozenset()))
        whole = [sources.of_users(where, [tier]) for tier, where in sources.addressed() if tier is Tier.WHOLE]
        if whole and await self._count(whole, 1):
            return False
        return await self._count(await self._lists(sources), LITTLE) < LITTLE

    async def count(self) -> int | None:
        """How many users are found; None if counting them would read too many rows."""
        if await self._filter_leaves_few() and not await self.finds_little():
            conditions = [*self._sources.filtered.on(users.c.traits, users.c.id), self._sources.finds()]
            return await self._connection.scalar(select(func.count()).select_from(users).where(*conditions)) or 0
        if sum(await self._row_counts()) > (self._sizes.counted if len(self._search.words) == 1 else self._sizes.many):
            count = await self._count_of_several()
            if count is None or count >= LITTLE:
                return count
        lists = await self._lists(self._sources)
        if await self.finds_little():
            slips, _ = await self._slip_rows()
            if slips is not None and slips.count > self._sizes.many:
                return None
            lists += await self._slip_lists()
        return await self._count(lists, None)

    async def _count_of_several(self) -> int | None:
        """How many users have several words without slips, each of which many have; None if not all their rows were read."""
        if len(self._search.words) == 1 or any(True for _ in self._sources.addressed()):
            return None
        [rows] = await self._counted_rows()
        counted = self._sources.counted(rows, self._sizes.searched + 1)
        self.known, read = (await self._connection.execute(counted)).one()
        return self.known if read <= self._sizes.searched else None

    async def finds(self) -> ColumnElement[bool]:
        """Whether a user is found, as a condition on a row of users that needs no index."""
        sources = self._sources
        if await self.finds_little():
            _, sources = await self._slip_rows()
        return sources.finds()

    async def _row_counts(self) -> list[int]:
        """How many rows have to be read to find all users without slips; each count is up to `many` and one."""
        counts = []
        for _, where in self._sources.addressed():
            counts.append(await self._connection.scalar(count_up_to(self._sizes.many + 1, users, where)) or 0)
        if self._sources.has(Tier.WORDS) and sum(counts) <= self._sizes.many:
            counts += [some.count for some in await self._counted_rows()]
        return counts

    async def _counted_rows(self) -> list[Rows]:
        """Rows of all users whose words begin with those of the search or contain them."""
        if not self._sources.has(Tier.PARTS):
            return [await self._rarest()]
        inside = await self._inside()
        return [await self._rarest(), inside] if len(self._search.words) == 1 else [inside]

    async def _lists(self, sources: Sources) -> list[Select[Any]]:
        """All users found without slips, in no order and some of them twice, from as few rows as possible."""
        lists = [sources.of_users(where, [tier]) for tier, where in sources.addressed()]
        if sources.has(Tier.WORDS):
            for rows in await self._counted_rows():
                lists += sources.found_by_words(rows)
        return lists

    async def found_early(self) -> Callable[[Any], ColumnElement[bool]] | None:
        """The condition on a row of users, if so many meet it that a page in any order usually has only early ones.

        Slips do not count where a page of others is found. Not in the order of names: rows of words have that order
        already, and users with such a name are adjacent, perhaps at its far end.
        """
        if self._query.sort is UserSort.DISPLAY_NAME:
            return None
        if len(self._search.words) > 1 or not self._sources.has(Tier.WORDS) or self._query.window.size < LITTLE:
            return None
        if self._sources.filtered.beside_traits(users.c.id) or (await self._rarest()).count <= self._sizes.gathered:
            return None
        return self._sources.finds

    async def found(self) -> Hits | ColumnElement[bool]:
        """The users found, for a list in another order; as a condition if they are too many to be read."""
        if await self._filter_leaves_few() and not await self.finds_little():
            return self._sources.finds()
        lists = await self._lists(self._sources)
        if not await self._are_many(lists):
            return Hits(lists + (await self._slip_lists() if await self.finds_little() else []), few=True)
        if max(await self._row_counts()) <= self._sizes.many:
            return Hits(lists, few=False)
        return self._sources.finds()

    async def _are_many(self, lists: Sequence[Select[Any]]) -> bool:
        """Whether these have more users than are gathered; the first list is counted alone, which usually decides."""
        limit = self._sizes.gathered
        parts = [lists[:1], lists] if len(lists) > 1 else [lists]
        for part in parts:
            if await self._count(part, limit + 1, USUALLY) > limit:
                return True
        return False

    async def _rarest(self) -> Rows:
        """The rows of words that begin like the rarest of the search."""
        if self._begun is None:
            self._begun = await self._vocabulary.rarest([t for w in self._search.words for t in w.split()])
        return self._begun

    async def _strict(self) -> list[Stage]:
        """Whole names and addresses, and what begins so."""
        sources = self._sources
        addressed = [(tier, where) for tier, where in sources.addressed() if tier is not Tier.DOMAIN]
        direct = [sources.of_users(where, [tier]) for tier, where in addressed]
        if not sources.has(Tier.WORDS):
            return [all_of(STRICT, direct)] if direct else []
        rows = await self._rarest()
        if rows.count <= (self._sizes.few if len(self._search.words) == 1 else self._sizes.many):
            return [all_of(STRICT, [*sources.of_rows(rows, BY_WORDS), *direct])]
        stages = {tier: all_of((tier,), [one]) for (tier, _), one in zip(addressed, direct, strict=True)}
        stages[Tier.NAME] = Stage((Tier.NAME,), sources.named)
        stages[Tier.BEGINNING] = self._by_names(Tier.BEGINNING)
        return [together([stages[tier] for tier in sorted(stages)]), self._of_rows(Tier.WORDS, rows)]

    async def _loose(self) -> list[Stage]:
        """Parts of words, and domains."""
        stages: list[Stage] = []
        if self._sources.has(Tier.PARTS):
            stages.append(self._of_rows(Tier.PARTS, await self._inside()))
        for tier, where in self._sources.addressed():
            if tier is Tier.DOMAIN:
                stages.append(await self._of_domain(where))
        return stages

    async def _slipped(self) -> list[Stage]:
        """Slips of typing, where little else is found."""
        if not await self.finds_little():
            return []
        rows, sources = await self._slip_rows()
        if rows is None:
            return []
        if rows.count <= self._sizes.many or rows.vocabulary is None:
            return [all_of(SLIPS, sources.of_rows(rows, SLIPS))]
        return [by_vocabulary(sources, rows, tier) for tier in SLIPS]

    async def _inside(self) -> Rows:
        """The rows of words that begin like the rarest of the search, or have it inside."""
        if self._parts is None:
            self._parts = await self._rarest_inside()
        return self._parts

    async def _rarest_inside(self) -> Rows:
        """Of several words the one that fewest words begin with is most likely the rarest inside words too."""
        long = [w for w in self._search.words if is_long(w)]
        short = [t for w in self._search.words if not is_long(w) for t in w.split()]
        if len(self._search.words) == 1:
            return await self._vocabulary.rarest(short, long, alone=True)
        begun = await self._rarest()
        likely = await self._vocabulary.rarest((), [begun.typed]) if begun.typed in long else begun
        if likely.count <= self._sizes.many:
            return likely
        others = [w for w in short if w != begun.typed], [w for w in long if w != begun.typed]
        return min(likely, await self._vocabulary.rarest(*others), key=lambda rows: rows.count)

    async def _slip_rows(self) -> tuple[Rows | None, Sources]:
        """The rows that have all slips: those of the rarest word and of the words that it may mean."""
        if self._slip is None:
            self._slip = await self._rarest_slip()
        return self._slip

    async def _rarest_slip(self) -> tuple[Rows | None, Sources]:
        words = self._search.misspelt(by_email=self._query.by_email)
        near = await self._vocabulary.near(words)
        read: list[Rows] = []
        for word in words:
            begun = await self._vocabulary.rarest(word.split())
            read.append(await self._vocabulary.or_any(begun, near.get(word, [])))
        read.sort(key=lambda rows: rows.count)
        among = read[1].users() if len(read) > 1 and read[1].count <= self._sizes.many else None
        return (read[0] if read else None), replace(self._sources, near=near, slips=True, among=among)

    async def _slip_lists(self) -> list[Select[Any]]:
        rows, sources = await self._slip_rows()
        return [] if rows is None else sources.of_rows(rows, SLIPS)

    async def _count(self, lists: Sequence[Select[Any]], limit: int | None, each: int = EACH) -> int:
        ids = [select((one if limit is None else one.limit(limit * each)).subquery().c.id) for one in lists]
        if not ids:
            return 0
        together = union_all(*ids).subquery()
        found = select(together.c.id).distinct().limit(limit).subquery()
        return int(await self._connection.scalar(select(func.count()).select_from(found)) or 0)

    def _of_rows(self, tier: Tier, rows: Rows) -> Stage:
        """A tier from some rows of words, read in the cheapest way."""
        if rows.vocabulary is not None and rows.count > self._sizes.few:
            return by_vocabulary(self._sources, rows, tier)
        if rows.count > self._sizes.many:
            return self._by_names(tier)
        return all_of((tier,), self._sources.of_rows(rows, [tier]))

    def _by_names(self, tier: Tier) -> Stage:
        return Stage((tier,), lambda seek, limit: self._sources.by_names(tier, seek, limit))

    async def _of_domain(self, where: ColumnElement[bool]) -> Stage:
        """The users of a small domain are sorted; those of a large one are read in the order of names."""
        count = await self._connection.scalar(count_up_to(self._sizes.few + 1, users, where)) or 0
        if count > self._sizes.few:
            return self._by_names(Tier.DOMAIN)
        return all_of((Tier.DOMAIN,), [self._sources.of_users(where, [Tier.DOMAIN])])
