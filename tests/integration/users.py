"""Users for tests of one connection, without a unit of work."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.user import User
from persistence.user import fields_of
from persistence.user_table import users as table


async def add_users(connection: AsyncConnection, users: Sequence[User]) -> None:
    """Insert users, without their events, in one statement."""
    await connection.execute(insert(table).values([fields_of(user) for user in users]))
