"""Which history of the log a database holds: its epoch, and the identity of the database that the epoch belongs to.

A row alone cannot tell, because it travels with a dump, a snapshot or a standby, and then positions of one history
would stand for other entries in another. So the epoch is kept together with the identity of its database:

* the system identifier of the cluster: another one where a dump was restored to another server;
* the timeline: another one after a promotion or a recovery to a point in time, also under open sessions;
* the oids of the database and of the table: others where a dump was restored beside or in place.

Whoever numbers entries compares them in the same statement, and begins another epoch before it numbers anything in a
database that is not the one the epoch belongs to. The head at that moment is where the histories part: positions up to
there mean the same in both, and are remembered with the old epoch. A snapshot of the files restored in place changes
nothing of this; see `Hub` for how that is noticed.
"""

from __future__ import annotations

import asyncpg
import structlog

ANCESTORS_MAX = 16
"""How many earlier epochs are remembered; positions of older ones ask for a resync."""

IDENTITY = "concat_ws('/', $1::text, {timeline}, log_state.tableoid::text)"
TIMELINE = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
"""The timeline that is written now (the first 8 digits of a WAL file's name): a checkpoint tells of it only later."""
DATABASE = "select oid::text from pg_database where datname = current_database()"
SYSTEM = "select system_identifier::text from pg_control_system()"

_OLDER = f"""(select coalesce(jsonb_agg(a.value order by a.place), '[]'::jsonb)
  from jsonb_array_elements(ancestors) with ordinality as a(value, place)
  where a.place > jsonb_array_length(ancestors) - {ANCESTORS_MAX - 1})"""  # noqa: S608 - built from constants of this module only
_ANCESTORS = _OLDER + " || jsonb_build_array(jsonb_build_array(left(epoch::text, 8), {shared_head}))"

RENEW_AT = f"""
update log_state set epoch = gen_random_uuid(),
  ancestors = {_ANCESTORS.format(shared_head="cast(:shared_head as bigint)")}
where epoch = :epoch
"""  # noqa: S608 - built from constants of this module only

log = structlog.get_logger(__name__)


class DatabaseIdentity:
    """The identity of the database behind one connection. `sql` computes it in a statement; its `$1` is `fixed`."""

    def __init__(self, fixed: str, *, timeline: bool) -> None:
        self.fixed = fixed
        self.sql = IDENTITY.format(timeline=TIMELINE if timeline else "null")

    @property
    def renew(self) -> str:
        """Begin another epoch where the stored identity is not this one. An empty log keeps the epoch that nobody knows."""
        return f"""
update log_state set identity = {self.sql},
  epoch = case when last_seq = 0 and identity is null then epoch else gen_random_uuid() end,
  ancestors = case when last_seq = 0 and identity is null then ancestors
                   else {_ANCESTORS.format(shared_head="last_seq")} end
where identity is distinct from {self.sql}
returning epoch, last_seq
"""  # noqa: S608 - built from constants of this module only


async def identity_of(connection: asyncpg.Connection) -> DatabaseIdentity:
    """What this connection may see of its database's identity; it does not change but for the timeline and the table."""
    system = await _if_allowed(connection, SYSTEM)
    timeline = await _if_allowed(connection, f"select {TIMELINE}")
    return DatabaseIdentity(f"{system or ''}/{await connection.fetchval(DATABASE)}", timeline=timeline is not None)


async def _if_allowed(connection: asyncpg.Connection, query: str) -> str | None:
    try:
        value: str = await connection.fetchval(query)
    except (asyncpg.InsufficientPrivilegeError, asyncpg.FeatureNotSupportedError, asyncpg.UndefinedFunctionError):
        log.warning("epoch.identity_incomplete", query=query)
        return None
    return value
