"""docs/reference/plans.md: what each main read does, one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.plans.plan import ROWS_MAX, Plan
from bench.plans.seed import USERS

ARTEFACT = Path(__file__).parents[2] / "docs" / "reference" / "plans.md"
HEAD = f"""# How PostgreSQL reads each list, search and count

By `EXPLAIN (ANALYZE)` of every statement that the main reads run, with {USERS:,} users, sessions and events. `make plans`
writes this page anew, and `tests/integration/test_plans.py` compares: no table that grows is read from end to end, no
statement reads or sorts more than {ROWS_MAX:,} rows whatever matches, and every read uses indexes that are named here. Where two of them
cost the same, PostgreSQL may take either. "Rows" is the most that one statement of the read met, to the next power of two.

| read | statements | indexes | rows |
|---|---|---|---|
"""


def lines(plans: Mapping[str, Sequence[Plan]]) -> list[str]:
    """The table's."""
    return [_line(name, statements) for name, statements in plans.items()]


def _line(name: str, statements: Sequence[Plan]) -> str:
    paths = sorted({path for plan in statements for path in plan.paths})
    rows = max((plan.read for plan in statements), default=0)
    return f"| {name} | {len(statements)} | {', '.join(p.removeprefix('by ') for p in paths) or 'none'} | {_bound(rows):,} |"


def _bound(rows: int) -> int:
    return 1 << max(0, rows - 1).bit_length() if rows else 0


async def document(connection: AsyncConnection, plans: Mapping[str, Sequence[Plan]]) -> str:
    """The page."""
    return HEAD + "\n".join(lines(plans)) + "\n" + await sizes(connection)


async def sizes(connection: AsyncConnection) -> str:
    """What the tables and indexes take, largest first."""
    question = text("""
      select c.relname, c.relkind::text, pg_relation_size(c.oid) as bytes from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'i') and pg_relation_size(c.oid) >= 1048576
      order by 3 desc, 1
    """)
    rows = [
        f"| {r.relname} | {'table' if r.relkind == 'r' else 'index'} | {r.bytes / 1048576:.0f} |"
        for r in await connection.execute(question)
    ]
    return "\n## Sizes\n\n| | | MiB |\n|---|---|---|\n" + "\n".join(rows) + "\n"
