"""Importing and exporting users, beside PostgreSQL's `COPY` of the same rows.

`import` reads a CSV file as the command does, and writes users and events in one process. For `COPY`, the rows and events
that it has written are saved to files, and copied into the same tables, with the same indexes and triggers, after they were
emptied. `export` writes all users to a CSV file, and `COPY` the same columns. Both in turn, for some rounds; the memory is how
much the process grew meanwhile.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Awaitable
from contextlib import aclosing
from itertools import islice
from pathlib import Path

import asyncpg
import uvloop

from api.bootstrap.core import Core, open_core
from api.files.exporting import export_users
from api.files.importing import import_file
from api.files.reader import Form, UserFile
from api.files.writer import write_csv
from bench.growth.generate import generated_users
from bench.stack import Stack, folder, stack
from domain.models.actor import system

TABLES = ("users", "events")
EMPTY = "truncate users, events, user_words, words, sessions cascade"
SPLIT = "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''"
EXPORTED = (
    "select email, display_name, role, status, email_verified_at is not null, id, created_at, last_seen_at"
    " from users where status <> 'deleted' order by created_at, id"
)
MEMORY = Path("/proc/self/status")


def memory() -> float:
    """The most memory that this process has had, in MiB, since `forget_peak`."""
    [line] = [line for line in MEMORY.read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def forget_peak() -> float:
    """Begin to measure memory anew; returns that of now."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    return memory()


async def timed(work: Awaitable[object]) -> float:
    """The seconds that something takes."""
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


def write_file(path: Path, count: int, role: str = "member") -> None:
    """A file of users to import."""
    with path.open("w", newline="") as file:
        file.write(write_csv([("email", "display_name", "role")]))
        for user in islice(generated_users(count, number=2), count):
            file.write(write_csv([(user.email, user.display_name, role)]))


async def import_users(core: Core, path: Path) -> int:
    """Import a file; returns how many users it created or changed."""
    changed = 0
    with path.open("rb") as source:
        async with aclosing(import_file(core.imports, system(), UserFile(source, Form.CSV))) as batches:
            async for batch in batches:
                changed += len(batch.changes)
    return changed


async def copy_out(connection: asyncpg.Connection, place: Path) -> None:
    """Save what an import has written."""
    for table in TABLES:
        columns = await connection.fetchval(SPLIT, table)
        await connection.copy_from_query(f"select {columns} from {table}", output=place / table, format="binary")  # noqa: S608


async def copy_in(connection: asyncpg.Connection, place: Path) -> None:
    """Copy it in again."""
    async with connection.transaction():
        for table in TABLES:
            columns = (await connection.fetchval(SPLIT, table)).split(", ")
            await connection.copy_to_table(table, source=place / table, columns=columns, format="binary")


async def export(core: Core, path: Path) -> None:
    """Export all users to a file."""
    with path.open("w", newline="") as file:
        async for text, _ in export_users(core.users, system(), Form.CSV):
            file.write(text)


async def transfers(core: Core, connection: asyncpg.Connection, place: Path, count: int, rounds: int) -> None:
    """Import and export, beside COPY, in turn."""
    write_file(place / "in.csv", count)
    ratios: dict[str, list[float]] = {"import": [], "export": []}
    for number in range(rounds):
        await connection.execute(EMPTY)
        before = forget_peak()
        ours = await timed(import_users(core, place / "in.csv"))
        grown = memory() - before
        await copy_out(connection, place)
        await connection.execute(EMPTY)
        theirs = await timed(copy_in(connection, place))
        ratios["import"].append(ours / theirs)
        say("import", number, ours, theirs, grown)
        await connection.execute("analyze users")
        before = forget_peak()
        ours = await timed(export(core, place / "out.csv"))
        grown = memory() - before
        theirs = await timed(connection.copy_from_query(EXPORTED, output=place / "copy.csv", format="csv"))
        ratios["export"].append(ours / theirs)
        say("export", number, ours, theirs, grown)
    for name, found in ratios.items():
        print(f"{name}: {statistics.median(found):.2f} times COPY, {count:,} users, median of {rounds}")


def say(name: str, number: int, ours: float, theirs: float, grown: float) -> None:
    """One line for a round."""
    print(f"  {name} {number + 1}: {ours:.2f} s, COPY {theirs:.2f} s, ratio {ours / theirs:.2f}, {grown:.0f} MiB more")


async def measure(running: Stack, place: Path, options: argparse.Namespace) -> None:
    """Everything, over one database."""
    connection = await asyncpg.connect(running.settings.database_url.dsn)
    try:
        async with open_core(running.settings) as core:
            await transfers(core, connection, place, options.users, options.rounds)
    finally:
        await connection.close()


def main() -> None:
    """Run it and print it."""
    parser = argparse.ArgumentParser(prog="bench.transfer", description=__doc__)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        parser.error("only Linux says how much memory a process had")
    with folder() as place, stack(place) as running:
        uvloop.run(measure(running, place, options))


if __name__ == "__main__":
    main()
