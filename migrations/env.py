"""Alembic's environment over asyncpg; `sqlalchemy.url` is set by api/cli/migrate.py, or read from the settings."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from api.settings import Settings
from persistence.backup import MIGRATION_LOCK
from persistence.engine import DIALECT
from persistence.hosts import Hosts
from persistence.tables import metadata

DSN = context.config.get_main_option("sqlalchemy.url") or Settings.load().direct_database_url.dsn


def migrate(connection: Connection) -> None:
    """Run the migrations, each in its own transaction."""
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def online() -> None:
    """Connect and migrate."""
    engine = create_async_engine(DIALECT, async_creator=Hosts(DSN).connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(select(func.pg_advisory_lock(MIGRATION_LOCK)))
        await connection.commit()
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


if context.is_offline_mode():
    context.configure(url=DIALECT, target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(online())
