"""Users over SQL: entities in and out, pages by key, and the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import NotFound, Taken, VersionConflict
from domain.models.actor import Role
from domain.models.directory import Count, Credentials, UserFilter, UserQuery, UserSort
from domain.models.user import Status, User
from domain.models.words import email_key, name_key
from domain.pagination import Page
from persistence.forms import Reads
from persistence.last_seen import touch
from persistence.records import recordset
from persistence.session import sessions
from persistence.user_conditions import Filtered, traits_of
from persistence.user_count import SqlCount
from persistence.user_counts import kept_counts
from persistence.user_query import COLUMNS, STORED, keyset_of, user_from_row
from persistence.user_rows import SIZES, Sizes
from persistence.user_search import SqlSearch
from persistence.user_table import users
from persistence.user_walk import Walk
from persistence.within import Frequent, Within

ADMIN_LOCK = 0x41444D494E
"""The advisory lock under which admins are counted ("ADMIN" in ASCII)."""

BY_IDS = select(*COLUMNS).where(users.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
"""Made once, with one parameter however many there are: this is read for every event that somebody watches."""
LOCKED = BY_IDS.order_by(users.c.id).with_for_update()

WRITTEN = [*STORED, users.c.name_key, users.c.email_key]
"""What a user is written with."""
ADDED = [*WRITTEN, users.c.password_hash]
KEPT = ("id", "created_at", "last_seen_at")
"""What a change of a user leaves as it is."""

ADDRESSES = 20
"""How many of an account's newest sessions provide known IP addresses."""
_NEWEST = (
    select(sessions.c.ip_address)
    .where(sessions.c.user_id == users.c.id)
    .order_by(sessions.c.created_at.desc())
    .limit(ADDRESSES)
    .scalar_subquery()
)
CREDENTIALS = select(*COLUMNS, users.c.password_hash, func.array(_NEWEST, type_=ARRAY(Text)).label("addresses")).where(
    users.c.email == bindparam("email")
)


_NAMES = tuple(str(column.name) for column in WRITTEN)
_STORED = attrgetter(*(str(column.name) for column in STORED))


def row_of(user: User) -> tuple[Any, ...]:
    """The values of WRITTEN, in that order."""
    id_, email, name, role, status, *others = _STORED(user)
    key = name_key(name)
    return (id_, email, name, str(role), str(status), *others, key, email_key(email, key))


def fields_of(user: User) -> dict[str, Any]:
    """The values of WRITTEN by name."""
    return dict(zip(_NAMES, row_of(user), strict=True))


