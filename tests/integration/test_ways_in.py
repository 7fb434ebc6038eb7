"""Who can sign in, on the real PostgreSQL: pages, searches and counts follow a first password, and a migration knows old ones."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator

import asyncpg
import pytest
from alembic import command

from api.addresses import DatabaseAddress
from api.bootstrap.core import Core, open_core
from api.cli.local.upgrade import alembic_config
from domain.errors import LastAdmin
from domain.models.actor import Role, system
from domain.models.directory import UserFilter, UserSort
from domain.models.user import Status, User
from domain.pagination import Window
from domain.services.importing import ImportRow
from domain.services.user import CreateUser, UpdateUser
from tests.api.conftest import PASSWORD, settings_for
from tests.conftest import TestEngines

IN_STEP = """
select (select count(*) from user_words w join users u on u.id = w.user_id where w.traits <> u.traits) as words,
  (select array_agg((traits, n) order by traits) from
    (select traits, sum(n)::bigint as n from user_counts group by 1 having sum(n) <> 0) k)
  is not distinct from
  (select array_agg((traits, n) order by traits) from (select traits, count(*) as n from users group by 1) c) as counts
"""
numbers = itertools.count()


@pytest.fixture
async def core(fresh_database_url: str, redis_url: str) -> AsyncIterator[Core]:
    """The services on a database of the test's own."""
    async with open_core(settings_for(fresh_database_url, redis_url)) as opened:
        yield opened


async def make(core: Core, name: str, password: str | None, role: Role = Role.MEMBER) -> User:
    email = f"{name.lower()}@example.com"
    return (await core.users.create(system(), CreateUser(email, f"{name} Fox", role, password))).value


async def found(core: Core, *, can_sign_in: bool, search: str | None = None, sort: UserSort | None = None) -> list[str]:
    """The names on the page, as many as are counted, each of which a feed would show too."""
    query = core.users.query(system(), Window(100), search, UserFilter(can_sign_in=can_sign_in), sort)
    users = (await core.users.page(query)).items
    assert (await core.users.count(query)).value == len(users)
    assert all(await core.users.matching(query, users))
    assert {u.can_sign_in for u in users} <= {can_sign_in}
    return sorted(u.display_name.split()[0] for u in users)


@pytest.mark.parametrize("search", [None, "fox", "bo"])
async def test_a_first_password_moves_a_user_from_one_list_to_the_other(core: Core, search: str | None) -> None:
    await make(core, "Ada", PASSWORD)
    bo = await make(core, "Bo", None)
    await core.imports.import_batch(system(), [ImportRow(2, "cy@example.com", "Cy Bobbin", "")])
    matched = {None: ["Ada", "Bo", "Cy"], "fox": ["Ada", "Bo"], "bo": ["Bo", "Cy"]}[search]
    for sort in (None, *(s for s in UserSort if s is not UserSort.RELEVANCE)):
        assert await found(core, can_sign_in=False, search=search, sort=sort) == [n for n in matched if n != "Ada"]
        assert await found(core, can_sign_in=True, search=search, sort=sort) == [n for n in matched if n == "Ada"]
    changed = (await core.users.update(system(), UpdateUser(bo.id, password=PASSWORD))).value
    async with core.store.read() as unit:
        assert await unit.users.get(bo.id) == changed
        assert await unit.users.get_many([bo.id]) == {bo.id: changed}
    assert await found(core, can_sign_in=False, search=search) == [n for n in matched if n == "Cy"]
    assert await found(core, can_sign_in=True, search=search) == [n for n in matched if n != "Cy"]


async def test_words_and_counts_stay_in_step(core: Core, fresh_database_url: str) -> None:
    bo = await make(core, "Bo", None)
    await core.users.update(system(), UpdateUser(bo.id, password=PASSWORD))
    await core.users.update(system(), UpdateUser(bo.id, password="another password", role=Role.AUDITOR))
    connection = await asyncpg.connect(fresh_database_url)
    assert [tuple(row) for row in await connection.fetch(IN_STEP)] == [(0, True)]
    await connection.close()


async def removals(core: Core, user: User) -> list[str]:
    """What is refused of all ways to take an admin from the directory, and how; an import names its field."""
    attempts = {
        "role": core.users.update(system(), UpdateUser(user.id, role=Role.MEMBER)),
        "disabled": core.users.set_status(system(), user.id, Status.DISABLED),
        "deleted": core.users.set_status(system(), user.id, Status.DELETED),
        "erased": core.users.erase(system(), user.id),
    }
    refused = []
    for name, attempt in attempts.items():
        try:
            await attempt
        except LastAdmin:
            refused.append(name)
    for row in (ImportRow(2, user.email, role="member"), ImportRow(2, user.email, status="disabled")):
        result = await core.imports.import_batch(system(), [row])
        refused += [f"{r.code} {r.field}" for r in result.refused]
    return refused


async def test_an_admin_who_cannot_sign_in_does_not_count(core: Core) -> None:
    ada, bo = await make(core, "Ada", PASSWORD, Role.ADMIN), await make(core, "Bo", None, Role.ADMIN)
    for status in (Status.DISABLED, Status.DELETED):
        other = await make(core, str(status), PASSWORD, Role.ADMIN)
        await core.users.set_status(system(), other.id, status)
    refused = ["role", "disabled", "deleted", "erased", "LAST_ADMIN role", "LAST_ADMIN status"]
    assert await removals(core, ada) == refused
    await core.users.update(system(), UpdateUser(bo.id, password=PASSWORD))
    await core.users.set_status(system(), ada.id, Status.DELETED)
    assert await removals(core, bo) == refused


STORED = """
insert into users (email, display_name, name_key, role, status, email_verified_at, password_hash) values
  ('ada@example.org', 'Ada Fox', 'ada fox', 'admin', 'active', now(), 'hash'),
  ('bo@example.org', 'Bo Fox', 'bo fox', 'member', 'disabled', null, null),
  ('cy@example.org', 'Cy Fox', 'cy fox', 'auditor', 'deleted', null, 'hash');
"""
TRAITS = "select traits from users order by email"


def test_users_with_a_password_are_known_and_both_ways_keep_every_user(engines: TestEngines, worker_id: str) -> None:
    name = f"ways_{worker_id}_{next(numbers)}"
    engines.execute(f"create database {name}")
    url = engines.address(name)
    config = alembic_config(DatabaseAddress(url))

    def fetch(statement: str) -> list[asyncpg.Record]:
        async def run() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(url)
            try:
                return list(await connection.fetch(statement))
            finally:
                await connection.close()

        return asyncio.run(run())

    command.upgrade(config, "0008")
    fetch(STORED.strip().removesuffix(";"))
    old = [tuple(r) for r in fetch("select * from users order by id")]
    for _ in range(2):
        assert [r["traits"] for r in fetch(TRAITS)] == [5, 6, 14]
        command.upgrade(config, "0009")
        assert [r["traits"] for r in fetch(TRAITS)] == [23, 6, 32]
        assert [tuple(r) for r in fetch(IN_STEP)] == [(0, True)]
        fetch("update users set password_hash = 'new' where email = 'bo@example.org'")
        fetch("update users set password_hash = null where email = 'bo@example.org'")
        assert [tuple(r) for r in fetch(IN_STEP)] == [(0, True)]
        command.downgrade(config, "0008")
        assert [tuple(r) for r in fetch(IN_STEP)] == [(0, True)]
    assert [tuple(r) for r in fetch("select * from users order by id")] == old
