"""A user's row and its event in one statement, on the real PostgreSQL: both or neither, without waiting for others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from api.bootstrap.core import Core, open_core
from domain.models.actor import Role, system
from domain.models.event import NewEvent
from domain.models.user import User, user_changed
from domain.services.user import CreateUser, UpdateUser
from tests.api.conftest import settings_for
from tests.integration.logs import session


@pytest.fixture
async def core(fresh_database_url: str, redis_url: str) -> AsyncIterator[Core]:
    """The services over an empty directory."""
    async with open_core(settings_for(fresh_database_url, redis_url)) as opened:
        yield opened


async def ada(core: Core) -> User:
    """A new user."""
    return (await core.users.create(system(), CreateUser("ada@example.com", "Ada Byron"))).value


def renamed(core: Core, user: User, name: str) -> tuple[User, NewEvent]:
    """The user with another name, and the event that says so."""
    after, changes = user.changed(core.clock.now(), display_name=name)
    [event] = user_changed(system(), user, after, changes)
    return after, event


async def rows(url: str, user: User) -> tuple[Any, list[Any]]:
    """The name and version in the table, and the events about the user."""
    async with session(url) as connection:
        [row] = await connection.fetch("select display_name, version from users where id = $1", user.id)
        return tuple(row), await connection.fetch(
            "select type, ord from events where user_id = $1 order by ord", user.id
        )


async def test_the_row_its_keys_and_the_event_are_written(core: Core, fresh_database_url: str) -> None:
    user = await ada(core)
    after, event = renamed(core, user, "Grace")
    position = await core.store.amend(after, event)
    row, events = await rows(fresh_database_url, user)
    assert row == ("Grace", 2)
    assert [tuple(e) for e in events][-1] == ("user_updated", position)
    assert (await core.users.page(core.users.query(system(), search="grace"))).items == [after]
    assert not (await core.users.page(core.users.query(system(), search="byron"))).items


async def test_an_older_version_writes_neither(core: Core, fresh_database_url: str) -> None:
    user = await ada(core)
    assert await core.store.amend(*renamed(core, user, "Grace"))
    assert await core.store.amend(*renamed(core, user, "Lovelace")) is None
    assert await core.store.amend(*renamed(core, replace(user, version=7), "Lovelace")) is None
    row, events = await rows(fresh_database_url, user)
    assert (row, len(events)) == (("Grace", 2), 2)


async def test_a_held_row_is_not_waited_for(core: Core, fresh_database_url: str) -> None:
    user = await ada(core)
    async with session(fresh_database_url) as holding, holding.transaction():
        await holding.execute("select from users where id = $1 for update", user.id)
        assert await core.store.amend(*renamed(core, user, "Grace")) is None
    assert (await rows(fresh_database_url, user))[0] == ("Ada Byron", 1)


async def test_many_writers_of_one_user_all_write_in_turn(core: Core, fresh_database_url: str) -> None:
    user = await ada(core)
    commands = [UpdateUser(user.id, display_name=f"Ada {number}") for number in range(20)]
    commands += [UpdateUser(user.id, role=Role.AUDITOR if number % 2 else Role.MEMBER) for number in range(10)]
    written = await asyncio.gather(*(core.users.update(system(), c) for c in commands))
    changed = sorted((one.position, one.value.version) for one in written if one.position is not None)
    (_, version), events = await rows(fresh_database_url, user)
    assert [place for place, _ in changed] == [event["ord"] for event in events[1:]]
    assert [number for _, number in changed] == list(range(2, version + 1)), "events are in the order of the versions"
    assert len(changed) >= 20
