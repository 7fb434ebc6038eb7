"""Write docs/reference/plans.md anew, on a PostgreSQL of its own."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from api.addresses import DatabaseAddress
from api.cli.local.embedded import Embedded
from api.cli.local.upgrade import upgrade
from bench.plans.document import ARTEFACT, document
from bench.plans.plan import plans
from bench.plans.seed import seed
from persistence.database import Database


async def _write(dsn: str) -> None:
    await seed(dsn)
    async with Database(dsn, pool_size=1) as database, database.primary_reading.connect() as connection:
        found = await plans(connection)
        ARTEFACT.write_text(await document(connection, found))
    for name, statements in found.items():
        for fault in (f for plan in statements for f in plan.faults):
            print(f"{name}: {fault}", file=sys.stderr)


def main() -> None:
    """Start, seed, ask, write, and remove."""
    embedded = Embedded(Path(tempfile.mkdtemp(prefix="rollcall-plans-")), fast=True)
    try:
        dsn = embedded.start(valkey=False).database_url
        upgrade(DatabaseAddress(dsn))
        asyncio.run(_write(dsn))
    finally:
        embedded.remove()


if __name__ == "__main__":
    main()
