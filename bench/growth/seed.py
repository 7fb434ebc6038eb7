"""People in a database: by COPY, in batches that are committed, so that an interrupted run continues where it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import asyncpg

from bench.growth.generate import generated_users
from domain.models.user import User
from domain.models.words import email_key, name_key

BATCH = 10_000
BENCH_DOMAIN = "bench.example"
"""Of the addresses of those who ask; nobody else has it."""
THERE = "select count(*) from users where split_part(email, '@', 2) <> $1"
COLUMNS = (
    "id",
    "email",
    "display_name",
    "name_key",
    "email_key",
    "role",
    "status",
    "version",
    "email_verified_at",
    "last_seen_at",
    "created_at",
    "updated_at",
)


async def seed(dsn: str, count: int, say: Callable[[str], None]) -> float:
    """Bring the directory up to so many people; returns the seconds that the database took."""
    connection = await asyncpg.connect(dsn)
    try:
        there = int(await connection.fetchval(THERE, BENCH_DOMAIN))
        seconds = 0.0
        rest = islice(generated_users(count), there, None)
        while batch := list(islice(rest, BATCH)):
            seconds += await _copy(connection, batch)
            there += len(batch)
            say(f"{there:,} of {count:,} people")
        await connection.execute("vacuum (analyze)")
        return seconds
    finally:
        await connection.close()


async def _copy(connection: asyncpg.Connection[Any], batch: Iterable[User]) -> float:
    records = [_record(user) for user in batch]
    began = time.perf_counter()
    await connection.copy_records_to_table("users", records=records, columns=COLUMNS)
    return time.perf_counter() - began


def _record(user: User) -> tuple[object, ...]:
    key = name_key(user.display_name)
    keys = {
        "name_key": key,
        "email_key": email_key(user.email, key),
        "role": str(user.role),
        "status": str(user.status),
    }
    return tuple(keys[name] if name in keys else getattr(user, name) for name in COLUMNS)
