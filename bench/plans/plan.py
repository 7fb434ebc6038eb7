"""A plan of PostgreSQL: what it reads, by which index, and how much; without costs, which waver."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bench.plans.statements import Read, Statement, reads, recorded

LARGE = frozenset({"users", "user_words", "words", "sessions", "events"})
"""The tables that grow with the directory or its log."""
ROWS_MAX = 45_000
"""More rows than a statement may read or sort, whatever matches: less than half of the seeded users."""

SOON = 10_000
"""A scan without an index that has stopped by then has not read the table: almost every row matched."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement's."""

    paths: tuple[str, ...]
    """What is read of each large table and how, sorted, each once."""
    read: int
    """Rows that its scans met, those filtered out included."""
    sorted: int
    """The most rows that were sorted at once."""

    @property
    def faults(self) -> list[str]:
        """What a statement must not do."""
        found = [f"reads all of {path.split()[-1]}" for path in self.paths if path.startswith("Seq Scan")]
        found += [f"reads {self.read:,} rows"] * (self.read > ROWS_MAX)
        return found + [f"sorts {self.sorted:,} rows"] * (self.sorted > ROWS_MAX)


async def plan_of(connection: AsyncConnection, statement: Statement) -> Plan:
    """The plan with which PostgreSQL has just run a statement."""
    explain = "explain (analyze, format json, buffers off, timing off, summary off) "
    found = await connection.exec_driver_sql(explain + statement.text, statement.parameters)
    answer = found.scalar_one()
    [tree] = json.loads(answer) if isinstance(answer, str) else answer
    nodes = list(_nodes(tree["Plan"]))
    paths = sorted({path for path in map(_path, nodes) if path})
    sorted_ = [_rows(n["Plans"][0]) for n in nodes if n["Node Type"] == "Sort"]
    return Plan(tuple(paths), sum(_met(n) for n in nodes), max(sorted_, default=0))


async def plans(connection: AsyncConnection) -> dict[str, list[Plan]]:
    """The plans of every statement of every main read."""
    found: dict[str, list[Plan]] = {}
    for read in reads():
        found[read.name] = [await plan_of(connection, s) for s in await _statements(connection, read)]
    return found


async def _statements(connection: AsyncConnection, read: Read) -> list[Statement]:
    with recorded(connection) as seen:
        await read.run(connection)
    return list(dict.fromkeys(seen)) if all(_hashable(s) for s in seen) else list(seen)


def _hashable(statement: Statement) -> bool:
    try:
        hash(statement)
    except TypeError:
        return False
    return True


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def _path(node: Mapping[str, Any]) -> str:
    if node["Node Type"] == "Bitmap Index Scan":
        return f"by {node['Index Name']}"
    if node.get("Relation Name") not in LARGE:
        return ""
    if node["Node Type"] == "Seq Scan":
        return f"{'Seq Scan' if _met(node) > SOON else 'first rows'} of {node['Relation Name']}"
    return "" if node["Node Type"] == "Bitmap Heap Scan" else f"by {node['Index Name']}"


def _rows(node: Mapping[str, Any]) -> int:
    return int(node["Actual Rows"] * node["Actual Loops"])


def _met(node: Mapping[str, Any]) -> int:
    """Rows that a scan met; of a bitmap, those of the table."""
    if node.get("Relation Name") not in LARGE:
        return 0
    filtered = sum(node.get(f"Rows Removed by {what}", 0) for what in ("Filter", "Index Recheck"))
    return int((node["Actual Rows"] + filtered) * node["Actual Loops"])
