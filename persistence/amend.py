"""A change of one user with its event, in one statement outside of a transaction.

The usual way takes five round trips: BEGIN, the row with a lock, the row, the event, COMMIT. This one never waits: a row
that another writer holds, or has changed since it was read, is left as it is, and the caller takes the usual way.
"""

from __future__ import annotations

from sqlalchemy import Uuid, bindparam, insert, select, update

from domain.models.event import NewEvent
from domain.models.user import User
from persistence.direct import Direct, Prepared
from persistence.log.appender import COLUMNS
from persistence.log.table import events
from persistence.user import KEPT, WRITTEN, fields_of
from persistence.user_table import users

_CHANGED = [c for c in WRITTEN if c.name not in KEPT]

_held = (
    select(users.c.id)
    .where(users.c.id == bindparam("user_id", type_=Uuid()), users.c.version == bindparam("version_before"))
    .with_for_update(skip_locked=True)
    .cte("held")
)
_saved = (
    update(users)
    .where(users.c.id == _held.c.id)
    .values({c.name: bindparam(f"new_{c.name}", type_=c.type) for c in _CHANGED})
    .returning(users.c.id)
    .cte("saved")
)
_event = select(*(bindparam(f"event_{c.name}", type_=c.type) for c in COLUMNS)).select_from(_saved)
AMEND = Prepared(insert(events).from_select([c.name for c in COLUMNS], _event).returning(events.c.ord))
"""The event is inserted after the row is locked, so that the events of a user are in the order of their versions."""


async def amend(direct: Direct, user: User, event: NewEvent) -> int | None:
    """Write a user over the version before; returns the event's insertion number, or None if nothing was written.

    Raises Unavailable if it is not certain that this was committed.
    """
    row, record = fields_of(user), event.to_record()
    values = {f"new_{c.name}": row[c.name] for c in _CHANGED} | {f"event_{c.name}": record[c.name] for c in COLUMNS}
    rows = await direct.write(AMEND, {"user_id": user.id, "version_before": user.version - 1, **values})
    return int(rows[0][0]) if rows else None
