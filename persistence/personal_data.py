"""Everything about one user, over all tables. Each table says which of its columns are theirs to see.

PostgreSQL makes the JSON, so that ten thousand rows cost this process one text to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Table, and_, cast, delete, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.personal_data import Records
from domain.models.user import User
from persistence.api_key import api_keys
from persistence.idempotency import keys as idempotency_keys
from persistence.invitation import invitations
from persistence.link import links
from persistence.log.table import events
from persistence.mail import mail_requests, mails
from persistence.metadata import TIME
from persistence.passkey import passkeys
from persistence.second_factor import recovery_codes, totp_secrets
from persistence.session import sessions
from persistence.user_table import users

About = Callable[[User], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Holding:
    """What a table holds about a user: `kind` in the result, its rows, the columns shown, and those that are not."""

    kind: str
    table: Table
    about: About
    shown: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    newest: str = "created_at"
    computed: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)

    def rows(self, user: User, limit: int) -> Any:
        """The statement that reads the rows as JSON, newest first."""
        columns = {_camel(name): _shown(self.table.c[name]) for name in self.shown}
        pairs = [part for pair in (columns | dict(self.computed)).items() for part in pair]
        row = func.json_build_object(*pairs).label("row")
        newest = self.table.c[self.newest].desc()
        found = select(row, self.table.c[self.newest].label("at")).where(self.about(user)).order_by(newest)
        top = found.limit(limit).subquery()
        return select(func.coalesce(func.json_agg(top.c.row), cast("[]", JSON)))


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


def _shown(column: Column[Any]) -> ColumnElement[Any]:
    """The column, a time as the API writes it (RFC 3339, UTC)."""
    if column.type is not TIME:
        return column
    return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')


def _by_user(table: Table) -> About:
    return lambda user: table.c.user_id == user.id


def _to_address(table: Table) -> About:
    return lambda user: table.c.email == user.email


_EVENT = ("id", "type", "subject_kind", "subject_id", "user_id", "actor_id", "session_id", "request_id", "ip_address")
_PLACES = ("ord", "seq", "audience_before", "audience_after", "user_version")

HOLDINGS = (
    Holding(
        "account",
        users,
        lambda user: users.c.id == user.id,
        (
            "id",
            "email",
            "display_name",
            "role",
            "status",
            "version",
            "email_verified_at",
            "last_seen_at",
            "created_at",
            "updated_at",
        ),
        ("password_hash", "has_passkey", "name_key", "email_key", "traits"),
        computed={"hasPassword": users.c.password_hash.is_not(None)},
    ),
    Holding(
        "sessions",
        sessions,
        _by_user(sessions),
        (
            "id",
            "user_agent",
            "ip_address",
            "language",
            "created_at",
            "last_seen_at",
            "refreshed_at",
            "expires_at",
            "ended_at",
            "end_reason",
            "enrolling",
        ),
        ("user_id", "generation", "refresh_hash"),
    ),
    Holding(
        "authenticatorApps",
        totp_secrets,
        _by_user(totp_secrets),
        ("created_at", "confirmed_at"),
        ("user_id", "sealed", "last_step"),
    ),
    Holding(
        "recoveryCodes",
        recovery_codes,
        _by_user(recovery_codes),
        (),
        ("user_id", "code_hash"),
        "user_id",
        {"unused": true()},
    ),
    Holding(
        "passkeys",
        passkeys,
        _by_user(passkeys),
        ("id", "name", "created_at", "last_used_at"),
        ("user_id", "credential_id", "public_key", "sign_count"),
    ),
    Holding(
        "apiKeys",
        api_keys,
        _by_user(api_keys),
        ("id", "name", "role", "scopes", "public_id", "created_at", "expires_at", "last_used_at", "revoked_at"),
        ("user_id", "secret_hash"),
    ),
    Holding(
        "links",
        links,
        lambda user: or_(links.c.user_id == user.id, links.c.email == user.email),
        ("kind", "email", "display_name", "language", "requested_at", "expires_at"),
        ("user_id", "owner_id", "token_hash", "password_hash"),
        "requested_at",
    ),
    Holding(
        "invitations",
        invitations,
        lambda user: or_(invitations.c.invited_by == user.id, invitations.c.email == user.email),
        ("id", "role", "created_at", "expires_at", "invited_by"),
        ("email", "display_name"),
    ),
    Holding(
        "mails",
        mails,
        _by_user(mails),
        ("id", "kind", "email", "occurred_at", "due_at", "attempts"),
        ("user_id", "owner_id", "subject_id", "ord"),
        "occurred_at",
    ),
    Holding(
        "mailRequests",
        mail_requests,
        _to_address(mail_requests),
        ("id", "kind", "email", "display_name", "language", "requested_at", "request_id", "ip_address"),
        ("password_hash",),
        "requested_at",
    ),
    Holding(
        "idempotencyKeys",
        idempotency_keys,
        lambda user: or_(idempotency_keys.c.actor_id == user.id, idempotency_keys.c.user_id == user.id),
        ("actor_id", "user_id", "created_at"),
        ("key", "fingerprint", "position"),
    ),
    Holding("events", events, _by_user(events), (*_EVENT, "changes", "occurred_at"), _PLACES, "ord"),
    Holding(
        "actions",
        events,
        lambda user: and_(events.c.actor_id == user.id, events.c.user_id.is_distinct_from(user.id)),
        (*_EVENT, "occurred_at"),
        ("changes", *_PLACES),
        "ord",
    ),
)
"""`actions` are events that the user caused and that concern somebody else, whose data is not theirs to take along."""


class SqlPersonalDataReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_user(self, user: User, limit: int) -> Records:
        """All that is stored about a user, of each kind the newest `limit`."""
        return {h.kind: await self._connection.scalar(h.rows(user, limit)) for h in HOLDINGS}


class SqlPersonalDataRepository(SqlPersonalDataReader):
    """Reads and writes within one transaction."""

    async def remove_named(self, user: User) -> None:
        """Delete the idempotency keys that the user chose, or that made the user: a client may put anything into one."""
        own = or_(idempotency_keys.c.actor_id == user.id, idempotency_keys.c.user_id == user.id)
        await self._connection.execute(delete(idempotency_keys).where(own))
