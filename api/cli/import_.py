"""`rollcall import`: imports users from a file, in batches, through the service."""

from __future__ import annotations

import asyncio
import csv
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Self, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from api.bootstrap.core import open_core
from api.cli.local.access import directory
from api.files.importing import Tally, import_file
from api.files.reader import Form, UserFile
from api.files.refused import FileRefused
from api.files.vendors import Vendor
from api.files.writer import escape_formula
from api.settings import Settings
from domain.errors import Unavailable
from domain.models.actor import system
from domain.services.importing import ImportChange, ImportRefusal

SHOWN_APART = ("role", "status")
"""The fields whose changes are named row by row."""


def import_users(
    file: Annotated[Path, typer.Argument(help="A CSV or NDJSON file; - reads standard input.")],
    *,
    form: Annotated[Form | None, typer.Option("--format", help="The file's format; by default from its name.")] = None,
    encoding: Annotated[str | None, typer.Option(help="The file's encoding, unless it is UTF-8 or marked.")] = None,
    vendor: Annotated[Vendor | None, typer.Option("--from", help="Whose export it is, unless that is evident.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write nothing.")] = False,
    batch: Annotated[
        int, typer.Option(help="Rows per transaction; users that exist are changed 100 at a time.", min=1, max=5000)
    ] = 1000,
    refused: Annotated[Path | None, typer.Option(help="The file that lists refused rows.")] = None,
    start: Annotated[int, typer.Option(help="Start after this line of the file.", min=0)] = 0,
) -> None:
    """Create the users in a file, and update those who already exist.

    What the file does not say stays as it is. Running it again changes nothing. Exit codes: 0 all imported, 3 some rows
    refused, 1 failed, 130 interrupted.
    """
    if str(file) != "-" and not (file.is_file() and os.access(file, os.R_OK)):
        raise typer.BadParameter(f"{file} is not a readable file")
    again = f"continue with: rollcall import {file}" + (f" --format {form}" if form else "")
    again += (f" --encoding {encoding}" if encoding else "") + (f" --from {vendor}" if vendor else "")
    again += f" --refused {refused}" if refused else ""
    form = form or (Form.NDJSON if file.suffix in (".ndjson", ".jsonl") else Form.CSV)
    listing = refused or Path(f"{'import' if str(file) == '-' else file.stem}.refused.csv")
    if listing.is_dir() or not listing.parent.is_dir():
        raise typer.BadParameter(f"{listing} is a directory, or its folder does not exist")
    tally, unused = Tally(line=start), list[str]()
    try:
        with directory() as settings, _opened(file) as source, Refusals(listing, keep=start > 0) as refusals:
            size = source.seek(0, os.SEEK_END)
            users = UserFile(source, form, encoding=encoding, vendor=vendor)
            asyncio.run(_run(settings, users, size, refusals, tally, batch=batch, dry_run=dry_run))
            unused += users.unused
    except FileRefused as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        typer.echo(f"Interrupted; {again} --start {tally.line}", err=True)
        raise typer.Exit(130) from None
    except Unavailable:
        typer.echo(f"The database is unavailable; {again} --start {tally.line}", err=True)
        raise typer.Exit(1) from None
    finally:
        typer.echo(_summary(tally, unused, listing, dry_run=dry_run))
    if tally.refused:
        raise typer.Exit(3)


def _summary(tally: Tally, unused: Sequence[str], listing: Path, *, dry_run: bool) -> str:
    """The last lines of an import: counts, changes of role and status apart, and the columns that were not used."""
    would = "would be " if dry_run else ""
    said = (
        f"{tally.created} {would}created, {tally.updated} {would}updated, {tally.unchanged} unchanged, "
        f"{tally.refused} refused" + (f" (listed in {listing})" if tally.refused else "")
    )
    if tally.role_changes or tally.status_changes:
        said += (
            f"\nOf these, roles {would}changed: {tally.role_changes}, statuses {would}changed: {tally.status_changes}"
        )
    return said + (f"\nColumns that are not used: {', '.join(unused)}" if unused else "")


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """The file, or standard input, which is copied because it is read twice: checked first, then imported."""
    if str(file) != "-":
        with file.open("rb") as stream:
            yield stream
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        yield copy


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
    users: UserFile,
    size: int,
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
            start = tally.line
            gc.freeze()  # what is loaded by now stays, and every full collection would walk it again
            batches = import_file(core.imports, system(), users, start=start, size=batch, dry_run=dry_run)
            async with aclosing(batches):
                async for done in batches:
                    refusals.add(done.refused)
                    tally.add(done)
                    _name_changes(done.changes)
                    progress.update(task, completed=done.position, description=f"Importing: {tally.done} rows")


def _name_changes(changes: Sequence[ImportChange]) -> None:
    """Name each change of a role or a status: nobody should find those in a count only."""
    for change in changes:
        for field in change.changes if change.before is not None else ():
            if field.field in SHOWN_APART:
                typer.echo(f"line {change.line}: {change.user.email}: {field.field} {field.before} -> {field.after}")
