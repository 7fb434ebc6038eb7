"""Which rows of words a search reads: those of its rarest word, and how many they are."""

from __future__ import annotations

from dataclasses import replace

from domain.models.relevance import Tier, is_long
from persistence.forms import Reads
from persistence.user_rows import Rows, Sizes, Vocabulary
from persistence.user_rules import Meant
from persistence.user_slips import Slips
from persistence.user_sources import Sources

COMMON = 2
"""So many words may all be common ones that many users have together."""


class RarestRows:
    """The rows of the rarest word of a search; each set of them is looked up once."""

    def __init__(self, reads: Reads, sources: Sources, sizes: Sizes) -> None:
        self._vocabulary, self._sources, self._sizes = Vocabulary(reads, sizes), sources, sizes
        self._slips = Slips(self._vocabulary, reads, sizes)
        self._search = sources.search
        self._parts: Rows | None = None
        self._slip: tuple[Rows | None, Sources] | None = None

    async def begun(self, most: int | None = None) -> Rows:
        """The rows of words that begin like the rarest of the search; those of a single word are counted up to `most`.

        Of several words, of which none is rare, only the rows of the longest are all counted, if they are not too many.
        """
        parts = [part for word in self._search.words for part in word.split()]
        if len(self._search.words) == 1:
            if most == self._sizes.few and self._sources.has(Tier.PARTS):
                return await self._vocabulary.begun_or_inside(self._search.words[0], most)
            return await self._vocabulary.rarest(parts, most=most)
        for words, up_to in ((parts, self._sizes.few), ([max(parts, key=len)], self._sizes.many)):
            rows = await self._vocabulary.rarest(words, most=up_to)
            if rows.count <= up_to:
                return rows
        return await self._vocabulary.rarest(parts)

    async def _likely(self) -> Rows:
        """The rows, up to `few` and one, of words that begin like the rarest of several, or like the longest if none is rare."""
        parts = [part for word in self._search.words for part in word.split()]
        few = self._sizes.few
        rows = await self._vocabulary.rarest(parts, most=few)
        return rows if rows.count <= few else await self._vocabulary.rarest([max(parts, key=len)], most=few)

    async def are_few(self) -> bool:
        """Whether the rows of the words are few enough to be read and sorted."""
        most = self._sizes.few if len(self._search.words) == 1 else self._sizes.many
        return (await self.begun(most)).count <= most

    async def merges(self) -> bool:
        """Whether parts of words are read at once with words: few users have several words that begin so, unless all are common."""
        count = len(self._search.words)
        if count == 1 or not self._sources.has(Tier.PARTS):
            return False
        rare = count > COMMON or (await self._likely()).count <= self._sizes.few
        return rare and (await self.inside()).count <= self._sizes.many

    async def inside(self, most: int | None = None) -> Rows:
        """The rows of words that begin like the rarest of the search, or have it inside; of a single word up to `most`."""
        if len(self._search.words) == 1:
            word = self._search.words[0]
            short, long = ([], [word]) if is_long(word) else (word.split(), [])
            return await self._vocabulary.rarest(short, long, alone=True, most=most)
        if self._parts is None:
            self._parts = await self._rarest_inside()
        return self._parts

    async def _rarest_inside(self) -> Rows:
        """Of several words the one that fewest words begin with is most likely the rarest inside words too."""
        long = [w for w in self._search.words if is_long(w)]
        short = [t for w in self._search.words if not is_long(w) for t in w.split()]
        typed = (await self._likely()).typed
        likely = await self._vocabulary.rarest(*([(), [typed]] if typed in long else [[typed]]))
        if likely.count <= self._sizes.many:
            return likely
        others = [w for w in short if w != typed], [w for w in long if w != typed]
        return min(likely, await self._vocabulary.rarest(*others), key=lambda rows: rows.count)

    async def slips(self) -> tuple[Rows | None, Sources]:
        """The rows that have all slips: those of the rarest word and of the words that it may mean."""
        if self._slip is None:
            self._slip = await self._rarest_slip()
        return self._slip

    async def slips_are_more(self, most: int) -> bool:
        """Whether the rows that have all slips are more than this."""
        rows, _ = await self.slips()
        return rows is not None and (await self._slips.counted(rows)).count > most

    async def _rarest_slip(self) -> tuple[Rows | None, Sources]:
        words = self._search.misspelt(by_email=self._sources.by_email)
        # A user with all words, or with longer ones that begin so, is found without slips; by an address not.
        near = await self._slips.near(words, begun=self._sources.by_email and self._search.is_address)
        rows = await self._slips.rows(words, near)
        meant = {word: Meant.of(found) for word, found in near.items()}
        return rows, replace(self._sources, near=meant, slips=True)
