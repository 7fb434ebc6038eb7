"""The jobs that send webhooks, over a real HTTP receiver that refuses and stalls."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import pytest

from api.jobs import webhooks as jobs_module
from api.jobs.webhooks import SENDERS_EACH, WebhookJobs
from api.webhooks.addresses import Addresses
from api.webhooks.transport import HttpWebhookTransport
from domain.errors import Unavailable
from domain.models.event_types import EventType
from domain.models.webhook_delivery import (
    DeliveryState,
    WebhookDelivery,
)
from domain.services.webhook import CreateWebhookEndpoint, UpdateWebhookEndpoint
from tests.logged import logged
from tests.receiver import STALL, Receiver, receiving
from tests.unit.hooks import ADMIN, PLACE, Hooks


@pytest.fixture
def hooks() -> Hooks:
    return Hooks()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


def transport(seconds: float = 60.0) -> HttpWebhookTransport:
    return HttpWebhookTransport(Addresses([ipaddress.ip_network("127.0.0.0/8")]), seconds=seconds)


@asynccontextmanager
async def running(hooks: Hooks, jobs: WebhookJobs) -> AsyncIterator[WebhookJobs]:
    """The jobs, with time passing while nothing is being sent."""

    def now() -> float:
        return hooks.world.store.time.timestamp()

    jobs._clock = now

    async def hurry() -> None:
        while True:
            await asyncio.sleep(0.02)
            hooks.sending.noticed(hooks.world.store.state.log.events()[-1:])
            if not jobs._deliveries:
                hooks.world.store.time += timedelta(minutes=10)

    async with jobs:
        passing = asyncio.create_task(hurry())
        try:
            yield jobs
        finally:
            passing.cancel()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(120):
        while not condition():
            await asyncio.sleep(0.01)


def jobs_of(hooks: Hooks, seconds: float = 60.0) -> WebhookJobs:
    return WebhookJobs(hooks.sending, transport(seconds), poll=0.05)


async def test_an_event_is_sent_once_and_noted(hooks: Hooks, receiver: Receiver) -> None:
    await hooks.endpoint(receiver.url())
    async with running(hooks, jobs_of(hooks)) as jobs:
        await hooks.world.user()
        await until(lambda: jobs.results["delivered"] == 1)
    (received,) = receiver.received
    assert received.data["type"] == "user_created"
    (delivery,) = hooks.deliveries
    assert (delivery.state, delivery.last_status, delivery.last_fault) == (DeliveryState.DELIVERED, 200, None)


async def test_for_each_user_the_order_is_kept_while_a_receiver_refuses(hooks: Hooks, receiver: Receiver) -> None:
    one, other = await hooks.world.user("one@example.com"), await hooks.world.user("other@example.com")
    await hooks.endpoint(receiver.url(), EventType.USER_UPDATED)
    receiver.answers.extend(["500 No", "200 OK", "503 No", "429 No", "400 No", "200 OK"] * 5)
    for number in range(10):
        for user in (one, other):
            await hooks.rename(user, f"Name {number}")
    async with running(hooks, jobs_of(hooks)) as jobs:
        await until(lambda: jobs.results["delivered"] == 20)
    for user in (one, other):
        own = [r.data for r in receiver.received if r.data["data"]["userId"] == str(user.id)]
        names = [d["data"]["changes"][0]["after"] for d in own]
        assert [n for i, n in enumerate(names) if n not in names[:i]] == [f"Name {n}" for n in range(10)]
        assert names == sorted(names), "no later event comes before an earlier one was accepted"
    assert jobs.results["postponed"] > 0


async def test_an_event_is_sent_again_if_it_could_not_be_noted(hooks: Hooks, receiver: Receiver) -> None:
    await hooks.endpoint(receiver.url())
    faults = [Unavailable(), Unavailable()]
    noted = hooks.sending.delivered

    async def failing(delivery: WebhookDelivery, status: int) -> None:
        if faults:
            raise faults.pop()
        await noted(delivery, status)

    cast("Any", hooks.sending).delivered = failing
    async with running(hooks, jobs_of(hooks)):
        await hooks.world.user()
        await until(lambda: [d.state for d in hooks.deliveries] == [DeliveryState.DELIVERED])
    assert receiver.received


async def test_an_endpoint_that_does_not_answer_takes_nothing_from_another(hooks: Hooks, receiver: Receiver) -> None:
    async with receiving() as stalling:
        stalling.answer = STALL
        slow = await hooks.endpoint(stalling.url(), EventType.USER_CREATED)
        fast = await hooks.endpoint(receiver.url(), EventType.USER_CREATED)
        for number in range(30):
            await hooks.world.user(f"u{number}@example.com")
        await hooks.queue()
        async with jobs_of(hooks, seconds=600) as jobs:
            await until(lambda: jobs.results["delivered"] == 30)
            assert stalling.connections <= SENDERS_EACH
            for task in jobs._deliveries:
                task.cancel()
    states = {e: {d.state for d in hooks.deliveries if d.endpoint_id == e.id} for e in (slow, fast)}
    assert states[fast] == {DeliveryState.DELIVERED}
    assert states[slow] == {DeliveryState.PENDING}


async def test_an_endpoint_that_cannot_be_reached_rests_longer_each_time(hooks: Hooks) -> None:
    endpoint = await hooks.endpoint("http://127.0.0.1:1/")
    now = 0.0
    jobs = WebhookJobs(hooks.sending, transport(), clock=lambda: now)
    rests = []
    for number in range(9):
        await hooks.world.user(f"u{number}@example.com")
        await hooks.queue()
        (claimed,) = await jobs.claim()
        await jobs.work(claimed)
        rests.append(jobs._rests[endpoint.id][0] - now)
        assert not await jobs.claim(), "other users' deliveries wait too"
        now = jobs._rests[endpoint.id][0]
    assert rests == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert not jobs._busy


async def test_a_receiver_that_answers_with_an_error_does_not_rest(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = await hooks.endpoint(receiver.url())
    receiver.answers.append("500 No")
    for number in range(2):
        await hooks.world.user(f"u{number}@example.com")
    await hooks.queue()
    jobs = jobs_of(hooks)
    for _ in range(2):
        (claimed,) = await jobs.claim()
        await jobs.work(claimed)
    assert endpoint.id not in jobs._rests
    assert jobs.results == {"delivered": 1, "postponed": 1, "failed": 0}


async def test_a_disabled_endpoint_gets_nothing_and_its_queue_waits(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = await hooks.endpoint(receiver.url())
    await hooks.world.user()
    await hooks.queue()
    await hooks.admin.update(ADMIN, UpdateWebhookEndpoint(endpoint.id, enabled=False))
    assert not await hooks.sending.claim(1, [])
    await hooks.admin.update(ADMIN, UpdateWebhookEndpoint(endpoint.id, enabled=True))
    assert len(await hooks.sending.claim(5, [])) >= 1


async def test_logs_name_an_endpoint_by_its_id_alone(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = await hooks.endpoint(receiver.url())
    receiver.answer = "500 No"
    await hooks.world.user("secret@example.com")
    await hooks.queue()
    jobs = jobs_of(hooks)
    with logged(jobs_module.log) as lines:
        (claimed,) = await jobs.claim()
        await jobs.work(claimed)
    (line,) = lines
    assert (line["event"], line["endpoint"]) == ("webhook.postponed", str(endpoint.id))
    assert not [s for s in ("of-the-receiver", "secret@example.com", "secret-1") if s in str(lines)]


async def test_the_log_is_read_soon_only_for_what_an_endpoint_wants(hooks: Hooks) -> None:
    await hooks.endpoint(PLACE, EventType.USER_DELETED)
    await hooks.queue()
    hooks.sending._wake.clear()
    await hooks.world.user()
    hooks.sending.noticed(hooks.world.store.state.log.events()[-1:])
    assert not hooks.sending._wake.is_set()
    await hooks.admin.create(ADMIN, CreateWebhookEndpoint("Other", PLACE))
    hooks.sending.noticed(hooks.world.store.state.log.events()[-1:])
    assert hooks.sending._wake.is_set()
