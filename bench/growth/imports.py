"""How quick an import is: new users through the service that the command and the API use, who are removed again.

They are imported twice: the first time their places in the tables and indexes are cold, and each page that is changed
first since a checkpoint is logged as a whole; the second time neither is so.
"""

from __future__ import annotations

import time
from itertools import islice

import asyncpg

from api.bootstrap.core import open_core
from bench.growth.generate import generated_users
from bench.growth.place import Place
from domain.models.actor import system
from domain.services.import_rows import ImportRow

BATCHES, ROWS, RUNS = 8, 500, 2
DOMAIN = "import.example"
REMOVE = "delete from users where split_part(email, '@', 2) = $1"


async def measure(place: Place) -> list[float]:
    """Users a second with their events, of the first and of the second import."""
    named = list(islice(generated_users(BATCHES * ROWS, number=2), BATCHES * ROWS))
    rows = [
        ImportRow(i, f"{u.email.partition('@')[0]}@{DOMAIN}", u.display_name, "member") for i, u in enumerate(named)
    ]
    connection = await asyncpg.connect(place.settings.database_url.dsn)
    try:
        async with open_core(place.settings) as core:
            await connection.execute(REMOVE, DOMAIN)
            speeds = []
            for _ in range(RUNS):
                began = time.perf_counter()
                for start in range(0, len(rows), ROWS):
                    await core.imports.import_batch(system(), rows[start : start + ROWS])
                speeds.append(len(rows) / (time.perf_counter() - began))
                await connection.execute(REMOVE, DOMAIN)
        return speeds
    finally:
        await connection.close()
