"""`rollcall migrate`: migrates a database to a schema revision, or prints the SQL for it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from alembic import command

from api.addresses import DatabaseAddress
from api.bootstrap.database import unusable
from api.cli.downgrade import Losses, losses
from api.cli.local.upgrade import alembic_config, alembic_errors, known_revision, upgrade
from api.settings import ConfigurationError, LocalSettings


def migrate(
    revision: Annotated[str, typer.Argument(help="The revision to migrate to.")] = "head",
    *,
    down: Annotated[
        bool, typer.Option("--down", help="Downgrade to the revision, or by one step if none is given.")
    ] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Downgrade without asking for confirmation.")] = False,
) -> None:
    """Migrate the database to the newest schema, or to a revision."""
    settings = LocalSettings.load()
    database = settings.database_direct_url or settings.database_url
    if database is None:
        raise ConfigurationError("Nothing to migrate:\n  DATABASE_URL: is not set")
    if sql:
        print_sql(database, revision, down=down)
    elif down:
        go_back(database, "-1" if revision == "head" else revision, yes=yes)
    else:
        upgrade(database, revision)


def print_sql(database: DatabaseAddress, revision: str, *, down: bool) -> None:
    """Print the SQL, without connecting to a database."""
    config = alembic_config(database)
    with alembic_errors():
        if down:
            command.downgrade(config, "head:base" if revision == "head" else revision, sql=True)
        else:
            command.upgrade(config, revision, sql=True)


def go_back(database: DatabaseAddress, target: str, *, yes: bool) -> None:
    """Undo migrations after the operator has confirmed what is deleted.

    Exits with 1 if the answer is no, or if there is no terminal to ask and `yes` was not given.
    """
    found = known_revision(database)
    if found is None:
        raise ConfigurationError(unusable("it has no schema to downgrade"))
    config = alembic_config(database)
    with alembic_errors():
        lost = losses(config, database, found, target)
        if not (yes or agreed(lost)):
            raise typer.Exit(1)
        command.downgrade(config, target)


def agreed(lost: Losses) -> bool:
    """Whether the operator at the terminal confirms the losses."""
    typer.echo(lost.describe(), err=True)
    if sys.stdin.isatty():
        return typer.confirm("Downgrade?", err=True)
    typer.echo("There is no terminal to ask; add --yes to downgrade.", err=True)
    return False
