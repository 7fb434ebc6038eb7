"""The epoch of a log, which identifies its history, and the identity of the database that the epoch belongs to.

A row with the epoch is not enough, because a dump, a snapshot or a standby copies it, and then positions of one history
would refer to other entries in another. So the epoch is stored together with the identity of its database:

* the system identifier of the cluster, which differs after a dump was restored to another server;
* the timeline, which differs after a promotion or a point-in-time recovery, even in open sessions;
* the oids of the database and of the table, which differ after a dump was restored in place or to a new database.

The statement that numbers entries compares them, and begins a new epoch before it numbers anything in another database.
The histories diverge at the head of that moment: positions up to it mean the same in both, and it is stored with the old
epoch. A snapshot of the files that is restored in place changes none of these; `Hub` detects that case.
"""

from __future__ import annotations

import asyncpg
import structlog

ANCESTORS_MAX = 16
"""How many earlier epochs are stored; positions of older ones need a resync."""

IDENTITY = "concat_ws('/', $1::text, {timeline}, log_state.tableoid::text)"
TIMELINE = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
"""The timeline now being written (the first 8 digits of a WAL file's name); a checkpoint only shows it later."""
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
        """Begin a new epoch if the stored identity differs. An empty log keeps its epoch, which no client knows yet."""
        return f"""
update log_state set identity = {self.sql},
  epoch = case when last_seq = 0 and identity is null then epoch else gen_random_uuid() end,
  ancestors = case when last_seq = 0 and identity is null then ancestors
                   else {_ANCESTORS.format(shared_head="last_seq")} end
where identity is distinct from {self.sql}
returning epoch, last_seq
"""  # noqa: S608 - built from constants of this module only


async def identity_of(connection: asyncpg.Connection) -> DatabaseIdentity:
    """The part of the database's identity that this connection may read; only the timeline and the table can change."""
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
