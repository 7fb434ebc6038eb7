"""Reading the tables behind a server."""

from __future__ import annotations

from typing import Any

import asyncpg


async def fetch(url: str, statement: str) -> list[Any]:
    """The rows of a statement."""
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def everything(url: str) -> str:
    """All rows of the log, the links and the queue, as text."""
    tables = ("events", "links", "mails", "mail_requests")
    return repr([await fetch(url, f"select to_jsonb(t)::text from {table} t") for table in tables])  # noqa: S608
