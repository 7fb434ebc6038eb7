"""`rollcall log import`: reads exported events back into an empty log."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from api.bootstrap.core import open_core
from api.cli.files.exported import ExportedEvents
from api.cli.local.access import directory
from api.files.refused import FileRefused
from api.settings import Settings
from domain.errors import Unavailable
from domain.models.actor import system
from domain.models.event import Event
from domain.models.log import LogState
from domain.services.restoring import RestoreRefused, Survey

BATCH = 2000
"""Events in one statement."""


def import_events(
    file: Annotated[
        Path, typer.Argument(help="An export of rollcall log prune.", exists=True, dir_okay=False, readable=True)
    ],
) -> None:
    """Read exported events back into an empty log, with their numbers. Stop the servers first.

    All events are read back or, after a failure or an interruption, none. Personal data that a later event of the export
    says was erased stays erased. The log gets a new epoch: positions in the log of the export are refused. Exit codes:
    0 done, 1 failed, 130 interrupted.
    """
    survey = Survey()
    try:
        with directory() as settings:
            state = asyncio.run(_run(settings, ExportedEvents(file), survey))
    except KeyboardInterrupt:
        typer.echo("Interrupted; nothing was read back", err=True)
        raise typer.Exit(130) from None
    except Unavailable as error:
        sys.exit(f"{error.message}; stop all servers and run it again")
    except (FileRefused, RestoreRefused, OSError) as error:
        sys.exit(f"{error}; nothing was read back")
    count = survey.last - survey.first + 1
    typer.echo(f"{count} events read back ({survey.first} to {survey.last}); the log now has the epoch {state.epoch}")


async def _run(settings: Settings, exported: ExportedEvents, survey: Survey) -> LogState:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        checking = progress.add_task("Checking", total=exported.size)
        for batch in _batches(exported):
            for event in batch:
                survey.add(event)
            progress.update(checking, completed=exported.bytes)
            await asyncio.sleep(0)  # where an interruption is noticed
        writing = progress.add_task("Reading back", total=survey.last - survey.first + 1)
        async with open_core(settings) as core:
            return await core.restoring.restore(
                system(), survey, _batches(exported), lambda count: progress.advance(writing, count)
            )


def _batches(events: ExportedEvents) -> Iterator[list[Event]]:
    unread = iter(events)
    while batch := list(itertools.islice(unread, BATCH)):
        yield batch
