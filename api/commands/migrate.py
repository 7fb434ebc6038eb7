"""`rollcall migrate`: brings a database to a schema revision, or prints the SQL that would."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from alembic import command
from alembic.config import Config

import migrations
from api.addresses import DatabaseAddress
from api.bootstrap import check_database
from api.settings import ConfigurationError, LocalSettings


def alembic_config(database: DatabaseAddress) -> Config:
    """Alembic's configuration for one database; `migrations/env.py` finds the address under `sqlalchemy.url`."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])))
    # Alembic's options are read by configparser, to which a percent sign begins a reference.
    config.set_main_option("sqlalchemy.url", database.sqlalchemy.replace("%", "%%"))
    return config


def upgrade(database: DatabaseAddress) -> None:
    """Bring a database to the newest revision. Runs an event loop of its own, so none may be running in this thread.

    Raises ConfigurationError where there is no such database.
    """
    asyncio.run(check_database(database, migrated=False))
    command.upgrade(alembic_config(database), "head")


def migrate(
    revision: Annotated[str, typer.Argument(help="The revision to go to.")] = "head",
    *,
    down: Annotated[
        bool, typer.Option("--down", help="Go back: to the revision, or by one without a revision.")
    ] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL and change nothing.")] = False,
) -> None:
    """Bring the database to the newest schema, or to a revision."""
    database = LocalSettings.load().database_url
    if database is None:
        raise ConfigurationError("Nothing to migrate:\n  DATABASE_URL: is not set")
    config = alembic_config(database)
    if not sql:
        asyncio.run(check_database(database, migrated=False))
    if not down:
        command.upgrade(config, revision, sql=sql)
    elif sql:
        command.downgrade(config, "head:base" if revision == "head" else revision, sql=True)
    else:
        command.downgrade(config, "-1" if revision == "head" else revision)