def _is_free(email: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether no user has the address."""
    other = users.alias("other")
    return ~exists().where(other.c.email == email)


_WRITTEN_EMAIL = bindparam("written_email", type_=users.c.email.type)
SAVE = Frequent(
    update(users)
    .where(
        users.c.id == bindparam("written_id"),
        users.c.version == bindparam("version_before"),
        or_(users.c.email == _WRITTEN_EMAIL, _is_free(_WRITTEN_EMAIL)),
    )
    .values({c.name: bindparam(f"new_{c.name}", type_=c.type) for c in WRITTEN if c.name not in KEPT})
    .returning(users.c.id)
)


class SqlUserReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection, sizes: Sizes = SIZES, reads: Reads | None = None) -> None:
        self._connection, self._sizes, self._reads = connection, sizes, reads

    async def find(self, user_id: UUID) -> User | None:
        """One user, or None."""
        return next(iter(await self._fetch(select(*COLUMNS).where(users.c.id == user_id))), None)

    async def get(self, user_id: UUID) -> User:
        """One user; raises NotFound."""
        user = await self.find(user_id)
        if user is None:
            raise NotFound
        return user

    async def get_many(self, user_ids: Sequence[UUID]) -> dict[UUID, User]:
        """Those that are there, by id."""
        if not user_ids:
            return {}
        return {u.id: u for u in await self._fetch(BY_IDS, ids=user_ids)}

    async def find_by_email(self, email: str) -> User | None:
        """The user of a canonical address, or None."""
        return next(iter(await self._fetch(select(*COLUMNS).where(users.c.email == email))), None)

    async def find_credentials(self, email: str) -> Credentials | None:
        """The credentials of a canonical address, or None."""
        row = (await self._connection.execute(CREDENTIALS, {"email": email})).mappings().one_or_none()
        if row is None:
            return None
        fields = dict(row)
        password_hash, addresses = fields.pop("password_hash"), fields.pop("addresses")
        return Credentials(user_from_row(fields), password_hash, [a for a in addresses if a is not None])

    async def find_by_emails(self, emails: Sequence[str]) -> dict[str, User]:
        """The users of canonical addresses, by address."""
        statement = select(*COLUMNS).where(users.c.email == func.any(list(emails)))
        return {u.email: u for u in await self._fetch(statement)}

    async def password_hashes(self, user_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """The hashes of those who have one, by id."""
        statement = select(users.c.id, users.c.password_hash).where(
            users.c.id == func.any(list(user_ids)), users.c.password_hash.is_not(None)
        )
        return {row.id: row.password_hash for row in await self._connection.execute(statement)}

    async def page(self, query: UserQuery) -> Page[User]:
        """A page by key. Raises ValidationFailed for a cursor of another list."""
        if query.sort is UserSort.RELEVANCE:
            return await SqlSearch(self._connection, query, self._sizes, self._reads).page()
        keyset = keyset_of(query)
        walk = Walk(query, keyset, self._sizes)
        if query.search is None:
            return keyset.page(await self._fetch(await walk.statement(self._connection)), query.window)
        search = SqlSearch(self._connection, query, self._sizes, self._reads)
        if (statement := await self._early(search, walk, query)) is not None:
            early = await self._fetch(statement)
            if len(early) > query.window.size:
                return keyset.page(early, query.window)
        statement = await walk.statement(self._connection, await search.found())
        return keyset.page(await self._fetch(statement), query.window)

    async def _early(self, search: SqlSearch, walk: Walk, query: UserQuery) -> Select[Any] | None:
        """A statement with a full page of the users that a search finds, if it finds many."""
        if query.sort is UserSort.DISPLAY_NAME:
            found = await search.words_found()
            return None if found is None else walk.by_words(*found)
        finds = await search.found_early()
        return None if finds is None else walk.early(finds)

    async def count(self, query: UserQuery) -> Count:
        """How many users match; the window is ignored. An estimate where counting costs much."""
        return await SqlCount(self._connection).of(query)

    async def finds_little(self, query: UserQuery) -> bool:
        """Whether the search of a query finds so few, whatever its filter, that slips of typing count too."""
        return await SqlSearch(self._connection, query).finds_little()

    async def counts(self) -> Mapping[tuple[Role, Status], int]:
        """How many users have each role and status."""
        kept = await kept_counts(self._connection)
        wanted = {(r, s): traits_of(UserFilter(frozenset({s}), frozenset({r}))) for r in Role for s in Status}
        return {pair: sum(kept.get(t, 0) for t in traits) for pair, traits in wanted.items()}

    async def _fetch(self, statement: Select[Any], **values: object) -> list[User]:
        return [user_from_row(row) for row in (await self._connection.execute(statement, values)).mappings()]


class SqlUserRepository(SqlUserReader):
    """Reads and writes within one transaction."""

    def __init__(self, connection: AsyncConnection, sizes: Sizes = SIZES, within: Within | None = None) -> None:
        super().__init__(connection, sizes)
        self._within = within or Within(connection)

    async def get_for_update(self, user_id: UUID) -> User:
        """The user, locked until the transaction ends; raises NotFound."""
        found = await self.get_many_for_update([user_id])
        if user_id not in found:
            raise NotFound
        return found[user_id]

    async def get_many_for_update(self, user_ids: Sequence[UUID]) -> dict[UUID, User]:
        """Users locked in id order, so that two writers cannot deadlock."""
        return {u.id: u for u in await self._fetch(LOCKED, ids=list(user_ids))}

    async def add(self, user: User, password_hash: str | None) -> None:
        """Insert a user; raises Taken.

        A violation would say the same, but leave the address in the server's log.
        """
        new = insert(users).values(fields_of(user) | {"password_hash": password_hash})
        added = await self._connection.execute(new.on_conflict_do_nothing(index_elements=[users.c.email]))
        if added.rowcount != 1:
            raise Taken("email")

    async def save(self, user: User) -> None:
        """Write over the version before; raises VersionConflict and Taken.

        A violation of the address's uniqueness, which the server logs, is left for two writers at the same moment.
        """
        changed = {f"new_{name}": value for name, value in fields_of(user).items() if name not in KEPT}
        found = {"written_id": user.id, "version_before": user.version - 1, "written_email": user.email}
        if not await self._within.rows(SAVE, changed | found):
            current = await self.get(user.id)
            raise Taken("email") if current.version == user.version - 1 else VersionConflict(current)

    async def save_many(self, entries: Sequence[User]) -> None:
        """Write several users, which this transaction has locked, in one statement."""
        if entries:
            rows = orjson.dumps([fields_of(u) for u in entries], default=str).decode()
            await self._connection.execute(SAVE_MANY, {"rows": rows})

    async def remove(self, user_id: UUID) -> None:
        """Delete the row, and with it the sessions."""
        await self._connection.execute(delete(users).where(users.c.id == user_id))

    async def password_hash(self, user_id: UUID) -> str | None:
        """The hash, or None."""
        return await self._connection.scalar(select(users.c.password_hash).where(users.c.id == user_id))

    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None:
        """Store a hash; the version is the caller's to raise."""
        await self._connection.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))

    async def set_password_hashes(self, hashes: Mapping[UUID, str]) -> None:
        """Store the hashes of several users in one statement; their versions are the caller's to raise."""
        if hashes:
            rows = orjson.dumps([{"id": i, "password_hash": h} for i, h in hashes.items()]).decode()
            await self._connection.execute(SET_HASHES, {"rows": rows})

    async def count_other_active_admins(self, user_id: UUID) -> int:
        """Active admins who can sign in, besides this one. The lock makes the next count wait until this transaction ends."""
        await self._connection.execute(select(func.pg_advisory_xact_lock(ADMIN_LOCK)))
        counted = UserFilter(frozenset({Status.ACTIVE}), frozenset({Role.ADMIN}), can_sign_in=True)
        conditions = [Filtered(counted, frozenset()).with_traits(users.c.traits), users.c.id != user_id]
        return int(await self._connection.scalar(select(func.count()).select_from(users).where(*conditions)) or 0)

    async def touch_seen(self, seen: Mapping[UUID, datetime]) -> None:
        """Move `last_seen_at` forward, without a new version or an event."""
        await touch(self._connection, "users", seen)


SAVE_MANY = text(f"""
update users u set {", ".join(f"{c.name} = r.{c.name}" for c in WRITTEN if c.name not in KEPT)}
from {recordset(WRITTEN)} where u.id = r.id
""")  # noqa: S608 - built from the table's own columns
SET_HASHES = text(f"""
update users u set password_hash = r.password_hash from {recordset([users.c.id, users.c.password_hash])} where u.id = r.id
""")  # noqa: S608 - built from the table's own columns
