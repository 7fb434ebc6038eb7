"""How many users have each value of `traits`, kept in step with `users` by triggers, in the transaction of each write.

A counter of one row would make every two writers wait for each other until the first one commits. Here a write inserts
what it changes as a row of its own, and a count is the sum: right in every snapshot, after a crash, on a replica and
within an import. Every FOLDED-th row adds the committed ones up, so that there are never many; rows that another
transaction is adding up are skipped, so that nobody waits.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BigInteger, Column, Identity, SmallInteger, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from persistence.metadata import metadata
from persistence.triggers import declare

FOLDED = 128

user_counts = Table(
    "user_counts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("traits", SmallInteger, nullable=False),
    Column("n", BigInteger, nullable=False),
)
"""How many users more, or fewer, there are with these traits since another row."""
KEPT = select(user_counts.c.traits, func.sum(user_counts.c.n)).group_by(user_counts.c.traits)


async def kept_counts(connection: AsyncConnection) -> Mapping[int, int]:
    """How many users have each value of `traits`; values that nobody has may be missing."""
    return {traits: int(n) for traits, n in await connection.execute(KEPT)}


_ADD = f"""
  WITH added AS (INSERT INTO user_counts (traits, n) {{changes}} RETURNING id)
  SELECT count(*) INTO due FROM added WHERE id % {FOLDED} = 0;
  IF due > 0 THEN
    WITH gone AS (
      DELETE FROM user_counts WHERE id = ANY (ARRAY(SELECT id FROM user_counts FOR UPDATE SKIP LOCKED))
      RETURNING traits, n
    )
    INSERT INTO user_counts (traits, n) SELECT traits, sum(n) FROM gone GROUP BY traits HAVING sum(n) <> 0;
  END IF;
"""  # noqa: S608 - constants of this module only
_BODIES = {
    "user_counts_added": _ADD.format(changes="SELECT traits, count(*) FROM new_users GROUP BY traits"),
    "user_counts_changed": _ADD.format(changes="VALUES (OLD.traits, -1), (NEW.traits, 1)"),
    "user_counts_removed": _ADD.format(changes="SELECT traits, -count(*) FROM old_users GROUP BY traits"),
    "user_counts_emptied": " DELETE FROM user_counts;",
}
_OCCASIONS = {
    "user_counts_added": "INSERT ON users REFERENCING NEW TABLE AS new_users FOR EACH STATEMENT",
    "user_counts_changed": "UPDATE OF status, role, email_verified_at, password_hash, has_passkey ON users FOR EACH ROW "
    "WHEN (OLD.traits IS DISTINCT FROM NEW.traits)",
    "user_counts_removed": "DELETE ON users REFERENCING OLD TABLE AS old_users FOR EACH STATEMENT",
    "user_counts_emptied": "TRUNCATE ON users FOR EACH STATEMENT",
}

declare(metadata, _BODIES, _OCCASIONS, "DECLARE due BIGINT; ")
