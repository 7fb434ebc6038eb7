"""How many rows common words have, kept for a short time in this process.

Names are distributed steeply: most searches have a word that an earlier one had, or are the next page of the same. To
count the rows of a common word takes about as long as to read them, and the count decides nothing but how they are read:
who is found, and in which order, is the same for any count.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

KEPT = 2000
"""Counts that are kept; one takes about 300 bytes."""
SECONDS = 60.0
"""How long a count is used: in that time an import adds a few thousand rows of a common word, which are read quickly."""


@dataclass(frozen=True, slots=True)
class Frequency:
    """A number of rows, up to `counted` and one; `listed` if the words that have them are not too many to be read."""

    count: int
    counted: int
    until: float
    listed: bool = True


class Frequencies:
    """One per process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: OrderedDict[Hashable, Frequency] = OrderedDict()

    def get(self, word: Hashable, most: int) -> Frequency | None:
        """What is known, if counting up to `most` would find no more."""
        known = self._kept.get(word)
        if known is None or known.until <= self._now() or (known.count > known.counted and known.counted < most):
            return None
        return known

    def note(self, word: Hashable, count: int, counted: int, *, listed: bool = True) -> None:
        """Keep the number of rows of a word."""
        self._kept[word] = Frequency(count, counted, self._now() + SECONDS, listed)
        self._kept.move_to_end(word)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
