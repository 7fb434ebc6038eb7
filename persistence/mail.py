"""The queue of mails over SQL: requests, the position up to which the log was read, and mails that are not sent yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.actor import Origin
from domain.models.event import Event
from domain.models.event_types import EventType
from domain.models.language import Language
from domain.models.mail import Mail, MailKind, MailRequest
from persistence.link import links
from persistence.log.following import position_columns, read_on
from persistence.metadata import ID, TIME, metadata

mail_requests = Table(
    "mail_requests",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(8)),
    Column("requested_at", TIME, nullable=False),
    Column("request_id", Text),
    Column("ip_address", Text),
    Column("display_name", Text),
    Column("password_hash", Text),
    Index("ix_mail_requests_requested_at", "requested_at"),
)
mail_position = Table("mail_position", metadata, *position_columns())
mails = Table(
    "mails",
    metadata,
    Column("id", ID, primary_key=True),
    Column("ord", BigInteger, Identity(always=True), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("owner_id", ID, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE")),
    Column("occurred_at", TIME, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", TIME, nullable=False, server_default=text("now()")),
    Column("email", Text),
    Column("subject_id", ID),
    UniqueConstraint("ord"),
    Index("ix_mails_owner_id_ord", "owner_id", "ord"),
    Index("ix_mails_user_id", "user_id"),
    Index("ix_mails_due_at", "due_at"),
)

_MAIL = [
    mails.c[name] for name in ("id", "kind", "owner_id", "user_id", "occurred_at", "attempts", "email", "subject_id")
]
TAKE = text("""
delete from mail_requests where id in (
  select id from mail_requests where kind = any(:kinds) order by requested_at limit :limit for update skip locked)
returning id, kind, email, language, requested_at, request_id, ip_address, display_name, password_hash
""")
ADD = text("""
with recipient as (select email from users where id = cast(:user_id as uuid) for key share)
insert into mails (id, kind, owner_id, user_id, occurred_at, email, subject_id)
select cast(:id as uuid), :kind, cast(:owner_id as uuid), cast(:user_id as uuid), cast(:occurred_at as timestamptz),
  (select email from recipient), cast(:subject_id as uuid)
where cast(:user_id as uuid) is null or exists (select from recipient)
""")
"""A mail to a user who has been erased since the event is left out."""
CLAIM = text("""
with due as (
  select m.id from mails m
  where m.due_at <= now() and m.kind = any(:kinds)
    and not exists (select from mails e where e.owner_id = m.owner_id and e.ord < m.ord)
  order by m.ord limit :limit for update of m skip locked)
update mails m set attempts = m.attempts + 1, due_at = now() + cast(:lease as interval)
from due where m.id = due.id
returning m.ord, m.id, m.kind, m.owner_id, m.user_id, m.occurred_at, m.attempts, m.email, m.subject_id
""")
"""The first mail of each owner, if it is due: the later ones wait until it was sent or given up.

Kinds that this release does not know are left to the newer one that queued them.
"""
KINDS = [kind.value for kind in MailKind]
LEFT_TO_NEWER = timedelta(minutes=1)
"""How long an event of an unknown type is left to a newer release, which may know a mail about it."""


class SqlMailQueue:
    """Reads and writes within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def request(self, request: MailRequest) -> None:
        """Store a request."""
        await self._connection.execute(
            insert(mail_requests).values(
                id=request.id,
                kind=request.kind.value,
                email=request.email,
                language=request.language and request.language.value,
                requested_at=request.requested_at,
                request_id=request.origin.request_id,
                ip_address=request.origin.ip_address,
                display_name=request.display_name,
                password_hash=request.password_hash,
            )
        )

    async def take_requests(self, limit: int) -> Sequence[MailRequest]:
        """Remove the oldest requests that no other transaction is taking; returns them in order."""
        rows = await self._connection.execute(TAKE, {"limit": limit, "kinds": KINDS})
        return sorted(map(_request, rows.mappings()), key=lambda r: r.requested_at)

    async def read_log(self, types: Collection[EventType], limit: int) -> Sequence[Event] | None:
        """The next events of these types, and move the position behind them; None while another transaction does.

        Only the release that knows a type knows its mails: it has a minute to read such an event.
        """
        return await read_on(self._connection, mail_position, types, limit, leave=LEFT_TO_NEWER)

    async def add(self, added: Sequence[Mail]) -> None:
        """Append mails, in order."""
        for mail in added:
            values = {"id": mail.id, "kind": mail.kind.value, "owner_id": mail.owner_id, "user_id": mail.user_id}
            values |= {"subject_id": mail.subject_id}
            await self._connection.execute(ADD, values | {"occurred_at": mail.occurred_at})

    async def claim(self, limit: int, lease: timedelta) -> Sequence[Mail]:
        """Mails that are due, at most one of each owner, oldest first."""
        given = {"limit": limit, "lease": lease, "kinds": KINDS}
        rows = (await self._connection.execute(CLAIM, given)).mappings().all()
        return [_mail(row) for row in sorted(rows, key=lambda r: r["ord"])]

    async def postpone(self, mail: Mail, delay: timedelta) -> None:
        """Make a mail due after this time, by the database's clock."""
        await self._connection.execute(update(mails).where(mails.c.id == mail.id).values(due_at=func.now() + delay))

    async def forget(self, email: str) -> None:
        """Delete requests for mails to an address, and mails with links to it that belong to no user."""
        await self._connection.execute(delete(mail_requests).where(mail_requests.c.email == email))
        owners = select(links.c.owner_id).where(links.c.email == email, links.c.user_id.is_(None))
        await self._connection.execute(delete(mails).where(mails.c.user_id.is_(None), mails.c.owner_id.in_(owners)))

    async def remove(self, mail: Mail) -> None:
        """Delete a mail."""
        await self._connection.execute(delete(mails).where(mails.c.id == mail.id))


def _request(row: Any) -> MailRequest:
    origin = Origin(row["request_id"], row["ip_address"])
    language = Language(row["language"]) if row["language"] else None
    return MailRequest(
        row["id"],
        MailKind(row["kind"]),
        row["email"],
        language,
        row["requested_at"],
        origin,
        row["display_name"],
        row["password_hash"],
    )


def _mail(row: Any) -> Mail:
    fields = {column.name: row[column.name] for column in _MAIL}
    return Mail(**{**fields, "kind": MailKind(row["kind"])})
