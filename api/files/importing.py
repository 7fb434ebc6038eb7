"""An import from a file, batch by batch: what the command line and v1 have in common."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

from api.files.reader import Row, UserFile
from domain.backoff import Backoff
from domain.errors import Unavailable
from domain.models.actor import Actor
from domain.services.importing import (
    CheckedRows,
    ImportChange,
    ImportRefusal,
    ImportResult,
    ImportRow,
    ImportService,
    Prepared,
)
from domain.tasks import end

ATTEMPTS = 8
CHANGES_MAX = 100
"""Users that exist and are changed in one transaction: others who change one of them wait for so many at most."""
STEP = 100
"""Rows that are read and checked without letting others run: 3 ms."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of an import, as they were read, what was refused of them, and what the others changed.

    `line` is the line on which the last row begins: an import that starts after it goes on with the next. `position` is how
    many bytes of the file were read for them.
    """

    rows: Sequence[Row]
    refused: Sequence[ImportRefusal]
    changes: Sequence[ImportChange]
    position: int = 0

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
    have their own. Each is repeated while the database is unavailable, up to `attempts` times. The next batch is read and
    prepared meanwhile. Close the generator, so that this ends too. Raises Forbidden, FileRefused and Unavailable.
    """
    chunks = _Chunks(imports, actor, file, start, size)
    # What is not committed is not seen by the next transaction.
    writing = _Writing(imports, actor, attempts, None if dry_run else CHANGES_MAX, dry_run=dry_run)
    ahead = asyncio.create_task(chunks.next())
    try:
        while (chunk := await ahead) is not None:
            ahead = asyncio.create_task(chunks.next())
            result = await writing.write(chunk.checked, chunk.prepared)
            while rest := result.rest:
                some = await writing.write(imports.checked(rest[:CHANGES_MAX], frozenset()))
                result = replace(result.and_then(some), rest=[*some.rest, *rest[CHANGES_MAX:]])
            yield Batch(chunk.rows, _refused(chunk, result), result.changes, chunk.position)
    finally:
        await end([ahead])


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A batch that was read; `prepared` is None if the database was unavailable."""

    rows: Sequence[Row]
    checked: CheckedRows
    position: int
    prepared: Prepared | None = None


class _Chunks:
    """Reads, checks and prepares one batch after the other, in steps between which others run."""

    def __init__(self, imports: ImportService, actor: Actor, file: UserFile, start: int, size: int) -> None:
        self._imports, self._actor, self._file, self._start, self._size = imports, actor, file, start, size
        self._rows, self._seen = iter(file), set[int]()

    async def next(self) -> _Chunk | None:
        """The next batch, None after the last. Raises Forbidden and FileRefused."""
        while read := await self._read():
            if read.rows:
                return await self._prepared(read)
        return None

    async def _read(self) -> _Chunk | None:
        """The rows of the next batch that begin after the start, which may be none; None at the end of the file."""
        rows, checked, count = list[Row](), self._imports.checked([], self._seen), 0
        while part := list(itertools.islice(self._rows, min(STEP, self._size - count))):
            count += len(part)
            self._imports.remember(_good([r for r in part if r.line <= self._start]), self._seen)
            new = [r for r in part if r.line > self._start]
            rows += new
            self._imports.check(checked, _good(new))
            await asyncio.sleep(0)
        self._seen.update(hash(email) for email in checked.wanted)
        return _Chunk(rows, checked, self._file.position) if count else None

    async def _prepared(self, chunk: _Chunk) -> _Chunk:
        try:
            return replace(chunk, prepared=await self._imports.prepare(self._actor, chunk.checked))
        except Unavailable:
            return chunk


def _good(rows: Sequence[Row]) -> list[ImportRow]:
    return [r for r in rows if isinstance(r, ImportRow)]


def _refused(chunk: _Chunk, result: ImportResult) -> Sequence[ImportRefusal]:
    """All that was refused of the rows, by line, each with what could be read of it."""
    by_line = {row.line: row for row in chunk.checked.rows} if result.refused else {}
    bad = [r for r in chunk.rows if isinstance(r, ImportRefusal)]
    bad += [replace(r, row=by_line[r.line]) for r in result.refused]
    return sorted(bad, key=lambda r: r.line)


@dataclass(frozen=True, slots=True)
class _Writing:
    """Writes batches, each up to `attempts` times."""

    imports: ImportService
    actor: Actor
    attempts: int
    changes_max: int | None
    dry_run: bool = field(kw_only=True)

    async def write(self, batch: CheckedRows, prepared: Prepared | None = None) -> ImportResult:
        """Write a batch; what was prepared is for the first attempt. Raises Forbidden and Unavailable."""
        backoff = Backoff(0.4, 5.0)
        for attempt in itertools.count(1):
            try:
                return await self.imports.write(
                    self.actor, batch, prepared, dry_run=self.dry_run, changes_max=self.changes_max
                )
            except Unavailable:
                if attempt == self.attempts:
                    raise
                prepared = None
                await backoff.wait()
        raise AssertionError
