"""100,000 users, sessions and events in a few statements, the same each time, with statistics of every row.

Words and counts are filled in bulk, as the migrations do it: by trigger, row by row, they take three times as long. All
rows are analysed, not a sample, so that the planner decides alike on every run.
"""

from __future__ import annotations

import asyncpg

from persistence.log.counts import RECOUNT
from persistence.tables import metadata

USERS = 100_000
COMMON = ("anna", "maria", "paul", "smith", "garcia", "li")
"""The commonest names of the seed, most frequent first."""
ANALYSED = 2000
"""The statistics target: 300 rows are read for each unit of it."""

NAME = """
create function pg_temp.named(chance float8, many int, shift int) returns text language sql immutable as $$
  select coalesce((array['anna','maria','paul','smith','garcia','li'])[k * 2 + shift],
                  translate(to_hex(k * 2654435761 % 1099511627776), '0123456789abcdef', 'aeioubdfgklmnrst'))
  from (select floor(many * chance * chance * chance)::bigint as k) drawn
$$
"""
FILL = (
    "alter table users disable trigger user",
    "alter table user_words drop constraint pk_user_words",
    NAME,
    f"""
insert into users (id, email, display_name, name_key, email_key, role, status, password_hash, email_verified_at, last_seen_at,
  created_at, updated_at)
select md5(n::text)::uuid, first || '.' || n || '@' || domain, initcap(first || ' ' || last), first || ' ' || last,
  n || ' ' || replace(domain, '.', ' '),
  case when n % 50 = 0 then 'admin' when n % 20 = 1 then 'auditor' else 'member' end,
  case when n % 33 = 0 then 'disabled' when n % 100 = 1 then 'deleted' else 'active' end,
  case when n % 4 > 0 then 'hash' end, case when n % 5 < 3 then began end, case when n % 10 < 7 then began + n % 1000 * interval '1 hour' end,
  began, began + n % 300 * interval '1 day'
from (
  select n, pg_temp.named((n * 7919 % 100003) / 100003.0, 4000, 1) as first,
    pg_temp.named((n * 104729 % 100019) / 100019.0, 20000, 2) as last,
    case when n % 10 < 7 then 'example.org' else 'd' || n % 997 || '.example' end as domain,
    timestamptz '2021-01-01 00:00:00Z' + n * interval '10 minutes' as began
  from generate_series(1::bigint, {USERS}) n
) made
""",  # noqa: S608 - constants of this module only
    """
insert into user_words (word, name_key, user_id, email_key, traits, in_name)
select distinct word, name_key, id, email_key, traits, in_name from users cross join lateral (
  select unnest(string_to_array(name_key, ' ')), true union all select unnest(string_to_array(email_key, ' ')), false
) as w(word, in_name)
""",
    """
alter table user_words add constraint pk_user_words
  primary key (word, name_key, user_id) include (email_key, traits, in_name)
""",
    "insert into words (word) select distinct word from user_words order by word",
    "insert into user_counts (traits, n) select traits, count(*) from users group by traits",
    "alter table users enable trigger user",
    """
insert into sessions (id, user_id, created_at, last_seen_at, expires_at, ended_at, refresh_hash)
select md5('s' || n)::uuid, md5((n % 30000 + 1)::text)::uuid, began, began, began + interval '30 days',
  case when n % 3 = 0 then began + interval '1 day' end, ''
from (select n, timestamptz '2026-01-01 00:00:00Z' + n * interval '1 minute' as began from generate_series(1, 100000) n) made
""",
    """
insert into events (id, seq, type, subject_kind, subject_id, user_id, actor_id, audience_after, occurred_at)
select uuidv7(n * interval '1 minute' - interval '100000 minutes'), n, (array['session_started', 'user_updated', 'user_created', 'sign_in_failed'])[1 + n % 4],
  'user', about, about, md5((n % 50 * 50)::text)::uuid, 'everyone', now() + n * interval '1 minute' - interval '100000 minutes'
from (select n, md5((n % 40000 + 1)::text)::uuid as about from generate_series(1, 100000) n) made
""",
    "update log_state set last_seq = 100000",
    *RECOUNT,
)
TABLES = tuple(table.name for table in reversed(metadata.sorted_tables))
"""In this order none is unlogged before one that refers to it."""


async def seed(dsn: str) -> None:
    """Fill a migrated, empty database."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("set synchronous_commit = off; set maintenance_work_mem = '256MB'")
        for table in TABLES:
            await connection.execute(f"alter table {table} set (autovacuum_enabled = off)")
            await connection.execute(f"alter table {table} set unlogged")
        for statement in FILL:
            await connection.execute(statement)
        await connection.execute(f"set default_statistics_target = {ANALYSED}")
        await connection.execute(f"vacuum (analyze) {', '.join(TABLES)}")
    finally:
        await connection.close()
