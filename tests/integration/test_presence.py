"""A user who moves between instances stays online, and one who leaves is offline soon: leases in the real Valkey."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID, uuid4

import pytest

from persistence.redis.presence import RedisPresence
from tests.integration.logs import until
from tests.integration.namespaces import namespace


class Watched:
    """The presence of one instance, with its recorded changes of one user."""

    def __init__(self, redis_url: str, epoch: UUID) -> None:
        self.presence = RedisPresence(redis_url, namespace(epoch=epoch))
        self.received: list[tuple[UUID, bool]] = []
        self.presence.listen(lambda user_id, online: self.received.append((user_id, online)))

    async def exchange(self) -> None:
        """Write and read the leases now, as the instance does every few seconds."""
        await self.presence._exchange()
        self.presence._refresh()


@asynccontextmanager
async def instances(redis_url: str, count: int = 3) -> AsyncIterator[Sequence[Watched]]:
    """Instances that exchange leases when the test calls them."""
    epoch = uuid4()
    made = [Watched(redis_url, epoch) for _ in range(count)]
    async with AsyncExitStack() as stack:
        for one in made:
            stack.push_async_exit(one.presence)
        yield made


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 0, 1)], ids=str)
async def test_a_user_who_switches_instances_is_never_reported_offline(redis_url: str, order: tuple[int, ...]) -> None:
    user_id = uuid4()
    async with instances(redis_url) as made:
        old, new = made[0].presence, made[1].presence
        old.hold(user_id)
        for one in made:
            await one.exchange()
        old.release(user_id)
        for (
            number
        ) in order:  # the old instance has written that it left, and no other has written that the user arrived
            await made[number].exchange()
        new.hold(user_id)
        for number in order:
            await made[number].exchange()
            assert user_id in made[number].presence.online_ids()
        assert [one.received for one in made] == [[(user_id, True)]] * 3


async def test_reloading_a_page_reports_no_change(redis_url: str) -> None:
    user_id = uuid4()
    async with instances(redis_url, 2) as made:
        for _ in range(3):
            made[0].presence.hold(user_id)
            await made[0].exchange()
            made[0].presence.release(user_id)
            await made[0].exchange()
            await made[1].exchange()
        assert [one.received for one in made] == [[(user_id, True)]] * 2


@pytest.mark.parametrize("how", ["closed", "stopped"])
async def test_a_user_who_leaves_is_offline_after_the_grace_period(redis_url: str, how: str) -> None:
    user_id = uuid4()
    async with instances(redis_url, 2) as made, made[1].presence, AsyncExitStack() as first:
        await first.enter_async_context(made[0].presence)
        made[0].presence.hold(user_id)
        await until(lambda: made[1].received == [(user_id, True)])
        if how == "closed":
            made[0].presence.release(user_id)
            await until(lambda: made[0].received == [(user_id, True), (user_id, False)])
        else:
            await first.aclose()
        await until(lambda: made[1].received == [(user_id, True), (user_id, False)])
        assert not made[1].presence.online_ids()


async def test_a_lease_that_expires_in_the_far_future_is_not_accepted(redis_url: str) -> None:
    user_id = uuid4()
    async with instances(redis_url, 2) as made:
        made[0].presence.hold(user_id)
        await made[0].exchange()
        client, member = made[0].presence._redis, made[0].presence._member(user_id)
        key = made[0].presence._namespace.name("presence")
        await client.zadd(key, {member: 4_000_000_000})
        await made[1].exchange()
        assert user_id not in made[1].presence.online_ids()
        await made[0].exchange()
        await made[1].exchange()
        assert user_id in made[1].presence.online_ids(), "the instance that owns the lease renews it"
