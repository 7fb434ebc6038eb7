"""Migrating a database with Alembic, which is loaded only for that: most commands find a database that is migrated."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.addresses import DatabaseAddress
from api.bootstrap.database import schema_revision, unusable
from api.revisions import MIGRATIONS, shipped
from api.settings import ConfigurationError

if TYPE_CHECKING:
    from alembic.config import Config


def alembic_config(database: DatabaseAddress) -> Config:
    """Alembic's configuration for one database; `migrations/env.py` finds the address under `sqlalchemy.url`."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    # Alembic reads its options with configparser, where a percent sign starts a reference.
    config.set_main_option("sqlalchemy.url", database.dsn.replace("%", "%%"))
    return config


def upgrade(database: DatabaseAddress, revision: str = "head") -> None:
    """Migrate a database to a revision. Runs an event loop, so none may be running in this thread.

    Raises ConfigurationError if there is no such database or revision, or a newer release has migrated it.
    """
    from alembic import command  # noqa: PLC0415

    known_revision(database)
    with alembic_errors():
        command.upgrade(alembic_config(database), revision)


def known_revision(database: DatabaseAddress) -> str | None:
    """The revision of a database, None before the first; raises ConfigurationError if it is of a newer release."""
    found = asyncio.run(schema_revision(database))
    if shipped().is_newer(found):
        raise ConfigurationError(unusable(str(shipped().fault(found))))
    return found


@contextmanager
def alembic_errors() -> Iterator[None]:
    """Raise Alembic's CommandError as ConfigurationError."""
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        yield
    except CommandError as error:
        raise ConfigurationError(f"Nothing was migrated: {error}") from None
