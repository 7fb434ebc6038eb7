"""The schema revisions that ship with this release, compared with that of a database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import migrations

MIGRATIONS = Path(migrations.__path__[0])
NAMED = re.compile(r'^(revision|down_revision)(?:: [^=]+)? = (?:"(\w+)"|None)$', re.MULTILINE)


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
    """The revisions in `migrations/versions`, read without Alembic: with what it loads, it would be 9 MiB of every server."""
    following: dict[str, str] = {}
    for file in (MIGRATIONS / "versions").glob("*.py"):
        names = dict(NAMED.findall(file.read_text("utf-8")))
        following[names["down_revision"]] = names["revision"]
    known = [""]
    while known[-1] in following:
        known.append(following[known[-1]])
    return Revisions(tuple(known[1:]))
