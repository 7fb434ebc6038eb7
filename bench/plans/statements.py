"""The main reads of a server, by name, and the statements that each of them runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.actor import Role
from domain.models.directory import UserFilter, UserQuery, UserSort
from domain.models.event_types import EventType
from domain.models.log import EventFilter
from domain.models.relevance import parse_search
from domain.models.user import Status
from domain.pagination import Window
from domain.services.event import COUNTED_MAX, HOUR
from persistence.log.reader import SqlEventReader
from persistence.log.trim import SqlLogTrimmer
from persistence.session import SqlSessionReader
from persistence.user import SqlUserReader

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SOME = [UUID(md5(str(n).encode(), usedforsecurity=False).hexdigest()) for n in range(1, 101)]
"""Ids of seeded users."""
ONLINE = frozenset(SOME)
SEARCHES = {
    "one letter": "a",
    "two letters": "an",
    "a common first name": "anna",
    "a common surname": "smith",
    "first and last name": "anna smith",
    "part of a common name": "nna",
    "a misspelling": "smiht",
    "a shared domain": "@example.org",
    "the beginning of an address": "anna.1",
    "a whole address": "anna.17@example.org",
    "a number": "4711",
    "a sign": "%",
    "four common words": "anna maria paul smith",
    "no match": "qwxzvkj",
    "six words without a match": "qwxzv vkjqq zzxqw wvvkx jjqxz xxqvw",
}
FILTERS = {
    "active": UserFilter(status=frozenset({Status.ACTIVE})),
    "deleted": UserFilter(status=frozenset({Status.DELETED})),
    "admins": UserFilter(role=frozenset({Role.ADMIN})),
    "verified": UserFilter(email_verified=True),
    "those who can sign in": UserFilter(can_sign_in=True),
    "online": UserFilter(online=True),
    "not online": UserFilter(online=False),
    "created lately": UserFilter(created_after=datetime(2022, 11, 1, tzinfo=UTC)),
    "created long ago": UserFilter(created_before=datetime(2021, 1, 20, tzinfo=UTC)),
    "one address": UserFilter(email="anna.17@example.org"),
}


class Statement(NamedTuple):
    """SQL as the driver was given it."""

    text: str
    parameters: Any


class Read(NamedTuple):
    """A read of the server, by the name that the document gives it."""

    name: str
    run: Callable[[AsyncConnection], Awaitable[object]]


def reads() -> Iterator[Read]:
    """All of them."""
    yield from _pages()
    yield from _counts()
    yield from _log()
    yield from _users()


def _pages() -> Iterator[Read]:
    for sort in UserSort:
        if sort is not UserSort.RELEVANCE:
            yield _page(f"list by {sort}", UserQuery(sort=sort))
            yield _page(f"list by {sort}, newest or last first", UserQuery(sort=sort, descending=True))
            yield Read(f"list by {sort}, a page deep within", lambda c, s=sort: _deep(c, s))  # type: ignore[misc]
    for name, filter_ in FILTERS.items():
        yield _page(f"list of {name}, by name", _query(filter_))
    for name, text in SEARCHES.items():
        yield _page(f"search for {name}", _query(search=text, sort=UserSort.RELEVANCE))
        yield _page(f"search for {name}, active members", _query(_members(), text, UserSort.RELEVANCE))
    yield _page("search for a common surname, by creation", _query(search="smith", sort=UserSort.CREATED_AT))


def _counts() -> Iterator[Read]:
    for name, filter_ in FILTERS.items():
        yield _count(f"count of {name}", _query(filter_))
    for name, text in SEARCHES.items():
        yield _count(f"count of a search for {name}", _query(search=text))
    yield Read("stats", lambda c: SqlUserReader(c).counts())


DAYS_AGO = [
    datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=n) for n in range(7, -1, -1)
]


def _log() -> Iterator[Read]:
    yield Read("the feed of events, from a cursor", lambda c: SqlEventReader(c).after(50_000, 500))
    for name, filter_ in {
        "": EventFilter(),
        ", of a type": EventFilter(types=frozenset({EventType.USER_UPDATED})),
        ", of a type that never was": EventFilter(types=frozenset({EventType.USER_ERASED})),
        ", of two types": EventFilter(types=frozenset({EventType.USER_UPDATED, EventType.USER_CREATED})),
        ", of two types in a period": EventFilter(
            frozenset({EventType.USER_UPDATED, EventType.USER_ERASED}), since=DAYS_AGO[0], until=DAYS_AGO[-1]
        ),
        ", about a user": EventFilter(user_id=SOME[0]),
        ", by an actor": EventFilter(actor_id=SOME[49]),
        ", about a subject": EventFilter(subject_id=SOME[0]),
    }.items():
        yield Read(f"a page of the audit log{name}", lambda c, f=filter_: _events(c, f))  # type: ignore[misc]
    yield Read("events of 20 users", _events_of_users)
    yield Read(
        "events of the last day, by hour",
        lambda c: SqlEventReader(c).counts(datetime.now(UTC) - timedelta(days=1), HOUR, COUNTED_MAX),
    )
    yield Read("events of a week, by day", lambda c: SqlEventReader(c).counts_by_period(DAYS_AGO))
    yield Read("the head of the log", lambda c: SqlEventReader(c).state())
    yield Read("what retention prunes next", lambda c: SqlLogTrimmer(c).expired(timedelta(days=30), 1000))


def _users() -> Iterator[Read]:
    yield Read("one user", lambda c: SqlUserReader(c).find(SOME[0]))
    yield Read("100 users by id", lambda c: SqlUserReader(c).get_many(SOME))
    yield Read("the look-up of a sign-in", lambda c: SqlUserReader(c).find_credentials("anna.17@example.org"))
    yield Read(
        "100 addresses of an import",
        lambda c: SqlUserReader(c).find_by_emails([f"p{n}@example.org" for n in range(100)]),
    )
    yield Read("the sessions of 20 users", lambda c: SqlSessionReader(c).pages_for_users(SOME[:20], Window(), NOW))
    sessions = [UUID(md5(f"s{n}".encode(), usedforsecurity=False).hexdigest()) for n in range(1, 51)]
    yield Read("50 sessions with their users", lambda c: SqlSessionReader(c).principals(sessions))


def _members() -> UserFilter:
    return UserFilter(frozenset({Status.ACTIVE}), frozenset({Role.MEMBER}))


def _query(filter_: UserFilter | None = None, search: str = "", sort: UserSort = UserSort.DISPLAY_NAME) -> UserQuery:
    asked = parse_search(search) if search else None
    return UserQuery(search=asked, filter=filter_ or UserFilter(), sort=sort, online_ids=ONLINE)


def _page(name: str, query: UserQuery) -> Read:
    return Read(name, lambda c: SqlUserReader(c).page(query))


def _count(name: str, query: UserQuery) -> Read:
    return Read(name, lambda c: SqlUserReader(c).count(query))


async def _deep(connection: AsyncConnection, sort: UserSort) -> object:
    """The page after a user from the middle; found by a filter, which `recorded` has seen before."""
    reader = SqlUserReader(connection)
    middle = await reader.page(UserQuery(sort=sort, filter=UserFilter(id=SOME[60])))
    return await reader.page(UserQuery(sort=sort, window=Window(after=middle.cursors[-1])))


async def _events(connection: AsyncConnection, filter_: EventFilter) -> object:
    reader = SqlEventReader(connection)
    return await reader.page(Window(), filter_, await reader.state())


async def _events_of_users(connection: AsyncConnection) -> object:
    reader = SqlEventReader(connection)
    return await reader.pages_for_users(SOME[:20], Window(), await reader.state())


@contextmanager
def recorded(connection: AsyncConnection) -> Iterator[Sequence[Statement]]:
    """Which statements the block runs."""
    seen: list[Statement] = []

    def note(_c: Any, _cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        seen.append(Statement(text, parameters))

    engine = connection.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
