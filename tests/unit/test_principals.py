"""What the directory says of a session is cached for a short time, and dropped when something changes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from api.auth.principals import PrincipalCache
from domain.errors import (
    AccountDisabled,
)
from domain.models.session import Principal
from domain.models.user import Status
from tests.unit.desk import Desk, outcome, request


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_session_is_marked_as_seen_once_a_minute(desk: Desk) -> None:
    scope = request(authorization=f"Bearer {desk.token}")
    session = desk.principal.session_id
    await desk.auth.require(scope)
    first, desk.auth.seen = desk.auth.seen, {}
    assert first == {session: (desk.principal.user_id, desk.time)}
    desk.time += timedelta(seconds=59)
    await desk.auth.require(scope)
    assert not desk.auth.seen
    desk.time += timedelta(seconds=1)
    await desk.auth.require(scope)
    assert list(desk.auth.seen) == [session]


async def test_the_directory_is_queried_once_until_something_changes(desk: Desk) -> None:
    scope = request(authorization=f"Bearer {desk.token}")
    for _ in range(3):
        await desk.auth.require(scope)
    assert desk.lookups == 1
    desk.change_user(status=Status.DISABLED)
    assert await outcome(desk, scope) is AccountDisabled
    assert desk.lookups == 2


async def test_a_concurrent_look_up_does_not_restore_a_stale_answer(desk: Desk) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(session_ids: Sequence[UUID]) -> Mapping[UUID, Principal]:
        found = await desk.find(session_ids)
        begun.set()
        await go.wait()
        return found

    cache = PrincipalCache(slow)
    session = desk.principal.session_id
    looking = asyncio.create_task(cache.get(session))
    await begun.wait()
    desk.known[session] = replace(desk.principal, status=Status.DISABLED)
    cache.forget(desk.principal.user_id)
    go.set()
    await looking
    found = await cache.get(session)
    assert found is not None
    assert found.status is Status.DISABLED


async def test_an_answer_is_cached_for_a_short_time_only(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    session = desk.principal.session_id
    await desk.principals.get(session)
    monkeypatch.setattr("api.auth.principals.KEPT_SECONDS", 0.0)
    await desk.principals.get(session)
    assert desk.lookups == 2


async def test_the_cache_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.auth.principals.KEPT", 2)
    for i in range(5):
        session, user = UUID(int=i), UUID(int=100 + i)
        desk.known[session] = replace(desk.principal, session_id=session, user_id=user)
        await desk.principals.get(session)
    assert len(desk.principals._kept) == len(desk.principals._by_user) == 2
