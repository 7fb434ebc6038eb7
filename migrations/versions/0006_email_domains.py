"""The domains of e-mail addresses in one form: `münchen.example`, where `xn--mnchen-3ya.example` was stored."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import idna
from alembic import op
from sqlalchemy import text

from domain.errors import ValidationFailed
from domain.models.text import canonical_email

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BATCH = 5000
"""Users that are read at once, and written by one statement."""
EMAIL_MAX = 255
"""Characters of the column."""
JOINERS = "\u200c\u200d"
STATUSES = ("active", "disabled", "deleted")
COLUMNS = "id, email, status, password_hash IS NOT NULL AS has_password"

PAGE = text(f"""
SELECT {COLUMNS} FROM users
WHERE id > :after AND (email ~ '@(|.*[.])xn--' OR octet_length(split_part(email, '@', 2)) <> length(split_part(email, '@', 2)))
ORDER BY id LIMIT :size
""")  # noqa: S608 - a constant of this module only
HOLDERS = text(f"SELECT {COLUMNS} FROM users WHERE email = ANY (CAST(:emails AS text[]))")  # noqa: S608
RESERVE = text("UPDATE users SET email = CAST(id AS text) WHERE id = :id")
WRITE = text("""
WITH changed AS (
  UPDATE users u SET email = c.after, version = u.version + 1, updated_at = now()
  FROM unnest(CAST(:ids AS uuid[]), CAST(:before AS text[]), CAST(:after AS text[])) AS c(id, before, after)
  WHERE u.id = c.id RETURNING u.id, u.status, u.version, c.before, c.after
)
INSERT INTO events (type, subject_kind, subject_id, user_id, changes, audience_before, audience_after, user_version)
SELECT 'user_updated', 'user', id, id,
  jsonb_build_array(jsonb_build_object('field', 'email', 'before', before, 'after', after)),
  audience, audience, version
FROM changed CROSS JOIN LATERAL (SELECT CASE status WHEN 'active' THEN 'everyone' ELSE 'auditors' END AS audience) AS a
""")
log = logging.getLogger(__name__)


class Account(NamedTuple):
    """A user, as far as it matters here."""

    id: UUID
    email: str
    status: str
    has_password: bool

    @property
    def rank(self) -> tuple[int, bool]:
        """Smaller for the account that is more likely in use."""
        return STATUSES.index(self.status), not self.has_password


def upgrade() -> None:
    """Rewrite them, each with an event; nothing else of a user changes, and a verified address stays verified.

    If two accounts have one address, both stay. The one that is more likely in use keeps the address: active before
    disabled before deleted, then with a password before without, then the one that has the canonical spelling already.
    The other keeps or gets the other spelling, by which nobody can sign in; its id is logged, for an admin to decide.
    """
    others = _rewrite(_canonical)
    if others:
        log.warning(
            "%d users have an address that another user has in a different spelling. They cannot sign in until an admin "
            "gives them another address or deletes them: %s",
            len(others),
            ", ".join(sorted(map(str, others))),
        )


def downgrade() -> None:
    """Write the domains that the release before cannot find as ASCII again: those with ß, ς or a joiner."""
    _rewrite(_findable)


def _canonical(email: str) -> str:
    try:
        return canonical_email(email)
    except ValidationFailed:
        return email


def _findable(email: str) -> str:
    """The address; as ASCII if case folding or removing joiners would change its domain."""
    local, _, domain = email.rpartition("@")
    folded = "".join(c for c in unicodedata.normalize("NFKC", domain.casefold()) if c not in JOINERS)
    if folded == domain:
        return email
    try:
        return f"{local}@{idna.encode(domain).decode()}"
    except idna.IDNAError:
        return email


def _rewrite(form: Callable[[str], str]) -> set[UUID]:
    """Bring every address into this form; returns the users whose address another user has."""
    others: set[UUID] = set()
    for accounts in _accounts():
        wanted = {a.id: form(a.email) for a in accounts}
        moving = [a for a in accounts if a.email != wanted[a.id] and len(wanted[a.id]) <= EMAIL_MAX]
        holders = _holders({wanted[a.id] for a in moving})
        changes: dict[str, Account] = {}
        for account in moving:
            address = wanted[account.id]
            if address in holders or address in changes:
                others.add(_keep_one(account, address, holders, changes))
            else:
                changes[address] = account
        _write([(account, address) for address, account in changes.items()])
    return others


def _keep_one(account: Account, address: str, holders: dict[str, Account], changes: dict[str, Account]) -> UUID:
    """Let the account that is more likely in use have the address; returns the other."""
    if address in changes:
        first = changes[address]
        changes[address], other = (account, first) if account.rank < first.rank else (first, account)
        return other.id
    holder = holders[address]
    if account.rank >= holder.rank:
        return account.id
    op.get_bind().execute(RESERVE, {"id": holder.id})
    _write([(account, address)])
    _write([(holder, account.email)])
    holders[address] = account
    return holder.id


def _write(changes: Sequence[tuple[Account, str]]) -> None:
    if changes:
        ids, before, after = zip(*((a.id, a.email, address) for a, address in changes), strict=True)
        op.get_bind().execute(WRITE, {"ids": list(ids), "before": list(before), "after": list(after)})


def _holders(emails: set[str]) -> dict[str, Account]:
    found = op.get_bind().execute(HOLDERS, {"emails": sorted(emails)}) if emails else ()
    return {account.email: account for account in map(_account, found)}


def _accounts() -> Iterator[list[Account]]:
    """The users whose domain is not plain ASCII, batch by batch; none if the statements are only printed."""
    after = UUID(int=0)
    while not op.get_context().as_sql:
        accounts = [_account(row) for row in op.get_bind().execute(PAGE, {"after": after, "size": BATCH})]
        if not accounts:
            return
        yield accounts
        after = accounts[-1].id


def _account(row: Any) -> Account:
    found: Mapping[str, Any] = row._mapping  # noqa: SLF001 - SQLAlchemy's name for it
    return Account(found["id"], found["email"], found["status"], found["has_password"])
