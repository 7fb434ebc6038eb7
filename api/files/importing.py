"""An import from a file, batch by batch: what the command line and v1 have in common."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from api.files.reader import Row, UserFile
from domain.backoff import Backoff
from domain.errors import Unavailable
from domain.models.actor import Actor
from domain.services.importing import ImportChange, ImportRefusal, ImportResult, ImportRow, ImportService

ATTEMPTS = 8
CHANGES_MAX = 100
"""Users that exist and are changed in one transaction: others who change one of them wait for so many at most."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of an import, as they were read, what was refused of them, and what the others changed.

    `line` is the line on which the last row begins: an import that starts after it goes on with the next.
    """

    rows: Sequence[Row]
    refused: Sequence[ImportRefusal]
    changes: Sequence[ImportChange]

    @property
    def line(self) -> int:
        """Where the last row begins."""
        return self.rows[-1].line


@dataclass
class Tally:
    """The results so far; changes of role and of status are among the updates, and counted apart."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    role_changes: int = 0
    status_changes: int = 0
    line: int = 0

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        created = sum(c.before is None for c in batch.changes)
        self.created += created
        self.updated += len(batch.changes) - created
        self.unchanged += len(batch.rows) - len(batch.changes) - len(batch.refused)
        self.refused += len(batch.refused)
        self.role_changes += sum(c.changed("role") for c in batch.changes)
        self.status_changes += sum(c.changed("status") for c in batch.changes)
        self.line = batch.line

    @property
    def done(self) -> int:
        """The rows that were not refused."""
        return self.created + self.updated + self.unchanged


async def import_file(
    imports: ImportService,
    actor: Actor,
    file: UserFile,
    *,
    start: int = 0,
    size: int = 1000,
    dry_run: bool = False,
    attempts: int = ATTEMPTS,
) -> AsyncGenerator[Batch, None]:
    """Import the rows that begin after the line `start`, in batches of `size` rows.

    The new users of a batch are created in one transaction, with the first CHANGES_MAX changes; each further CHANGES_MAX
    have their own. Each is repeated while the database is unavailable, up to `attempts` times. Raises Forbidden,
    FileRefused and Unavailable.
    """
    rows, seen = iter(file), set[int]()
    while read := list(itertools.islice(rows, size)):
        imports.remember([r for r in read if isinstance(r, ImportRow) and r.line <= start], seen)
        chunk = [r for r in read if r.line > start]
        if not chunk:
            continue
        good = [r for r in chunk if isinstance(r, ImportRow)]
        result = await _written(imports, actor, good, seen, dry_run=dry_run, attempts=attempts)
        while rest := result.rest:
            some = await _written(imports, actor, rest[:CHANGES_MAX], seen, dry_run=dry_run, attempts=attempts)
            result = replace(result.and_then(some), rest=[*some.rest, *rest[CHANGES_MAX:]])
        yield Batch(chunk, _refused(chunk, good, result), result.changes)


def _refused(chunk: Sequence[Row], good: Sequence[ImportRow], result: ImportResult) -> Sequence[ImportRefusal]:
    """All that was refused of the rows, by line, each with what could be read of it."""
    by_line = {row.line: row for row in good} if result.refused else {}
    bad = [r for r in chunk if isinstance(r, ImportRefusal)]
    bad += [replace(r, row=by_line[r.line]) for r in result.refused]
    return sorted(bad, key=lambda r: r.line)


async def _written(
    imports: ImportService,
    actor: Actor,
    rows: Sequence[ImportRow],
    seen: set[int],
    *,
    dry_run: bool,
    attempts: int,
) -> ImportResult:
    backoff = Backoff(0.4, 5.0)
    for attempt in itertools.count(1):
        try:
            changes_max = None if dry_run else CHANGES_MAX  # what is not committed is not seen by the next
            return await imports.import_batch(actor, rows, seen, dry_run=dry_run, changes_max=changes_max)
        except Unavailable:
            if attempt == attempts:
                raise
            await backoff.wait()
    raise AssertionError
