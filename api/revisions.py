"""The schema revisions that ship with this release, compared with that of a database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory

import migrations

MIGRATIONS = Path(migrations.__path__[0])


@dataclass(frozen=True, slots=True)
class Revisions:
    """`known` are the revisions of this release, oldest first; the last is the one that it needs."""

    known: tuple[str, ...]

    @property
    def head(self) -> str:
        """The revision that this release needs."""
        return self.known[-1]

    def is_newer(self, found: str | None) -> bool:
        """Whether a newer release has migrated the database; None means a database without tables."""
        return found is not None and found not in self.known

    def fault(self, found: str | None) -> str | None:
        """Why this release cannot start on a database at this revision, and what to do; None if it can."""
        if found == self.head:
            return None
        if found is None:
            return "this database has no tables of Rollcall; run rollcall migrate"
        if self.is_newer(found):
            return (
                f"this database is at schema revision {found}, which a newer release made; this one knows those up to "
                f"{self.head}: run the newer release, or let it migrate --down to {self.head}"
            )
        return f"this database is at schema revision {found} and this release needs {self.head}: run rollcall migrate"


@cache
def shipped() -> Revisions:
    """The revisions in `migrations/versions`."""
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return Revisions(tuple(reversed([script.revision for script in scripts])))
