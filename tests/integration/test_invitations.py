"""Invitations over PostgreSQL: one for each address, what ends with its sender, and what is pruned."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from api.bootstrap.core import Core, open_core
from domain.models.actor import Role, system
from domain.models.invitation import KEPT_AFTER_EXPIRY, Invitation
from domain.pagination import Window
from domain.services.user import CreateUser
from tests.api.conftest import settings_for

NOW = datetime.now(UTC)


@pytest.fixture
async def core(fresh_database_url: str, redis_url: str) -> AsyncIterator[Core]:
    async with open_core(settings_for(fresh_database_url, redis_url)) as opened:
        yield opened


def invitation(email: str, *, expires_at: datetime = NOW + timedelta(days=7)) -> Invitation:
    return Invitation(uuid4(), email, "Cy", Role.AUDITOR, NOW, expires_at)


async def put(core: Core, *entries: Invitation) -> list[Invitation]:
    async with core.store.write() as unit:
        stored = [await unit.invitations.put(entry) for entry in entries]
        await unit.commit()
    return stored


async def test_an_address_has_one_invitation_which_keeps_its_id(core: Core) -> None:
    first, second = await put(core, invitation("a@example.com"), invitation("a@example.com"))
    assert first.id == second.id
    async with core.store.write() as unit:
        assert await unit.invitations.get_for_update(first.id) == second
        assert list((await unit.invitations.page(Window())).items) == [second]


async def test_an_invitation_ends_with_the_account_that_sent_it(core: Core) -> None:
    inviter = (await core.users.create(system(), CreateUser("inviter@example.com", "Inviter"))).value
    sent = Invitation(uuid4(), "a@example.com", None, Role.MEMBER, NOW, NOW, inviter.id)
    by_command = invitation("b@example.com")
    await put(core, sent, by_command)
    await core.users.erase(system(), inviter.id)
    async with core.store.read() as unit:
        assert await unit.invitations.get_many([sent.id, by_command.id]) == {by_command.id: by_command}


async def test_only_invitations_that_expired_long_ago_are_pruned(core: Core) -> None:
    long_ago = NOW - KEPT_AFTER_EXPIRY - timedelta(hours=1)
    old, expired = invitation("a@example.com", expires_at=long_ago), invitation("b@example.com", expires_at=NOW)
    await put(core, old, expired)
    assert [count async for count in core.retention.prune_invitations(system())] == [1]
    async with core.store.read() as unit:
        assert await unit.invitations.find(old.id) is None
        assert await unit.invitations.find(expired.id) == expired
