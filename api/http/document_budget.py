"""Limits new documents by client: known ones cost nothing, new ones are parsed and validated.

One bucket per address for clients without a session, one per user for the others, in characters of text: 2,000 characters
take 30 ms of processor time at worst (schema/execution/limits.py), so that one address cannot have more than 3 % of it for long.
In memory, because it is the time of this process that is protected.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from domain.errors import RateLimited

LEAST = 256
"""What a document costs at least, in characters."""
BUCKETS_MAX = 10_000
"""Buckets that are kept; the least recently used goes, and is full when it comes back."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Characters at once, and characters a second after that."""

    burst: float
    per_second: float


STRANGER = Allowance(64 * 1024, 2 * 1024)
USER = Allowance(512 * 1024, 8 * 1024)


class DocumentBudget:
    """One per process. `now` gives seconds of a clock that is never set back."""

    def __init__(self, now: Callable[[], float], *, stranger: Allowance = STRANGER, user: Allowance = USER) -> None:
        self._now, self._stranger, self._user = now, stranger, user
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def spend(self, key: Hashable, length: int, *, stranger: bool) -> None:
        """Take what a new document of a length costs. Raises RateLimited with the seconds until there is enough."""
        allowance = self._stranger if stranger else self._user
        cost, now = min(max(length, LEAST), allowance.burst), self._now()
        left, at = self._buckets.pop((stranger, key), (allowance.burst, now))
        left = min(allowance.burst, left + (now - at) * allowance.per_second)
        enough = left >= cost
        self._buckets[stranger, key] = (left - cost if enough else left), now
        if len(self._buckets) > BUCKETS_MAX:
            self._buckets.popitem(last=False)
        if not enough:
            wait = int((cost - left) / allowance.per_second) + 1
            raise RateLimited(
                wait, "Too many new documents: send the same ones with other variables, or try again later"
            )
