"""`rollcall import`: imports users from a file, in batches, through the service."""

from __future__ import annotations

import asyncio
import csv
import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from api.bootstrap import Core, open_core
from api.cli.files.people import STRAY_BYTES, FileRefused, Form, Lines, escape_formula, read_csv, read_ndjson
from api.cli.local.access import directory
from api.settings import Settings
from domain.backoff import Backoff
from domain.errors import Unavailable
from domain.models.actor import system
from domain.services.importing import ImportRefusal, ImportResult, ImportRow

ATTEMPTS = 8


@dataclass
class Tally:
    """The results so far; `line` is the last line of the last finished batch."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    line: int = 0


def import_users(
    file: Annotated[Path, typer.Argument(help="A CSV or NDJSON file; - reads standard input.")],
    *,
    form: Annotated[Form | None, typer.Option("--format", help="The file's format; by default from its name.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write nothing.")] = False,
    batch: Annotated[int, typer.Option(help="Rows per transaction.", min=1, max=5000)] = 1000,
    refused: Annotated[Path | None, typer.Option(help="The file that lists refused rows.")] = None,
    start: Annotated[int, typer.Option(help="Start after this line of the file.", min=0)] = 0,
) -> None:
    """Create the users in a file, and update those who already exist.

    Running it again changes nothing. Exit codes: 0 all imported, 3 some rows refused, 1 failed, 130 interrupted.
    """
    if str(file) != "-" and not (file.is_file() and os.access(file, os.R_OK)):
        raise typer.BadParameter(f"{file} is not a readable file")
    again = f"continue with: rollcall import {file}" + (f" --format {form}" if form else "")
    again += f" --refused {refused}" if refused else ""
    form = form or (Form.NDJSON if file.suffix in (".ndjson", ".jsonl") else Form.CSV)
    listing = refused or Path(f"{'import' if str(file) == '-' else file.stem}.refused.csv")
    if listing.is_dir() or not listing.parent.is_dir():
        raise typer.BadParameter(f"{listing} is a directory, or its folder does not exist")
    tally = Tally(line=start)
    size = file.stat().st_size if str(file) != "-" else None
    try:
        with directory() as settings, _opened(file) as stream, Refusals(listing, keep=start > 0) as refusals:
            lines = Lines(stream)
            rows = (read_ndjson if form is Form.NDJSON else read_csv)(lines)
            asyncio.run(_run(settings, rows, lines, size, refusals, tally, batch=batch, dry_run=dry_run))
    except FileRefused as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        typer.echo(f"Interrupted; {again} --start {tally.line}", err=True)
        raise typer.Exit(130) from None
    except Unavailable:
        typer.echo(f"The database is unavailable; {again} --start {tally.line}", err=True)
        raise typer.Exit(1) from None
    finally:
        would = "would be " if dry_run else ""
        typer.echo(
            f"{tally.created} {would}created, {tally.updated} {would}updated, {tally.unchanged} unchanged, "
            f"{tally.refused} refused" + (f" (listed in {listing})" if tally.refused else "")
        )
    if tally.refused:
        raise typer.Exit(3)


def _opened(file: Path) -> AbstractContextManager[TextIO]:
    if str(file) != "-":
        return file.open(encoding="utf-8", errors=STRAY_BYTES, newline="")
    sys.stdin.reconfigure(encoding="utf-8", errors=STRAY_BYTES, newline="")  # type: ignore[union-attr]
    return nullcontext(sys.stdin)


class Refusals:
    """The list of refused rows: line, field, reason. There is no file if nothing was refused.

    With `keep`, the list of the continued run is extended.
    """

    def __init__(self, path: Path, *, keep: bool) -> None:
        self._path, self._keep = path, keep
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        if not self._keep:
            self._path.unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, refusals: Sequence[ImportRefusal]) -> None:
        """Append to the list."""
        if not refusals:
            return
        if self._file is None:
            begun = self._path.exists()
            self._file = self._path.open("a", encoding="utf-8", newline="")
            if not begun:
                csv.writer(self._file).writerow(["line", "field", "reason"])
        csv.writer(self._file).writerows([r.line, escape_formula(r.field), escape_formula(r.reason)] for r in refusals)
        self._file.flush()


async def _run(
    settings: Settings,
    rows: Iterator[ImportRow | ImportRefusal],
    lines: Lines,
    size: int | None,
    refusals: Refusals,
    tally: Tally,
    *,
    batch: int,
    dry_run: bool,
) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Importing", total=size)
        async with open_core(settings) as core:
            start, seen = tally.line, set[int]()
            while read := list(itertools.islice(rows, batch)):
                core.imports.remember([r for r in read if isinstance(r, ImportRow) and r.line <= start], seen)
                chunk = [r for r in read if r.line > start]
                if not chunk:
                    continue
                result = await _batch(core, [r for r in chunk if isinstance(r, ImportRow)], seen, dry_run=dry_run)
                bad = [r for r in chunk if isinstance(r, ImportRefusal)] + list(result.refused)
                refusals.add(sorted(bad, key=lambda r: r.line))
                tally.created += result.created
                tally.updated += result.updated
                tally.unchanged += result.unchanged
                tally.refused += len(bad)
                tally.line = chunk[-1].line
                done = tally.created + tally.updated + tally.unchanged
                progress.update(task, completed=lines.bytes, description=f"Importing: {done} rows")


async def _batch(core: Core, rows: Sequence[ImportRow], seen: set[int], *, dry_run: bool) -> ImportResult:
    """Import one batch, with retries while the database is unavailable; it is written completely or not at all."""
    backoff = Backoff(0.4, 5.0)
    for attempt in itertools.count(1):
        try:
            return await core.imports.import_batch(system(), rows, seen, dry_run=dry_run)
        except Unavailable:
            if attempt == ATTEMPTS:
                raise
            await backoff.wait()
    raise AssertionError
