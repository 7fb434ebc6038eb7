"""`rollcall restore`: reads a backup into a database, all or nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from api.bootstrap.backups import contents_of, refresh
from api.cli.backup import INTERRUPTED
from api.cli.backups.archive import Backup
from api.cli.backups.programs import find_programs
from api.cli.backups.restoring import check_target, read_dump
from api.cli.backups.running import ProgramFailed, interruptible
from api.cli.local.access import Database, only_database
from api.cli.local.upgrade import upgrade
from api.files.refused import FileRefused
from api.revisions import shipped


def restore(
    file: Annotated[
        Path, typer.Argument(help="A file of rollcall backup.", exists=True, dir_okay=False, readable=True)
    ],
    *,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Delete all that the database has. Without it, the database must be empty."),
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only verify the file, and show what it has.")] = False,
) -> None:
    """Restore a backup into an empty database, and migrate it if an older release made the backup.

    All is restored or, after a failure or an interruption, nothing. The log begins a new epoch: all earlier positions get
    ResyncRequired. A backup is executed by the database: restore only files that nobody else could change. Exit codes:
    0 done, 1 failed, 130 interrupted.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            backup = Backup(file)
            verifying = progress.add_task("Verifying", total=backup.bytes)
            backup.verify(lambda size: progress.advance(verifying, size))
            if check:
                said = f"{file} is complete: {backup.manifest.describe()}"
            else:
                with only_database() as database:
                    _restored(database, backup, progress, replace=replace)
                said = f"Restored {backup.manifest.describe()}; earlier positions of the log need a resync"
    except KeyboardInterrupt:
        typer.echo("Interrupted; unless it was migrated already, the database is as it was", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except ProgramFailed as error:
        sys.exit(f"Nothing was restored, the database is as it was:\n{error}")
    except (FileRefused, OSError) as error:
        sys.exit(str(error))
    typer.echo(said)


def _restored(database: Database, backup: Backup, progress: Progress, *, replace: bool) -> None:
    async def run() -> None:
        contents = await contents_of(database.address, database.setting)
        dropped = check_target(backup.manifest, contents, replace=replace, setting=database.setting)
        programs = find_programs(contents.server_major)
        restoring = progress.add_task("Restoring", total=backup.bytes)
        left = [backup.bytes]

        def seen(size: int) -> None:
            left[0] -= size
            progress.update(restoring, advance=size, description="Restoring" if left[0] else "Restoring: indexes")

        await read_dump(database.address, backup, programs, dropped, seen)

    interruptible(run)
    if backup.manifest.schema_revision != shipped().head:
        upgrade(database.address)
    progress.add_task("Refreshing the statistics", total=None)
    interruptible(lambda: refresh(database.address))
