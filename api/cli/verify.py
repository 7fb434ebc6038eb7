"""`rollcall verify`: proves on a running deployment that nothing is lost, duplicated or out of order."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Annotated
from urllib.parse import urlsplit

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.cli.client import Refused
from api.cli.credential import credential_of
from api.cli.proof.plan import RATE_MAX, NotProven, Plan, is_loopback, usual_rate
from api.cli.proof.proof import WRITING, Proof
from api.cli.proof.report import Report
from api.http.server import raise_file_limit
from api.settings import LocalSettings

INCONCLUSIVE = 2
ADDRESSES_MAX = 16


def verify(
    urls: Annotated[
        list[str], typer.Argument(metavar="URL...", help="The addresses of the instances of one deployment.")
    ],
    *,
    seconds: Annotated[float, typer.Option(help="How long to write.", min=1, max=3600)] = 30,
    writers: Annotated[int, typer.Option(min=1, max=64)] = 4,
    subscribers: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    rate: Annotated[
        float | None, typer.Option(help="Writes per second, over all writers.", min=0.1, max=RATE_MAX)
    ] = None,
    patience: Annotated[float, typer.Option(help="Seconds to wait for the last event.", min=1, max=600)] = 60,
    email: Annotated[
        str, typer.Option(help="An admin's account; by default ROLLCALL_API_KEY, ROLLCALL_EMAIL or the first admin.")
    ] = "",
    allow_resync: Annotated[
        bool, typer.Option("--allow-resync", help="Do not count ResyncRequired as a fault.")
    ] = False,
    remote: Annotated[bool, typer.Option("--remote", help="Allow other machines, which must be yours.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Write and subscribe while you break things, then check that nothing was lost.

    Writers create their own accounts over REST and GraphQL; subscribers follow the log from the same position, over
    connections that end, to any of the addresses. At the end, every acknowledged write must be in the directory and in
    the log exactly once, no refused write may be, and every subscriber must have seen every event once and in order.
    The accounts are then removed. The admin is the owner of ROLLCALL_API_KEY, or an account whose password is read from
    ROLLCALL_PASSWORD or a prompt. Ctrl-C ends the writing; a second Ctrl-C ends the proof. Exit codes: 0 proven, 1 disproved, 2 inconclusive.
    """
    settings = LocalSettings.load()
    addresses = _addresses(urls, remote=remote)
    plan = Plan(
        addresses,
        credential_of(settings, email),
        seconds=seconds,
        writers=writers,
        subscribers=subscribers,
        rate=rate or usual_rate(subscribers),
        patience=patience,
        allow_resync=allow_resync,
    )
    raise_file_limit()
    proof = Proof(plan)
    try:
        report = asyncio.run(_run(proof))
    except (NotProven, Refused) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(INCONCLUSIVE) from None
    except (asyncio.CancelledError, KeyboardInterrupt):
        typer.echo("Interrupted before there was a result", err=True)
        raise typer.Exit(INCONCLUSIVE) from None
    finally:
        if proof.left != 0:
            which = "Some" if proof.left is None else str(proof.left)
            typer.echo(f"{which} accounts may be left; their addresses begin with {plan.prefix}", err=True)
    typer.echo(orjson.dumps(report.as_dict()).decode() if as_json else report.as_text())
    raise typer.Exit(report.code)


def _addresses(urls: list[str], *, remote: bool) -> tuple[str, ...]:
    """The addresses without a trailing slash; exits with 2 for those that cannot or must not be used."""
    found = tuple(dict.fromkeys(url.rstrip("/") for url in urls))
    for url in found:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            _refuse(f"{url} must consist of a scheme, a host and optionally a port, such as http://localhost:8000")
        if not remote and not is_loopback(url):
            _refuse(f"{url} is another machine; add --remote if you may write to this deployment and put load on it")
    if len(found) > ADDRESSES_MAX:
        _refuse(f"There are {len(found)} addresses; at most {ADDRESSES_MAX} are allowed")
    return found


def _refuse(why: str) -> None:
    typer.echo(why, err=True)
    sys.exit(INCONCLUSIVE)


async def _run(proof: Proof) -> Report:
    """Run the proof with progress, and end it cleanly on signals. Raises CancelledError, NotProven and Refused."""
    loop, running = asyncio.get_running_loop(), asyncio.create_task(proof.run())
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True))

    def interrupt() -> None:
        if proof.phase == WRITING and not proof.stopping.is_set():
            proof.stopping.set()
            progress.console.print("Writing has stopped; interrupt again to abort the proof")
        else:
            progress.console.print("The proof is aborted, and its accounts are being removed")
            running.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    with progress:
        task = progress.add_task("")
        while not running.done():
            progress.update(task, description=proof.line())
            await asyncio.wait({running}, timeout=0.5)
        progress.update(task, description=proof.line())
    return running.result()
