"""The queue of webhooks over the fakes: what is put into it, and what becomes of deliveries."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.errors import Forbidden, ValidationFailed
from domain.models.actor import Actor, Role, system
from domain.models.event_types import EventType
from domain.models.user import Status
from domain.models.webhook_delivery import (
    GIVE_UP_AFTER,
    KEPT_DELIVERED,
    KEPT_FAILED,
    LAST_RETRY,
    DeliveryState,
    NotAccepted,
    retry_delay,
)
from domain.pagination import Window
from domain.services.webhook import CreateWebhookEndpoint, UpdateWebhookEndpoint
from domain.services.webhook_sending import NotComposed
from tests.unit.hooks import ADMIN, PLACE, Hooks


@pytest.fixture
def hooks() -> Hooks:
    return Hooks()


async def test_each_endpoint_gets_the_types_that_it_wants(hooks: Hooks) -> None:
    everything = await hooks.endpoint()
    renames = await hooks.endpoint(PLACE, EventType.USER_UPDATED)
    disabled = await hooks.endpoint()
    await hooks.admin.update(ADMIN, UpdateWebhookEndpoint(disabled.id, enabled=False))
    await hooks.queue()
    hooks.world.store.state.deliveries.clear()
    user = await hooks.world.user()
    await hooks.rename(user, "Other")
    found = [(d.endpoint_id, d.type) for d in await hooks.queue()]
    assert found == [
        (everything.id, EventType.USER_CREATED),
        (everything.id, EventType.USER_UPDATED),
        (renames.id, EventType.USER_UPDATED),
    ]
    assert not await hooks.sending.read_log(), "the position has moved"


async def test_events_of_before_an_endpoint_was_created_or_enabled_are_not_sent_to_it(hooks: Hooks) -> None:
    await hooks.world.user("before@example.com")
    command = CreateWebhookEndpoint("Mine", PLACE, frozenset({EventType.USER_CREATED}))
    made = (await hooks.admin.create(ADMIN, command)).value.endpoint
    after = await hooks.world.user("after@example.com")
    assert [d.owner_id for d in await hooks.queue()] == [after.id]
    await hooks.admin.update(ADMIN, UpdateWebhookEndpoint(made.id, enabled=False))
    await hooks.world.user("meanwhile@example.com")
    await hooks.admin.update(ADMIN, UpdateWebhookEndpoint(made.id, enabled=True))
    later = await hooks.world.user("later@example.com")
    assert [d.owner_id for d in await hooks.queue()] == [after.id, later.id]


async def test_a_batch_of_the_log_that_is_full_is_followed_by_another(hooks: Hooks) -> None:
    await hooks.endpoint(PLACE, EventType.USER_CREATED)
    for number in range(205):
        await hooks.world.user(f"u{number}@example.com")
    assert await hooks.sending.read_log()
    assert not await hooks.sending.read_log()
    assert len(hooks.deliveries) == 205


async def test_an_erased_user_s_data_is_not_sent_by_a_delivery_that_waited(hooks: Hooks) -> None:
    await hooks.endpoint(PLACE, EventType.USER_CREATED)
    user = await hooks.world.user("erased@example.com")
    (delivery,) = await hooks.queue()
    assert b"erased@example.com" in (await hooks.sending.compose(delivery)).body
    deleted = (await hooks.world.users.set_status(system(), user.id, Status.DELETED)).value
    await hooks.world.users.erase(system(), deleted.id)
    body = (await hooks.sending.compose(delivery)).body
    assert b"erased@example.com" not in body
    assert str(user.id).encode() in body


async def test_what_cannot_be_composed_fails_with_the_reason(hooks: Hooks) -> None:
    endpoint = await hooks.endpoint()
    await hooks.world.user()
    (delivery,) = await hooks.queue()
    hooks.secrets.key = "another"
    with pytest.raises(NotComposed, match="SECRET_KEY"):
        await hooks.sending.compose(delivery)
    del hooks.world.store.state.webhooks[endpoint.id]
    with pytest.raises(NotComposed):
        await hooks.sending.compose(delivery)


def test_the_delays_double_up_to_an_hour() -> None:
    assert [retry_delay(n).total_seconds() for n in (1, 2, 3, 4)] == [5, 10, 20, 40]
    assert retry_delay(50) == LAST_RETRY == timedelta(hours=1)


async def test_a_delivery_that_is_not_accepted_waits_and_is_given_up_after_three_days(hooks: Hooks) -> None:
    await hooks.endpoint()
    await hooks.world.user()
    await hooks.queue()
    queued_at = hooks.world.clock.now()
    while True:
        (claimed,) = await hooks.sending.claim(1, [])
        kept = await hooks.sending.retry_later(claimed, NotAccepted("It answered with the status 500", 500))
        (delivery,) = hooks.deliveries
        if not kept:
            break
        assert delivery.state is DeliveryState.PENDING
        assert (delivery.last_status, delivery.last_fault) == (500, "It answered with the status 500")
        assert delivery.next_at == hooks.world.store.time + retry_delay(claimed.attempts)
        assert not await hooks.sending.claim(1, [])
        hooks.pass_time(seconds=retry_delay(claimed.attempts).total_seconds())
    assert hooks.world.clock.now() - queued_at >= GIVE_UP_AFTER
    assert hooks.world.clock.now() - queued_at < GIVE_UP_AFTER + LAST_RETRY
    assert (delivery.state, delivery.next_at, delivery.attempts) == (DeliveryState.FAILED, None, claimed.attempts)
    assert claimed.attempts > 72


@pytest.mark.parametrize(("wished", "waits"), [(120, 120), (1, 5), (10**6, 3600)])
async def test_a_receiver_may_ask_for_a_longer_wait_but_not_for_a_very_long_one(
    hooks: Hooks, wished: int, waits: int
) -> None:
    await hooks.endpoint()
    await hooks.world.user()
    await hooks.queue()
    (claimed,) = await hooks.sending.claim(1, [])
    await hooks.sending.retry_later(claimed, NotAccepted("later", 429, timedelta(seconds=wished)))
    assert hooks.deliveries[0].next_at == hooks.world.store.time + timedelta(seconds=waits)


async def test_a_receiver_that_ends_it_disables_its_endpoint(hooks: Hooks) -> None:
    endpoint = await hooks.endpoint()
    await hooks.world.user()
    await hooks.queue()
    (claimed,) = await hooks.sending.claim(1, [])
    assert not await hooks.sending.retry_later(claimed, NotAccepted("gone", 410))
    assert not hooks.stored(endpoint).enabled
    assert hooks.deliveries[0].state is DeliveryState.FAILED
    event = hooks.world.store.state.events[-1]
    assert (event.type, event.actor_id) == (EventType.WEBHOOK_ENDPOINT_UPDATED, None)


async def test_a_failed_delivery_is_made_anew_by_an_admin(hooks: Hooks) -> None:
    endpoint = await hooks.endpoint()
    for number in range(3):
        await hooks.world.user(f"u{number}@example.com")
    first, *_ = await hooks.queue()
    with pytest.raises(ValidationFailed):
        await hooks.admin.redeliver(ADMIN, first.id)
    for claimed in await hooks.sending.claim(10, []):
        await hooks.sending.fail(claimed, "no")
    hooks.pass_time(days=4)
    failed = await hooks.admin.deliveries(ADMIN, endpoint.id, DeliveryState.FAILED, Window())
    assert len(failed.items) == 3
    again = await hooks.admin.redeliver(ADMIN, first.id)
    assert (again.state, again.attempts, again.queued_at) == (DeliveryState.PENDING, 0, hooks.world.store.time)
    assert await hooks.admin.redeliver_failed(ADMIN, endpoint.id) == 2
    assert {d.state for d in hooks.deliveries} == {DeliveryState.PENDING}
    assert len(await hooks.sending.claim(10, [])) == 3


async def test_deliveries_are_deleted_some_days_after_they_ended(hooks: Hooks) -> None:
    await hooks.endpoint()
    users = [await hooks.world.user(f"u{number}@example.com") for number in range(3)]
    await hooks.queue()
    delivered, failed = await hooks.sending.claim(2, [])
    await hooks.sending.delivered(delivered, 204)
    await hooks.sending.fail(failed, "no")

    async def prune() -> int:
        return sum([n async for n in hooks.retention.prune_webhooks(system())])

    hooks.pass_time(days=KEPT_DELIVERED.days)
    assert await prune() == 0
    hooks.pass_time(seconds=1)
    assert await prune() == 1
    hooks.pass_time(days=KEPT_FAILED.days)
    assert await prune() == 1
    assert [(d.owner_id, d.state) for d in hooks.deliveries] == [(users[2].id, DeliveryState.PENDING)]
    with pytest.raises(Forbidden):
        _ = [n async for n in hooks.retention.prune_webhooks(Actor(uuid4(), Role.AUDITOR))]
