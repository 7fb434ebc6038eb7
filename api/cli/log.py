"""`rollcall log`: how long the log is kept, and that it is another one after a restore."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.bootstrap import Core, open_core
from api.cli.files.events import EventFile, FileRefused
from api.cli.local.access import directory
from api.settings import Settings
from domain.backoff import Backoff
from domain.errors import Unavailable
from domain.models.actor import system
from domain.models.event import Event
from domain.models.log import LogState

TRIES = 8

log = typer.Typer(help="Prune the log, or say that it was restored.", no_args_is_help=True)


class Busy(Exception):
    """Another process prunes."""


@log.command()
def prune(
    *,
    older_than: Annotated[int, typer.Option(metavar="DAYS", help="How old events must be to go.", min=1, max=36500)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; delete and write nothing.")] = False,
    export: Annotated[Path | None, typer.Option(help="Write them to this .ndjson or .ndjson.gz first.")] = None,
) -> None:
    """Delete old events, oldest first, while everything else goes on.

    Each batch is on the disk in the export before it is deleted. Interrupted, run it again with the same file: what is
    there already is not written twice, and nothing is missing. An export that is there is gone on with where it ends;
    any other file is refused and left as it is. Exit codes: 0 done, 1 failed, 130 interrupted.
    """
    done = [0]
    try:
        with directory() as settings:
            if dry_run:
                asyncio.run(_look(settings, older_than))
            else:
                asyncio.run(_run(settings, older_than, export, done))
                typer.echo(f"{done[0]} events pruned" + (f"; they are in {export}" if export and done[0] else ""))
    except KeyboardInterrupt:
        typer.echo(f"Interrupted after {done[0]} events; run it again to go on", err=True)
        raise typer.Exit(130) from None
    except Unavailable:
        typer.echo(f"The database is away after {done[0]} events; run it again to go on", err=True)
        raise typer.Exit(1) from None
    except Busy:
        sys.exit("Another process prunes the log at this moment; nothing was done here")
    except (FileRefused, OSError) as error:
        sys.exit(f"{error}\n{done[0]} events were pruned, each of them exported")


@log.command()
def renew(
    *,
    keep_positions: Annotated[
        bool,
        typer.Option("--keep-positions", help="No server has run since the restore: what the log has stays valid."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without being asked.")] = False,
) -> None:
    """Say that the database's files were restored in place from a snapshot, before the servers are started.

    Subscribers with a position of before are then told to read again, and none is taken for one of the restored log.
    Dumps, recovery to a point in time and promoted standbys are noticed without this. Exit codes: 0 done, 1 not done.
    """
    with directory() as settings:
        if not (yes or _agreed()):
            raise typer.Exit(1)
        try:
            state = asyncio.run(_renew(settings, keep_positions=keep_positions))
        except Unavailable as error:
            sys.exit(error.message)
    kept = f"positions up to {state.head} stay valid" if keep_positions else "every position of before is refused"
    typer.echo(f"The log has the epoch {state.epoch}; {kept}")


def _agreed() -> bool:
    typer.echo("Every subscriber with an earlier position will have to read again.", err=True)
    if sys.stdin.isatty():
        return typer.confirm("Begin another epoch?", err=True)
    typer.echo("Nobody can be asked here; add --yes to begin another epoch.", err=True)
    return False


async def _renew(settings: Settings, *, keep_positions: bool) -> LogState:
    async with open_core(settings) as core:
        return await core.history.renew(system(), keep_positions=keep_positions)


async def _look(settings: Settings, days: int) -> None:
    async with open_core(settings) as core:
        found = [(range_.count, range_.last) async for range_ in core.retention.expired(system(), days)]
        count = sum(n for n, _ in found)
        rest = (await core.events.state()).head - (found[-1][1] if found else 0)
    typer.echo(f"{count} events would be pruned" + (f"; the log would begin behind them, with {rest}" if found else ""))


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
            async for count in _patiently(core, days, file):
                done[0] += count
                progress.update(task, description=f"Pruning: {done[0]} events")


async def _patiently(core: Core, days: int, file: EventFile | None) -> AsyncIterator[int]:
    """The size of each batch that is gone, going on for a while when the database is away. Raises Unavailable."""

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
            if failures == TRIES:
                raise
            await backoff.wait()
        else:
            return
