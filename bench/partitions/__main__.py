"""`python -m bench.partitions`: what partitions of the log by number would save in pruning, and cost in writing.

Two copies of the table of events with its indexes: one table, as it is, and one in partitions by number. Events are
inserted without a number, numbered in batches by the relay's statement, and the older half is pruned: by DELETE in ranges as
`rollcall log prune` does, and by dropping partitions. Both take turns; printed are medians of the processor time of
their server process, which depends less on the machine's other load than seconds do.

In the partitioned copy neither `id` nor `ord` can be unique alone: PostgreSQL requires the partition key in every unique
index, and it is null until the event is numbered.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from pathlib import Path

import asyncpg
import psutil

from api.addresses import DatabaseAddress
from api.cli.local.embedded import Embedded
from api.cli.local.upgrade import upgrade

BATCH, RANGE = 500, 5000
KINDS = ("one table", "partitions")
INDEXES = (
    "create index on {table} (id)",
    "create index on {table} (ord)",
    "create unique index on {table} (seq)",
    "create index on {table} (ord) where seq is null",
    "create index on {table} (subject_id, seq)",
    "create index on {table} (user_id, seq)",
    "create index on {table} (actor_id, seq)",
    "create index on {table} (type, seq)",
)
INSERT = """insert into {table} (ord, type, subject_kind, subject_id, user_id, actor_id, changes)
  select $1 + i, 'user_updated', 'user', id, id, id, '[{{"field": "display_name", "before": "Ada", "after": "Ada King"}}]'
  from (select i, gen_random_uuid() as id from generate_series(1, $2::int) i) s"""
NUMBER = """with batch as (select ord from {table} where seq is null order by ord limit $1),
  numbered as (select ord, $2 + row_number() over (order by ord) as seq from batch)
update {table} e set seq = n.seq from numbered n where e.ord = n.ord and e.seq is null"""


async def make(connection: asyncpg.Connection, table: str, events: int, parts: int) -> None:
    """A copy of the table of events, without rows; `parts` is the number of partitions, 0 for none."""
    partitioned = "partition by range (seq)" if parts else ""
    await connection.execute(f"drop table if exists {table}")
    await connection.execute(f"create table {table} (like events including defaults) {partitioned}")
    await connection.execute(f"alter table {table} alter ord drop not null")
    if parts:
        await connection.execute(f"create table {table}_new partition of {table} default")
    for part in range(parts):
        bounds = part * events // parts + 1, (part + 1) * events // parts + 1
        await connection.execute(
            f"create table {table}_{part} partition of {table} for values from ({bounds[0]}) to ({bounds[1]})"
        )
    for index in INDEXES:
        await connection.execute(index.format(table=table))


async def run(url: str, events: int, parts: int) -> dict[str, float]:
    """Seconds of processor time for inserting, numbering and pruning."""
    connection = await asyncpg.connect(url, command_timeout=3600)
    server = psutil.Process(connection.get_server_pid())
    used: dict[str, float] = {}
    try:
        await make(connection, "log", events, parts)

        def spent() -> float:
            times = server.cpu_times()
            return float(times.user + times.system)

        began = spent()
        for start in range(0, events, BATCH):
            await connection.execute(INSERT.format(table="log"), start, BATCH)
        used["insert"] = spent() - began
        began = spent()
        for start in range(0, events, BATCH):
            await connection.execute(NUMBER.format(table="log"), BATCH, start)
        used["number"] = spent() - began
        began = spent()
        if parts:
            for part in range(parts // 2):
                await connection.execute(f"drop table log_{part}")
        else:
            for start in range(0, events // 2, RANGE):
                await connection.execute(
                    "delete from log where seq > $1 and seq <= $2", start, min(start + RANGE, events // 2)
                )
            await connection.execute("vacuum log")
        used["prune half"] = spent() - began
    finally:
        await connection.close()
    return used


def main() -> None:
    """Measure, and print a table."""
    arguments = argparse.ArgumentParser(prog="python -m bench.partitions", description=__doc__)
    arguments.add_argument("--events", type=int, default=200_000)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    embedded = Embedded(Path(tempfile.mkdtemp(prefix="rollcall-partitions-")))
    try:
        url = embedded.start(valkey=False).database_url
        upgrade(DatabaseAddress(url))
        rounds = [
            {kind: asyncio.run(run(url, options.events, parts)) for kind, parts in zip(KINDS, (0, 12), strict=True)}
            for _ in range(options.rounds)
        ]
    finally:
        embedded.remove()
    print(f"{options.events:,} events, {options.rounds} rounds, microseconds of processor time an event")
    for step in ("insert", "number", "prune half"):
        count = options.events / (2 if step == "prune half" else 1)
        medians = [statistics.median(one[kind][step] for one in rounds) / count * 1e6 for kind in KINDS]
        print(f"{step:12} " + "  ".join(f"{kind} {value:7.1f}" for kind, value in zip(KINDS, medians, strict=True)))


if __name__ == "__main__":
    main()
