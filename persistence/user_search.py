"""A search of users: a page by relevance, read tier by tier until it is full; who is found, and how many."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.directory import UserFilter, UserQuery, UserSort
from domain.models.relevance import LITTLE, Tier, is_little
from domain.models.user import Status, User
from domain.pagination import Page
from persistence.forms import BuiltReads, Reads
from persistence.user_address import has_more
from persistence.user_conditions import Filtered
from persistence.user_found import EACH, USUALLY, Hits, number_of
from persistence.user_narrow import leaves_few
from persistence.user_query import count_up_to
from persistence.user_rarest import RarestRows
from persistence.user_rows import SIZES, Rows, Sizes
from persistence.user_seek import Key, Seek
from persistence.user_sources import Sources
from persistence.user_stages import (
    BY_WORDS,
    LOOSE,
    MERGED,
    NO_ROWS,
    SLIPS,
    STRICT,
    Reader,
    Stage,
    addressed,
    all_of,
    by_names,
    by_vocabulary,
    direct,
    of_rows,
    of_words,
    together,
)
from persistence.user_table import users
from persistence.user_words import user_words


class SqlSearch:
    """The search of a query, over one connection."""

    def __init__(
        self, connection: AsyncConnection, query: UserQuery, sizes: Sizes = SIZES, reads: Reads | None = None
    ) -> None:
        assert query.search is not None
        self._connection, self._query, self._search = connection, query, query.search
        self._sizes, self._reads = sizes, reads or BuiltReads(connection)
        self._sources = Sources(query.search, query.by_email, Filtered.of(query))
        self._reader = Reader(self._reads)
        self._rarest = RarestRows(self._reads, self._sources, sizes)
        self._with_slips = self._sources
        self._few: bool | None = None
        self._little: bool | None = None
        self.known = 0
        """How many users are found at least, if they were counted but not all."""

    async def page(self) -> Page[User]:
        """By relevance. Raises ValidationFailed for a cursor of another list."""
        window, found = self._query.window, list[tuple[Key, User]]()
        seek = Seek.of(window)
        groups = [(MERGED, self._strict), ((Tier.WORDS,), self._begun), (LOOSE, self._loose), (SLIPS, self._slipped)]
        if await self._filter_leaves_few():
            groups = [((*STRICT, *LOOSE), self._filtered), (SLIPS, self._slipped)]
        for tiers, stages in groups[::-1] if seek.back else groups:
            if len(found) > window.size or not seek.reaches(tiers):
                continue
            if tiers is SLIPS and not seek.back:
                self._note_found([key for key, _ in found])
            for stage in (await stages())[:: -1 if seek.back else 1]:
                if seek.reaches(stage.tiers) and len(found) <= window.size:
                    sources = self._with_slips if tiers is SLIPS else self._sources
                    found += await self._reader.read(stage, seek, window.size + 1 - len(found), sources)
        return Page.cut([user for _, user in found], [key.cursor() for key, _ in found[: window.size]], window)

    def _note_found(self, found: Sequence[Key]) -> None:
        """Take from what was found without slips, all of it or all behind a cursor, whether that is little."""
        if not is_little(key.tier for key in found):
            self._little = False
        elif self._query.window.after is self._query.window.before is None and self._query.filter == self._visible():
            self._little = True

    async def _filter_leaves_few(self) -> bool:
        """Whether the filter leaves so few users that each is compared with the search."""
        if self._few is None:
            self._few = await leaves_few(self._connection, self._query, self._sizes)
        return self._few

    async def _filtered(self) -> list[Stage]:
        tiers = (*STRICT, *LOOSE)
        return [all_of(tiers, "filtered", lambda sources, _: [sources.of_users(true(), tiers)])]

    async def finds_little(self) -> bool:
        """Whether so few users are found, without the filter, that slips count."""
        if self._little is None:
            self._little = await self._finds_little()
        return self._little

    def _visible(self) -> UserFilter:
        """The filter of all users that this viewer may see."""
        return UserFilter(status=None if self._query.by_email else frozenset({Status.ACTIVE}))

    async def _finds_little(self) -> bool:
        sources = replace(self._sources, filtered=Filtered(self._visible(), frozenset()))
        if await self._count([sources.of_users(w, [t]) for t, w in sources.addressed() if t is Tier.WHOLE], 1):
            return False
        if len(self._search.words) == 1 and sources.has(Tier.WORDS):  # usually enough, without all rows being counted
            begun = sources.found_by_words(await self._rarest.begun(self._sizes.few))
            if await self._count(begun, LITTLE) >= LITTLE:
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
            if await self._rarest.slips_are_more(self._sizes.many):
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
            _, sources = await self._rarest.slips()
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
            return [await self._rarest.begun()]
        inside = await self._rarest.inside()
        return [await self._rarest.begun(), inside] if len(self._search.words) == 1 else [inside]

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
        if self._sources.filtered.beside_traits(users.c.id):
            return None
        are_few = (await self._rarest.begun(self._sizes.gathered)).count <= self._sizes.gathered
        return None if are_few else self._sources.finds

    async def words_found(self) -> tuple[Sequence[str], Sequence[ColumnElement[bool]]] | None:
        """The words whose rows have all users found, and conditions on those rows, if they are known and not too many.

        As in `found_early`, slips do not count where a page of others is found.
        """
        if self._query.window.size < LITTLE or not self._sources.are_words():
            return None
        if self._sources.filtered.beside_traits(user_words.c.user_id):
            return None
        read = [await self._rarest.begun(self._sizes.few)]
        if self._sources.has(Tier.PARTS):
            read.append(await self._rarest.inside(self._sizes.few))
        if any(rows.vocabulary is None for rows in read):
            return None
        known = list(dict.fromkeys(word for rows in read for word in rows.vocabulary or ()))
        return known, self._sources.filters(user_words.c)

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
        for part in [lists[:1], lists] if len(lists) > 1 else [lists]:
            if await self._count(part, limit + 1, USUALLY) > limit:
                return True
        return False

    async def _strict(self) -> list[Stage]:
        """Whole names and addresses, and what begins so; words too, and parts of them, if those are few rows."""
        tiers = [tier for tier, _ in self._sources.addressed() if tier is not Tier.DOMAIN]
        if not self._sources.has(Tier.WORDS):
            return [all_of(STRICT, "direct", lambda sources, _: direct(sources))] if tiers else []
        if await self._rarest.merges():
            return self._of_words(MERGED, (*BY_WORDS, Tier.PARTS), await self._rarest.inside())
        if await self._rarest.are_few():
            return self._of_words(STRICT, BY_WORDS, await self._rarest.begun(self._sizes.few))
        stages = {tier: addressed(tier, place) for place, tier in enumerate(tiers)}
        stages[Tier.NAME] = Stage((Tier.NAME,), "named", lambda sources, _, seek, limit: sources.named(seek, limit))
        stages[Tier.BEGINNING] = by_names(Tier.BEGINNING)
        return [together([stages[tier] for tier in sorted(stages)])]

    def _of_words(self, tiers: Sequence[Tier], of_rows: Sequence[Tier], rows: Rows) -> list[Stage]:
        """From some rows of words and by the address; nothing if there are no rows, which all such addresses have."""
        return [of_words(tiers, of_rows, rows)] if rows.count or not self._sources.are_only_words() else []

    async def _begun(self) -> list[Stage]:
        """Words that begin so, if they have many rows."""
        if not self._sources.has(Tier.WORDS) or await self._rarest.merges() or await self._rarest.are_few():
            return []
        return [await self._of_rows(Tier.WORDS, self._rarest.begun)]

    async def _loose(self) -> list[Stage]:
        """Parts of words, and domains."""
        stages: list[Stage] = []
        if self._sources.has(Tier.PARTS) and not await self._rarest.merges():
            parts = await self._of_rows(Tier.PARTS, self._rarest.inside)
            stages += [parts] if parts.rows is NO_ROWS or parts.rows.count else []
        for tier, _ in self._sources.addressed():
            if tier is Tier.DOMAIN:
                stages.append(await self._of_domain())
        return stages

    async def _slipped(self) -> list[Stage]:
        """Slips of typing, where little else is found."""
        if not await self.finds_little():
            return []
        rows, self._with_slips = await self._rarest.slips()
        if rows is None:
            return []
        if rows.vocabulary is None or rows.count <= min(rows.counted, self._sizes.many):
            return [of_rows(SLIPS, rows)] if rows.count else []
        bounded = len(rows.vocabulary) > self._sizes.bounded
        return [by_vocabulary(rows, tier, bounded=bounded) for tier in SLIPS if self._with_slips.has(tier)]

    async def _slip_lists(self) -> list[Select[Any]]:
        rows, sources = await self._rarest.slips()
        return [] if rows is None else sources.of_rows(rows, SLIPS)

    async def _count(self, lists: Sequence[Select[Any]], limit: int | None, each: int = EACH) -> int:
        return int(await self._connection.scalar(number_of(lists, limit, each)) or 0) if lists else 0

    async def _of_rows(self, tier: Tier, read: Callable[[int | None], Awaitable[Rows]]) -> Stage:
        """A tier from some rows of words, read in the cheapest way. For that, only of many words all rows are counted."""
        rows, most = await read(self._sizes.few), self._sizes.many
        if rows.vocabulary is not None and rows.count > self._sizes.few:
            return by_vocabulary(rows, tier, bounded=len(rows.vocabulary) > self._sizes.bounded)
        if len(self._search.words) == 1:
            most = self._sizes.walked
            rows = await read(most)
        if rows.count > most:
            return by_names(tier)
        return of_rows((tier,), rows)

    async def _of_domain(self) -> Stage:
        """The users of a small domain are sorted; those of a large one are read in the order of names."""
        if await has_more(self._reads, str(self._search.address).lstrip("@"), self._sizes.few):
            return by_names(Tier.DOMAIN)
        return all_of((Tier.DOMAIN,), "domain", lambda sources, _: direct(sources, domain=True))
