"""What writers ask for and what became of it: the account that the log is held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """UNKNOWN: an answer was lost and no later one says more, so it may have been carried out, but once at most."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a write asks for. The last two must be refused: for their version, and for their e-mail address."""

    CREATE = "create"
    RENAME = "rename"
    STALE = "stale"
    TAKEN = "taken"

    @property
    def creates(self) -> bool:
        """Whether it asks for an account."""
        return self in (Kind.CREATE, Kind.TAKEN)

    @property
    def refusable(self) -> bool:
        """Whether it must be refused."""
        return self in (Kind.STALE, Kind.TAKEN)


@dataclass(slots=True)
class Person:
    """An account as its writer knows it; `version` is None where that is not known for certain."""

    id: str
    email: str
    version: int | None


@dataclass(slots=True)
class Write:
    """One write: `mark` is the display name it sets, which no other does; `person` is None until its account is made."""

    kind: Kind
    mark: str
    email: str
    person: Person | None = None
    outcome: Outcome = Outcome.UNKNOWN


@dataclass(slots=True)
class Ledger:
    """All writes, in the order in which they were begun; `lost` counts the answers that did not come."""

    writes: list[Write] = field(default_factory=list)
    lost: int = 0

    def count(self, outcome: Outcome) -> int:
        """How many writes had this outcome."""
        return sum(w.outcome is outcome for w in self.writes)
