"""A migration gives stored e-mail addresses one form of their domain, each with an event; no account is lost."""

from __future__ import annotations

import asyncio
import itertools
import logging
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import orjson
import pytest
from alembic import command

from api.addresses import DatabaseAddress
from api.cli.local.upgrade import alembic_config
from tests.conftest import TestEngines

BEFORE, HERE = "0005", "0006"
VERIFIED = datetime(2026, 1, 1, tzinfo=UTC)
numbers = itertools.count()


@pytest.fixture
def url(engines: TestEngines, worker_id: str) -> str:
    """A database at the previous revision."""
    name = f"addresses_{worker_id}_{next(numbers)}"
    engines.execute(f"create database {name}")
    address = engines.address(name)
    command.upgrade(alembic_config(DatabaseAddress(address)), BEFORE)
    return address


def fetch(url: str, statement: str, *arguments: object) -> list[asyncpg.Record]:
    """Run one statement."""

    async def run() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    return asyncio.run(run())


def add(url: str, number: int, email: str, status: str = "active", password: str | None = "hash") -> None:
    """Insert a user with this number as id, and a verified address."""
    statement = """insert into users (id, email, display_name, name_key, status, password_hash, email_verified_at)
                   values ($1, $2, 'Ada', 'ada', $3, $4, $5)"""
    fetch(url, statement, UUID(int=number), email, status, password, VERIFIED)


def emails(url: str) -> dict[int, str]:
    """The addresses by number."""
    return {row["id"].int: row["email"] for row in fetch(url, "select id, email from users order by id")}


def migrate(url: str, *, down: bool = False) -> None:
    """Migrate one step up or down."""
    config = alembic_config(DatabaseAddress(url))
    if down:
        command.downgrade(config, BEFORE)
    else:
        command.upgrade(config, HERE)


def test_domains_become_u_labels_and_nothing_else_changes(url: str) -> None:
    stored = {
        1: "ada@xn--mnchen-3ya.example",
        2: "bo@mail.xn--fa-hia.de",
        3: "cy@münchen.example",
        4: "dora@example.com",
        5: "xn--eve@example.com",
        6: "fay@xn--a.example",  # not valid, and therefore left to an admin
        7: "gus@xn--strae-oqa.xn--p1ai",
    }
    for number, email in stored.items():
        add(url, number, email, "disabled" if number == 2 else "active")
    before = {row["id"].int: dict(row) for row in fetch(url, "select * from users")}
    migrate(url)
    moved = {1: "ada@münchen.example", 2: "bo@mail.faß.de", 7: "gus@straße.рф"}
    assert emails(url) == stored | moved
    changing = {"email", "version", "updated_at"}
    for row in fetch(url, "select * from users"):
        old = before[row["id"].int]
        assert row["version"] == (2 if row["id"].int in moved else 1)
        assert {k: v for k, v in row.items() if k not in changing} == {
            k: v for k, v in old.items() if k not in changing
        }


def test_each_change_has_its_event(url: str) -> None:
    add(url, 1, "ada@xn--mnchen-3ya.example")
    add(url, 2, "bo@xn--fa-hia.de", "deleted")
    add(url, 3, "cy@example.com")
    migrate(url)
    events = fetch(url, "select * from events order by user_id")
    assert [(e["type"], e["subject_kind"], e["subject_id"], e["user_id"].int) for e in events] == [
        ("user_updated", "user", UUID(int=1), 1),
        ("user_updated", "user", UUID(int=2), 2),
    ]
    assert [orjson.loads(e["changes"]) for e in events] == [
        [{"field": "email", "before": "ada@xn--mnchen-3ya.example", "after": "ada@münchen.example"}],
        [{"field": "email", "before": "bo@xn--fa-hia.de", "after": "bo@faß.de"}],
    ]
    assert [(e["audience_before"], e["audience_after"]) for e in events] == [("everyone",) * 2, ("auditors",) * 2]
    assert {(e["user_version"], e["actor_id"], e["seq"]) for e in events} == {(2, None, None)}


U_LABEL, A_LABEL = "ada@münchen.example", "ada@xn--mnchen-3ya.example"


@pytest.mark.parametrize("ids", [(1, 2), (2, 1)])
@pytest.mark.parametrize(
    ("of_u_label", "of_a_label", "keeps"),
    [
        (("active", "hash"), ("active", "hash"), "u"),
        (("active", None), ("active", None), "u"),
        (("active", "hash"), ("active", None), "u"),
        (("disabled", None), ("deleted", "hash"), "u"),
        (("active", None), ("active", "hash"), "a"),
        (("deleted", "hash"), ("disabled", None), "a"),
        (("disabled", "hash"), ("active", None), "a"),
    ],
)
def test_of_two_accounts_the_one_in_use_keeps_the_address(
    url: str,
    caplog: pytest.LogCaptureFixture,
    ids: tuple[int, int],
    of_u_label: tuple[str, str | None],
    of_a_label: tuple[str, str | None],
    keeps: str,
) -> None:
    add(url, ids[0], U_LABEL, *of_u_label)
    add(url, ids[1], A_LABEL, *of_a_label)
    with caplog.at_level(logging.WARNING):
        migrate(url)
    kept, other = ids if keeps == "u" else ids[::-1]
    assert emails(url) == {kept: U_LABEL, other: A_LABEL}, "both accounts still exist"
    (warning,) = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert warning.startswith("1 users have an address that another user has")
    assert str(UUID(int=other)) in warning
    assert str(UUID(int=kept)) not in warning
    assert "ada@" not in warning
    changed = fetch(url, "select user_id, user_version from events order by ord")
    assert [(e["user_id"].int, e["user_version"]) for e in changed] == ([] if keeps == "u" else [(kept, 2), (other, 2)])


@pytest.mark.parametrize("ids", [(1, 2), (2, 1)])
def test_of_two_spellings_that_both_change_the_one_in_use_gets_the_address(url: str, ids: tuple[int, int]) -> None:
    disabled, active = ids
    add(url, disabled, "ada@xn--mnchen-3ya.рф", "disabled")
    add(url, active, "ada@münchen.xn--p1ai")
    migrate(url)
    assert emails(url) == {disabled: "ada@xn--mnchen-3ya.рф", active: "ada@münchen.рф"}


def test_more_rows_than_a_batch_are_migrated(url: str) -> None:
    rows = """insert into users (email, display_name, name_key)
              select 'user' || n || '@xn--mnchen-3ya.example', 'Ada', 'ada' from generate_series(1, 5003) n"""
    fetch(url, rows)
    migrate(url)
    count = "select count(*) from users where email like '%@münchen.example'"
    assert fetch(url, count)[0][0] == fetch(url, "select count(*) from events")[0][0] == 5003


def test_the_downgrade_keeps_what_the_previous_release_can_find(url: str) -> None:
    for number, email in enumerate(("ada@xn--mnchen-3ya.example", "bo@xn--fa-hia.de", "cy@xn--kxa6ajbbmh.gr"), 1):
        add(url, number, email)
    migrate(url)
    assert emails(url) == {1: "ada@münchen.example", 2: "bo@faß.de", 3: "cy@σίσυφος.gr"}
    migrate(url, down=True)
    assert emails(url) == {1: "ada@münchen.example", 2: "bo@xn--fa-hia.de", 3: "cy@xn--kxa6ajbbmh.gr"}
    migrate(url)
    assert emails(url) == {1: "ada@münchen.example", 2: "bo@faß.de", 3: "cy@σίσυφος.gr"}
