"""`rollcall log`: exports and prunes the log, reads an export back, and starts a new epoch after a restore."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated, TextIO
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.bootstrap.core import Core, open_core
from api.cli.files.audit import export_events
from api.cli.files.events import EventFile
from api.cli.local.access import directory
from api.cli.log_import import import_events
from api.cli.output import check_output, written_file
from api.files.reader import Form
from api.files.refused import FileRefused
from api.settings import Settings
from domain.backoff import Backoff
from domain.errors import Unavailable
from domain.models.actor import system
from domain.models.event import Event
from domain.models.event_types import EventType
from domain.models.log import EventFilter, LogState

ATTEMPTS = 8

log = typer.Typer(
    help="Prune the log, read an export back, or start a new epoch after a restore.", no_args_is_help=True
)
log.command("import")(import_events)


class Busy(Exception):
    """Another process is pruning."""


@log.command()
def prune(
    *,
    older_than: Annotated[
        int, typer.Option(metavar="DAYS", help="Prune events older than this many days.", min=1, max=36500)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be pruned; change nothing.")] = False,
    export: Annotated[
        Path | None, typer.Option(help="Export the events to this .ndjson or .ndjson.gz file first.")
    ] = None,
) -> None:
    """Delete old events, oldest first, while the service keeps running.

    Each batch is stored in the export before it is deleted. After an interruption, run it again with the same file: an
    existing export of this log is continued without duplicates or gaps; any other file is left unchanged, and the
    command fails. Exit codes: 0 done, 1 failed, 130 interrupted.
    """
    done = [0]
    try:
        with directory() as settings:
            if dry_run:
                asyncio.run(_count_expired(settings, older_than))
            else:
                asyncio.run(_run(settings, older_than, export, done))
                typer.echo(f"{done[0]} events pruned" + (f"; they are in {export}" if export and done[0] else ""))
    except KeyboardInterrupt:
        typer.echo(f"Interrupted after {done[0]} events; run it again to continue", err=True)
        raise typer.Exit(130) from None
    except Unavailable:
        typer.echo(f"The database became unavailable after {done[0]} events; run it again to continue", err=True)
        raise typer.Exit(1) from None
    except Busy:
        sys.exit("Another process is pruning the log; nothing was done")
    except (FileRefused, OSError) as error:
        sys.exit(f"{error}\n{done[0]} events were exported and pruned before that")


@log.command("export")
def export_log(
    *,
    form: Annotated[Form, typer.Option("--format", help="The format of the file.")] = Form.NDJSON,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    type_: Annotated[list[EventType] | None, typer.Option("--type", help="Only this type; may be repeated.")] = None,
    user: Annotated[UUID | None, typer.Option(help="Only events that concern the user with this id.")] = None,
    by: Annotated[UUID | None, typer.Option(help="Only events caused by the user with this id.")] = None,
) -> None:
    """Export the audit log, newest first, and change nothing. NDJSON has everything; CSV is for spreadsheets.

    The output file appears only once it is complete. Exit codes: 0 done, 1 failed.
    """
    check_output(output)
    wanted = EventFilter(types=frozenset(type_) if type_ else None, user_id=user, actor_id=by)
    with directory() as settings, written_file(output) as stream:
        count = asyncio.run(_export(settings, stream, form, wanted))
    if output is not None:
        typer.echo(f"Exported {count} events to {output}")


async def _export(settings: Settings, stream: TextIO, form: Form, wanted: EventFilter) -> int:
    total = 0
    async with open_core(settings) as core:
        async for text, count in export_events(core.events, system(), form, wanted):
            stream.write(text)
            total += count
    return total


@log.command()
def renew(
    *,
    keep_positions: Annotated[
        bool,
        typer.Option(
            "--keep-positions", help="Keep the log's positions valid. Only if no server has run since the restore."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Start a new epoch after restoring the database's files in place from a snapshot, before starting the servers.

    Subscribers with an older position must then read again, so that no old position is mistaken for one of the restored
    log. Restored dumps, point-in-time recovery and promoted standbys are detected without this. Exit codes: 0 done,
    1 not done.
    """
    with directory() as settings:
        if not (yes or _agreed()):
            raise typer.Exit(1)
        try:
            state = asyncio.run(_renew(settings, keep_positions=keep_positions))
        except Unavailable as error:
            sys.exit(error.message)
    kept = f"positions up to {state.head} stay valid" if keep_positions else "earlier positions are no longer valid"
    typer.echo(f"The log now has the epoch {state.epoch}; {kept}")


def _agreed() -> bool:
    typer.echo("Every subscriber with an earlier position will have to read again.", err=True)
    if sys.stdin.isatty():
        return typer.confirm("Start a new epoch?", err=True)
    typer.echo("There is no terminal to ask; add --yes to start a new epoch.", err=True)
    return False


async def _renew(settings: Settings, *, keep_positions: bool) -> LogState:
    async with open_core(settings) as core:
        return await core.history.renew(system(), keep_positions=keep_positions)


async def _count_expired(settings: Settings, days: int) -> None:
    async with open_core(settings) as core:
        found = [(range_.count, range_.last) async for range_ in core.retention.expired(system(), days)]
        count = sum(n for n, _ in found)
        rest = (await core.events.state()).head - (found[-1][1] if found else 0)
    typer.echo(f"{count} events would be pruned" + (f", and {rest} would remain" if found else ""))


async def _run(settings: Settings, days: int, export: Path | None, done: list[int]) -> None:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    async with open_core(settings) as core, core.pruning.alone() as mine:
        if not mine:
            raise Busy
        with ExitStack() as stack:
            file = None
            if export is not None:
                file = stack.enter_context(closing(EventFile(export, (await core.events.state()).epoch)))
            progress = stack.enter_context(Progress(*columns, console=Console(stderr=True)))
            task = progress.add_task("Pruning")
            async for count in _prune_with_retry(core, days, file):
                done[0] += count
                progress.update(task, description=f"Pruning: {done[0]} events")


async def _prune_with_retry(core: Core, days: int, file: EventFile | None) -> AsyncIterator[int]:
    """Prune, with retries while the database is unavailable; yields the size of each pruned batch. Raises Unavailable."""

    async def keep(events: Sequence[Event]) -> None:
        if file is not None:
            file.append(events)

    failures, backoff = 0, Backoff(0.4, 5.0)
    while True:
        try:
            async for range_ in core.retention.prune(system(), days, keep if file else None):
                yield range_.count
                failures = 0
                backoff.reset()
        except Unavailable:
            failures += 1
            if failures == ATTEMPTS:
                raise
            await backoff.wait()
        else:
            return
