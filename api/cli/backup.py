"""`rollcall backup`: writes all data of one moment to a file, while the service keeps running."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from api.cli.backups.archive import Backup, NewBackup
from api.cli.backups.dumping import write_dump
from api.cli.backups.manifest import Manifest
from api.cli.backups.running import ProgramFailed, interruptible
from api.cli.local.access import Database, only_database
from api.cli.output import check_output
from api.files.refused import FileRefused

INTERRUPTED = 130


def backup(
    output: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write; in a folder, it is named by the time.")
    ] = Path(),
    *,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Back up the whole database to one file, with its checksums, and verify the file.

    The file appears only once it is complete. It contains personal data and is readable only by its owner. It does not
    contain SECRET_KEY, without which sessions and the secrets of authenticator apps are lost. Exit codes: 0 done, 1 failed,
    130 interrupted.
    """
    path = output / f"rollcall-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.backup" if output.is_dir() else output
    check_output(path)
    if path.exists() and not overwrite:
        sys.exit(f"{path} already exists; add --overwrite to replace it")
    try:
        with only_database() as database, NewBackup(path) as file:
            manifest = _written(database, file)
    except KeyboardInterrupt:
        typer.echo("Interrupted; nothing was kept", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except ProgramFailed as error:
        sys.exit(f"The backup failed; nothing was kept:\n{error}")
    except (FileRefused, OSError) as error:
        sys.exit(f"The backup failed; nothing was kept: {error}")
    typer.echo(f"{path} ({decimal(path.stat().st_size)}): {manifest.describe()}")


def _written(database: Database, file: NewBackup) -> Manifest:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Counting", total=None)

        def seen(table: str, size: int) -> None:
            progress.update(task, description=f"Writing {table}: {decimal(size)}")

        manifest = interruptible(lambda: write_dump(database, file, seen))
        partial = file.complete(manifest)
        task = progress.add_task("Verifying", total=file.bytes)
        Backup(partial).verify(lambda size: progress.advance(task, size))
    file.finish()
    return manifest
