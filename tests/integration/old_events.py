"""Logs with old entries, as raw rows: as days of work would have left them."""

from __future__ import annotations

import asyncpg

OLD = """with added as (
  insert into events (id, type, subject_kind, subject_id, request_id, changes, occurred_at, seq)
  select uuidv7(interval '-10 days' + i * interval '1 millisecond'), 'user_updated', 'user', gen_random_uuid(), 'old' || i, jsonb_build_array(jsonb_build_object(
           'field', 'display_name', 'before', repeat('x', $2::int), 'after', 'né ' || i)),
         now() - interval '10 days' + i * interval '1 millisecond', i
  from log_state, generate_series(last_seq + 1, last_seq + $1::int) as i returning seq)
update log_state set last_seq = (select max(seq) from added)"""


async def add_old(connection: asyncpg.Connection, count: int, size: int = 1) -> None:
    """Add numbered events of ten days ago; each has about `size` bytes."""
    await connection.execute(OLD, count, size)


async def horizon(connection: asyncpg.Connection) -> int:
    """The newest sequence number that was pruned."""
    return int(await connection.fetchval("select horizon from log_state"))


async def seqs(connection: asyncpg.Connection) -> list[int]:
    """The sequence numbers in the log."""
    return [r["seq"] for r in await connection.fetch("select seq from events where seq is not null order by seq")]
