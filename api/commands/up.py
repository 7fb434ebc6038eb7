"""`rollcall up`: a whole Rollcall on this machine, from nothing but its wheels."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys

import typer

from api.bootstrap import ensure_first_admin
from api.commands.local import announce, local_values, retract
from api.commands.migrate import upgrade
from api.commands.serve import run
from api.embedded import Embedded, Engines
from api.settings import LocalSettings, Settings

PORTS_TRIED = 50


def up() -> None:
    """Start PostgreSQL and Valkey (unless the settings name others), migrate, make a first admin, and serve."""
    _leave_in_order()
    given = LocalSettings.load()
    port = choose_port(given.api_host, given.api_port)
    embedded = Embedded(given.data_dir, say=typer.echo)
    try:
        values = _engines(given, embedded)
        settings = Settings.load(**values, api_port=port)
        upgrade(settings.database_url)
        _first_admin(settings)
        _addresses(settings)
        run(settings)
    finally:
        retract(given.data_dir)
        embedded.stop()


def _leave_in_order() -> None:
    """Let a SIGTERM, and a closed terminal, stop the engines as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    # Passed on, because the server has a handler of its own for SIGTERM and none for this.
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


def _engines(given: LocalSettings, embedded: Embedded) -> dict[str, str]:
    postgres, valkey = given.database_url is None, given.redis_url is None
    if not (postgres or valkey):
        return {}
    started = embedded.start(postgres=postgres, valkey=valkey)
    engines = Engines(
        started.database_url if given.database_url is None else given.database_url.dsn,
        started.redis_url if given.redis_url is None else given.redis_url.get_secret_value(),
    )
    values = local_values(given.data_dir, engines)
    if given.secret_key is not None:
        del values["secret_key"]
    announce(given.data_dir, engines)
    return values


def _first_admin(settings: Settings) -> None:
    password = asyncio.run(ensure_first_admin(settings))
    if password is not None:
        email = settings.admin_email or "admin@example.com"
        typer.echo(
            f"\n  The first admin is {email} with the password {password}\n  It is shown this once; change it.\n"
        )


def _addresses(settings: Settings) -> None:
    base = f"http://{'localhost' if settings.api_host == '127.0.0.1' else settings.api_host}:{settings.api_port}"
    typer.echo(f"Rollcall is up. Ctrl-C stops it.\n  GraphQL  {base}/graphql  (subscriptions on the same address)")
    typer.echo(f"  REST     {base}/api/v1/users  (described at {base}/api/v1/docs)\n  Health   {base}/health")


def choose_port(host: str, port: int) -> int:
    """The port, when it is free; otherwise the next free one, once somebody at a terminal has agreed to it.

    Exits with 2 where nobody can be asked.
    """
    if is_free(host, port):
        return port
    other = next((p for p in range(port + 1, min(port + PORTS_TRIED, 65536)) if is_free(host, p)), None)
    if other is None:
        sys.exit(f"Port {port} and those after it are taken: set API_PORT")
    if sys.stdin.isatty() and typer.confirm(f"Port {port} is taken. Use {other}?", default=True):
        return other
    typer.echo(f"Port {port} is taken; {other} is free: API_PORT={other} make run", err=True)
    raise typer.Exit(2)


def is_free(host: str, port: int) -> bool:
    """Whether this process could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
