"""`rollcall up`: a complete Rollcall on this machine, with all engines from Python wheels."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import signal
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import typer

from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.access import announce, local_values, retract
from api.cli.local.console import Build, Console, end_earlier_console, find_console
from api.cli.local.embedded import Embedded, Engines
from api.cli.local.upgrade import upgrade
from api.cli.serving import run
from api.settings import LocalSettings, Settings

PORTS_TRIED = 50


def up() -> None:
    """Start PostgreSQL and Valkey (unless the settings name others), migrate, create a first admin, and serve."""
    _handle_signals()
    given = LocalSettings.load()
    end_earlier_console(given.data_dir)
    places = _places(given)
    if places.folder:
        Build(places.folder, given.data_dir, typer.echo).run()
    with ExitStack() as stack:
        embedded = Embedded(given.data_dir, say=typer.echo)
        stack.callback(embedded.stop)
        stack.callback(retract, given.data_dir)
        settings = places.named(Settings.load(**_engines(given, embedded), **places.values(given)))
        upgrade(settings.direct_database_url)
        make_first_admin(settings)
        if places.folder:
            console = Console(places.folder, given.data_dir, _environment(settings), typer.echo)
            stack.callback(console.stop)
            console.start()
        run(settings, ready=lambda: _addresses(settings, console=places.folder is not None))


def _handle_signals() -> None:
    """Make SIGTERM and a closed terminal stop the engines as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    # Raised as SIGTERM, because the server has a handler for that and none for SIGHUP.
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


@dataclass(frozen=True, slots=True)
class Places:
    """The ports of this run; `folder` is the console's, if it is to be served."""

    api_port: int
    console_port: int
    folder: Path | None

    def values(self, given: LocalSettings) -> dict[str, object]:
        """The settings that result from it."""
        values: dict[str, object] = {"api_port": self.api_port, "console_port": self.console_port}
        if self.folder is not None:
            values["proxy_token"] = given.proxy_token or secrets.token_urlsafe(32)
        if "public_url" not in given.model_fields_set:
            host, port = (given.console_host, self.console_port) if self.folder else (given.api_host, self.api_port)
            values["public_url"] = address(host, port)
        return values

    def named(self, settings: Settings) -> Settings:
        """Give the cookies of this run a name of their own, so that two runs on one host do not replace each other's.

        A console that is started elsewhere has COOKIE_INSTANCE from its own environment, so only ours is given one.
        """
        if settings.cookie_instance or self.folder is None:
            return settings
        return settings.model_copy(update={"cookie_instance": cookie_instance(settings.secret_key.get_secret_value())})


def cookie_instance(secret_key: str) -> str:
    """A short name that stays the same as long as SECRET_KEY does, and says nothing of it (a truncated HMAC-SHA256)."""
    return hmac.digest(secret_key.encode(), b"cookie instance", "sha256").hex()[:8]


def _places(given: LocalSettings) -> Places:
    api_port = choose_port(given.api_host, given.api_port, "API_PORT")
    folder = find_console() if given.console else None
    if folder is None:
        return Places(api_port, given.console_port, None)
    return Places(api_port, choose_port(given.console_host, given.console_port, "CONSOLE_PORT", but=api_port), folder)


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


def make_first_admin(settings: Settings) -> None:
    """Make the first admin, and say which password it has or that ADMIN_PASSWORD is not used."""
    first = asyncio.run(ensure_first_admin(settings))
    password = first.generated_password
    if settings.admin_password is not None and not first.made:
        typer.echo(
            "ADMIN_PASSWORD is not used: there is an admin already. Set a password with: rollcall admin password EMAIL"
        )
    if password is not None:
        email = settings.admin_email or "admin@example.com"
        typer.echo(
            f"\n  The first admin is {email} with the password {password}\n  It is shown only once; change it.\n"
        )


def _environment(settings: Settings) -> dict[str, str]:
    """The whole environment of the console's process, with no secret except the one it shares with the API."""
    assert settings.proxy_token is not None
    return {
        "NODE_ENV": "production",
        "HOST": settings.console_host,
        "PORT": str(settings.console_port),
        "PUBLIC_URL": settings.public_url,
        "API_URL": f"http://{_bracketed(LOOPBACK.get(settings.api_host, settings.api_host))}:{settings.api_port}",
        "TRUSTED_PROXIES": ",".join(map(str, settings.trusted_proxies)),
        "PROXY_TOKEN": settings.proxy_token.get_secret_value(),
        "BODY_LIMIT_BYTES": str(settings.body_limit_bytes),
        "COOKIE_INSTANCE": settings.cookie_instance,
        "IMPORT_LIMIT_BYTES": str(settings.import_limit_bytes),
    }


LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - how to reach a wildcard address from this machine


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def address(host: str, port: int) -> str:
    """The address as a visitor on this machine enters it."""
    here = LOOPBACK.get(host, host)
    return f"http://{'localhost' if here in ('127.0.0.1', '::1') else _bracketed(here)}:{port}"


def _addresses(settings: Settings, *, console: bool) -> None:
    base = address(settings.api_host, settings.api_port)
    if console:
        opened = address(settings.console_host, settings.console_port)
        typer.echo(f"\n  Rollcall is up: open {opened}\n\nCtrl-C stops it. Its API:")
    else:
        typer.echo("Rollcall is up. Ctrl-C stops it.")
    typer.echo(f"  GraphQL  {base}/graphql  (subscriptions on the same address)")
    typer.echo(f"  REST     {base}/api/v1/users  (described at {base}/api/v1/docs)\n  Health   {base}/health")


def choose_port(host: str, port: int, name: str, *, but: int | None = None) -> int:
    """The port, if it is free and not `but`; otherwise the next free one, if the user at the terminal agrees.

    Exits with 2 if there is no terminal; `name` is the setting to change.
    """
    candidates = (p for p in range(port, min(port + PORTS_TRIED, 65536)) if p != but and is_free(host, p))
    other = next(candidates, None)
    if other == port:
        return port
    if other is None:
        sys.exit(f"Port {port} and the {PORTS_TRIED - 1} after it are in use; set {name} to another port")
    if sys.stdin.isatty() and typer.confirm(f"Port {port} is in use. Use {other} instead?", default=True):
        return other
    typer.echo(f"Port {port} is in use, but {other} is free: {name}={other} make run", err=True)
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
