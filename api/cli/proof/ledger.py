"""The writes that were requested and their outcomes, with which the log is compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """UNKNOWN: the response was lost and no later one settles it, so the write may have been executed, at most once."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a write requests. STALE must be refused for its version, and TAKEN for its e-mail address."""

    CREATE = "create"
    RENAME = "rename"
    STALE = "stale"
    TAKEN = "taken"

    @property
    def creates(self) -> bool:
        """Whether it creates an account."""
        return self in (Kind.CREATE, Kind.TAKEN)

    @property
    def refusable(self) -> bool:
        """Whether it must be refused."""
        return self in (Kind.STALE, Kind.TAKEN)


@dataclass(slots=True)
class Person:
    """An account as its writer knows it; `version` is None if it is uncertain."""

    id: str
    email: str
    version: int | None


@dataclass(slots=True)
class Write:
    """One write: `mark` is the unique display name that it sets; `person` is None until its account is created."""

    kind: Kind
    mark: str
    email: str
    person: Person | None = None
    outcome: Outcome = Outcome.UNKNOWN


@dataclass(slots=True)
class Ledger:
    """All writes in the order in which they were started; `lost` counts the responses that never arrived."""

    writes: list[Write] = field(default_factory=list)
    lost: int = 0

    def count(self, outcome: Outcome) -> int:
        """How many writes had this outcome."""
        return sum(w.outcome is outcome for w in self.writes)
