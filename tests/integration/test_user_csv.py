"""Lines of CSV that the database writes are byte for byte those that the writer writes."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.files import exporting
from api.files.columns import FORMULA_STARTS
from api.files.exporting import PRESENT
from api.files.reader import Form
from api.files.writer import UserWriter
from domain.models.actor import Actor, Role, system
from domain.models.directory import UserFilter, UserQuery, UserSort
from domain.models.user import Status, User
from domain.pagination import Window
from domain.services.directory import DirectoryService
from persistence.database import Database
from persistence.store import SqlStore
from persistence.user_csv import can_write
from tests.integration.users import add_users
from tests.unit.fakes import FakePresence

PIECES = [
    *FORMULA_STARTS,
    *("'", '"', '""', ",", " ", "\t", "\r", "\\", "\\.", "\\N", "NULL", "A", "z", "[", "{", "~", "0"),
    *(
        "\x7f",
        "\x85",
        "\xa0",
        "\xff",
        "\u0100",
        "\u2028",
        "\ufeff",
        "\U0001f600",
        "\u0628",
        "e\u0301",
        "\N{LATIN SMALL LETTER E WITH ACUTE}",
    ),
]
START = datetime(2026, 1, 1, tzinfo=UTC)
MICROSECONDS = [0, 1, 10, 100_000, 120_000, 123_456, 999_999, 500_000, 1000]


def directory(seed: int, count: int, pieces: Sequence[str]) -> list[User]:
    """Users of every kind, some of whom were created in the same moment."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    users = []
    for number in range(count):
        first_piece = pieces[number % len(pieces)]  # each once as the beginning, and as the whole
        name = first_piece + "".join(chance.choices(pieces, k=chance.randint(0, 5) if number >= len(pieces) else 0))
        first = chance.choice([*"abc=+-@'\",\u00e9", "\uff1d"])
        at = START + timedelta(
            days=chance.randint(0, 20_000) if number % 2 else 0, microseconds=chance.choice(MICROSECONDS)
        )
        seen = None if chance.random() < 0.5 else at + timedelta(microseconds=chance.choice(MICROSECONDS))
        verified = at if chance.random() < 0.5 else None
        role, status = chance.choice(list(Role)), chance.choice(list(Status))
        email = f"{first}{number}@example.com"
        name = "" if number == 0 else name
        users.append(User(UUID(int=chance.getrandbits(128)), email, name, role, status, 1, at, at, verified, seen))
    return users


@pytest.fixture
async def database(fresh_database_url: str) -> AsyncIterator[Database]:
    """A database without users."""
    async with Database(fresh_database_url, pool_size=2) as database:
        yield database


async def fill(database: Database, users: Sequence[User]) -> None:
    """Replace all users."""
    async with database.primary.begin() as connection:
        await connection.execute(text("delete from users"))
        await add_users(connection, users)


def expected(users: Sequence[User], wanted: UserFilter, *, descending: bool = False) -> str:
    """The lines of an export by an admin."""
    found = [u for u in users if wanted.matches(u, frozenset())]
    ordered = sorted(found, key=lambda u: (u.created_at, u.id), reverse=descending)
    writer = UserWriter(Form.CSV, system())
    return writer.header() + writer.lines(ordered)


FILTERS = [
    UserFilter(PRESENT),
    UserFilter(frozenset(Status)),
    UserFilter(frozenset({Status.ACTIVE}), frozenset({Role.ADMIN, Role.AUDITOR}), email_verified=True),
    UserFilter(PRESENT, can_sign_in=True),
]


@pytest.mark.parametrize("size", [1, 7, 5000])
async def test_pages_of_any_size_are_the_file_that_the_writer_writes(database: Database, size: int) -> None:
    store, users = SqlStore(database), directory(size, 2 * len(PIECES), PIECES)
    await fill(database, users)
    for wanted in FILTERS:
        for descending in (False, True):
            query, written, cursor = (
                UserQuery(filter=wanted, descending=descending),
                UserWriter(Form.CSV, system()).header(),
                None,
            )
            for _ in range(len(users) + 1):
                lines = await store.csv_of_users(replace(query, window=Window(size, after=cursor)))
                assert lines is not None, "no text of these has a line feed"
                assert lines.count <= size
                written, cursor = written + lines.text, lines.end
                if cursor is None:
                    break
            assert written == expected(users, wanted, descending=descending)


async def test_an_export_is_the_same_where_a_page_has_to_be_written_here(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line feed in a name makes a page's lines uncertain: these users are read, and the pages after are written again."""
    monkeypatch.setattr(exporting, "LINES_PART", 10)
    monkeypatch.setattr(exporting, "PART", 4)
    users = directory(1, 120, [*PIECES])
    users[50] = replace(users[50], display_name='a\n"b",c,2026-01-01 00:00:00+00,\r\n', status=Status.ACTIVE)
    await fill(database, users)
    service = DirectoryService(SqlStore(database), FakePresence())
    parts = [part async for part in exporting.export_users(service, system(), Form.CSV)]
    assert "".join(text for text, _ in parts) == expected(users, UserFilter(PRESENT))
    counts = [count for _, count in parts]
    assert 10 in counts
    assert 4 in counts
    assert sum(counts) == sum(u.status in PRESENT for u in users)


async def test_who_may_not_see_every_address_gets_the_lines_that_the_writer_writes(database: Database) -> None:
    users = [replace(u, status=Status.ACTIVE) for u in directory(2, 30, PIECES)]
    await fill(database, users)
    service = DirectoryService(SqlStore(database), FakePresence())
    member = Actor(users[3].id, Role.MEMBER, UUID(int=5))
    assert await service.csv_lines(member, service.query(member)) is None
    parts = [text async for text, _ in exporting.export_users(service, member, Form.CSV)]
    writer = UserWriter(Form.CSV, member)
    assert "".join(parts) == writer.header() + writer.lines(sorted(users, key=lambda u: (u.created_at, u.id)))


@pytest.mark.parametrize(
    "query",
    [
        UserQuery(sort=UserSort.EMAIL),
        UserQuery(by_email=False),
        UserQuery(filter=UserFilter(created_after=START)),
        UserQuery(filter=UserFilter(email="a@example.com")),
        UserQuery(window=Window(before="x")),
    ],
)
async def test_what_the_database_cannot_write_is_left_to_the_caller(database: Database, query: UserQuery) -> None:
    assert not can_write(query)
    assert await SqlStore(database).csv_of_users(query) is None
