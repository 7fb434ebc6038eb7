"""New users with their events, written by one statement: each value arrives as it was, and nothing is written by half."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import orjson
import pytest

from api.bootstrap.core import Core, open_core
from domain.models.actor import Actor, Origin, Role, system
from domain.models.event import APPENDED
from domain.models.user import user_created
from domain.services.user import new_user
from tests.api.conftest import settings_for
from tests.integration.logs import session


@pytest.fixture
async def core(fresh_database_url: str, redis_url: str) -> AsyncIterator[Core]:
    """The services over an empty directory."""
    async with open_core(settings_for(fresh_database_url, redis_url)) as opened:
        yield opened


async def test_what_is_added_is_read_back_as_it_was(core: Core, fresh_database_url: str) -> None:
    """Empty words, a name with every separator that texts may have, one row and many, nulls at every place."""
    now = core.clock.now()
    names = ["Ada", "\"a\", {b} \\ 'c'", "\t|\n", "NULL", "\N{SNOWMAN}\u2028", " ", "\\N"]
    for size in (1, len(names)):
        users = [new_user(f"u{size}.{n}@example.com", name, Role.AUDITOR, now) for n, name in enumerate(names[:size])]
        users[-1] = replace(users[-1], email_verified_at=now, last_seen_at=now, email=f"{'!' * size}@example.com")
        hashes = {u.id: "a hash" for u in users[::2]}
        actor = Actor(users[0].id, Role.ADMIN, users[-1].id, Origin("request-id", "192.0.2.1"))
        new = core.store.new_users()
        events = [user_created(actor, user) for user in users]
        for user, event in zip(users, events, strict=True):
            new.add(user, hashes.get(user.id), event)
        async with core.store.write() as unit:
            assert await unit.add_new(new) == set()
            assert await unit.add_new(new) == {u.id for u in users}, "and no event is appended"
            await unit.commit()
        async with core.store.read() as unit:
            found = await unit.users.get_many([u.id for u in users])
            assert found == {u.id: replace(u, can_sign_in=u.id in hashes) for u in users}
            assert await unit.users.password_hashes([u.id for u in users]) == hashes
        async with session(fresh_database_url) as connection:
            rows = await connection.fetch("select * from events order by ord")
        records = [{name: row[name] for name in APPENDED} for row in rows][-size:]
        assert [r | {"changes": orjson.loads(r["changes"])} for r in records] == [e.to_record() for e in events]


async def test_a_text_that_would_be_taken_for_several_is_not_written(core: Core) -> None:
    for character in "\x1e\x1f":
        new, user = core.store.new_users(), new_user("a@example.com", f"A{character}", Role.MEMBER, core.clock.now())
        new.add(user, None, user_created(system(), user))
        async with core.store.write() as unit:
            with pytest.raises(ValueError, match="control character"):
                await unit.add_new(new)
