"""`rollcall migrate`: brings a database to a schema revision, or prints the SQL that would."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from api.addresses import DatabaseAddress
from api.bootstrap import schema_revision, unusable
from api.cli.downgrade import Losses, losses
from api.revisions import MIGRATIONS, shipped
from api.settings import ConfigurationError, LocalSettings


def alembic_config(database: DatabaseAddress) -> Config:
    """Alembic's configuration for one database; `migrations/env.py` finds the address under `sqlalchemy.url`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    # Alembic's options are read by configparser, to which a percent sign begins a reference.
    config.set_main_option("sqlalchemy.url", database.dsn.replace("%", "%%"))
    return config


def upgrade(database: DatabaseAddress, revision: str = "head") -> None:
    """Bring a database to a revision. Runs an event loop of its own, so none may be running in this thread.

    Raises ConfigurationError where there is no such database or revision, or where a newer release migrated it.
    """
    known_revision(database)
    with told_in_one_line():
        command.upgrade(alembic_config(database), revision)


def known_revision(database: DatabaseAddress) -> str | None:
    """The revision of a database, None before the first; raises ConfigurationError where it is a newer release's."""
    found = asyncio.run(schema_revision(database))
    if shipped().is_newer(found):
        raise ConfigurationError(unusable(str(shipped().fault(found))))
    return found


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Raise what Alembic refuses as ConfigurationError."""
    try:
        yield
    except CommandError as error:
        raise ConfigurationError(f"Nothing was migrated: {error}") from None


def migrate(
    revision: Annotated[str, typer.Argument(help="The revision to go to.")] = "head",
    *,
    down: Annotated[
        bool, typer.Option("--down", help="Go back: to the revision, or by one without a revision.")
    ] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Go back without being asked.")] = False,
) -> None:
    """Bring the database to the newest schema, or to a revision."""
    database = LocalSettings.load().database_url
    if database is None:
        raise ConfigurationError("Nothing to migrate:\n  DATABASE_URL: is not set")
    if sql:
        print_sql(database, revision, down=down)
    elif down:
        go_back(database, "-1" if revision == "head" else revision, yes=yes)
    else:
        upgrade(database, revision)


def print_sql(database: DatabaseAddress, revision: str, *, down: bool) -> None:
    """Print what would be run; no database is asked."""
    config = alembic_config(database)
    with told_in_one_line():
        if down:
            command.downgrade(config, "head:base" if revision == "head" else revision, sql=True)
        else:
            command.upgrade(config, revision, sql=True)


def go_back(database: DatabaseAddress, target: str, *, yes: bool) -> None:
    """Undo migrations, once the operator has agreed to what is lost by it.

    Exits with 1 where the answer is no, or where nobody can be asked and `yes` was not given.
    """
    found = known_revision(database)
    if found is None:
        raise ConfigurationError(unusable("it has no schema to go back from"))
    config = alembic_config(database)
    with told_in_one_line():
        lost = losses(config, database, found, target)
        if not (yes or agreed(lost)):
            raise typer.Exit(1)
        command.downgrade(config, target)


def agreed(lost: Losses) -> bool:
    """Whether somebody at the terminal agrees to the losses."""
    typer.echo(lost.describe(), err=True)
    if sys.stdin.isatty():
        return typer.confirm("Go back?", err=True)
    typer.echo("Nobody can be asked here; add --yes to go back.", err=True)
    return False
