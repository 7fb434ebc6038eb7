"""`rollcall verify`: proves against a running deployment that nothing is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
import getpass
import signal
import sys
from typing import Annotated
from urllib.parse import urlsplit

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.cli.client import Refused
from api.cli.proof.plan import RATE_MAX, NotProven, Plan, is_loopback, usual_rate
from api.cli.proof.proof import WRITING, Proof
from api.cli.proof.report import Report
from api.http.server import raise_file_limit
from api.settings import LocalSettings

NOTHING_SAID = 2
ADDRESSES_MAX = 16


def verify(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Where the instances of one deployment answer.")],
    *,
    seconds: Annotated[float, typer.Option(help="How long is written.", min=1, max=3600)] = 30,
    writers: Annotated[int, typer.Option(min=1, max=64)] = 4,
    subscribers: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    rate: Annotated[float | None, typer.Option(help="Writes a second of all together.", min=0.1, max=RATE_MAX)] = None,
    patience: Annotated[float, typer.Option(help="Seconds to wait for the last event.", min=1, max=600)] = 60,
    email: Annotated[str, typer.Option(help="An admin; ROLLCALL_EMAIL or the first one unless told.")] = "",
    allow_resync: Annotated[bool, typer.Option("--allow-resync", help="Being told to read anew is no fault.")] = False,
    remote: Annotated[bool, typer.Option("--remote", help="Also against other machines: they must be yours.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report as one JSON object.")] = False,
) -> None:
    """Write, follow and judge, while you break what you like.

    Writers make accounts of their own over REST and GraphQL; subscribers follow the log from one position over
    connections that end, to any of the addresses. In the end every acknowledged write must be in the directory and in
    the log, once, and nothing that was refused; and every subscriber must have seen every event once and in order. The
    accounts are removed. The password comes from ROLLCALL_PASSWORD or a prompt. Ctrl-C ends the writing, a second one
    the proof. Exit codes: 0 proven, 1 disproved, 2 nothing can be said.
    """
    settings = LocalSettings.load()
    addresses = _addresses(urls, remote=remote)
    given = settings.rollcall_password
    plan = Plan(
        addresses,
        email or settings.rollcall_email or settings.admin_email or "admin@example.com",
        given.get_secret_value() if given else getpass.getpass("Password: "),
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
        raise typer.Exit(NOTHING_SAID) from None
    except (asyncio.CancelledError, KeyboardInterrupt):
        typer.echo("Interrupted before anything could be said", err=True)
        raise typer.Exit(NOTHING_SAID) from None
    finally:
        if proof.left != 0:
            which = "Some" if proof.left is None else str(proof.left)
            typer.echo(f"{which} accounts may be left: their addresses begin with {plan.prefix}", err=True)
    typer.echo(orjson.dumps(report.as_dict()).decode() if as_json else report.as_text())
    raise typer.Exit(report.code)


def _addresses(urls: list[str], *, remote: bool) -> tuple[str, ...]:
    """The addresses without what is behind the port; exits with 2 for those that cannot or must not be used."""
    found = tuple(dict.fromkeys(url.rstrip("/") for url in urls))
    for url in found:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            _refuse(f"{url} must be a scheme, a host and perhaps a port: http://localhost:8000")
        if not remote and not is_loopback(url):
            _refuse(f"{url} is another machine: say --remote if the deployment is yours to write to and to load")
    if len(found) > ADDRESSES_MAX:
        _refuse(f"{len(found)} addresses are more than {ADDRESSES_MAX}")
    return found


def _refuse(why: str) -> None:
    typer.echo(why, err=True)
    sys.exit(NOTHING_SAID)


async def _run(proof: Proof) -> Report:
    """The proof, shown while it runs, and ended in good order by signals. Raises CancelledError, NotProven, Refused."""
    loop, running = asyncio.get_running_loop(), asyncio.create_task(proof.run())
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True))

    def interrupt() -> None:
        if proof.phase == WRITING and not proof.stopping.is_set():
            proof.stopping.set()
            progress.console.print("No more is written; interrupt once more to end the proof too")
        else:
            progress.console.print("The proof is broken off, and its accounts removed")
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
