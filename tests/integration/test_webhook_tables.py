"""The queue of webhooks on the real PostgreSQL: claimed by one process each, in order for each user, read from the log once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.errors import NotFound, ValidationFailed
from domain.models.event import Event, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.models.webhook import WebhookEndpoint
from domain.models.webhook_delivery import LEASE, DeliveryState, NotAccepted, WebhookDelivery
from domain.pagination import Page, Window
from persistence.database import Database
from persistence.store import SqlStore
from tests.integration.logs import session

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
async def store(fresh_database_url: str) -> AsyncIterator[SqlStore]:
    async with Database(fresh_database_url) as database:
        yield SqlStore(database)


def endpoint(number: int = 0, *types: EventType) -> WebhookEndpoint:
    at = NOW + timedelta(seconds=number)
    return WebhookEndpoint(uuid4(), f"E{number}", "https://e.example", frozenset(types), True, b"s", at, at)


def delivery(of: WebhookEndpoint, owner: UUID = ONE) -> WebhookDelivery:
    return WebhookDelivery(uuid4(), of.id, uuid4(), EventType.USER_UPDATED, owner, NOW)


async def add(store: SqlStore, *added: WebhookEndpoint) -> None:
    async with store.write() as unit:
        for one in added:
            await unit.webhooks.lock()
            await unit.webhooks.add(one)
        await unit.commit()


async def queue(store: SqlStore, *deliveries: WebhookDelivery) -> None:
    async with store.write() as unit:
        await unit.webhook_queue.add(deliveries)
        await unit.commit()


async def claim(store: SqlStore, limit: int = 10, *resting: UUID, lease: timedelta = LEASE) -> list[UUID]:
    async with store.write() as unit:
        found = await unit.webhook_queue.claim(limit, lease, resting)
        await unit.commit()
    return [d.id for d in found]


async def end(store: SqlStore, ended: WebhookDelivery, state: DeliveryState = DeliveryState.DELIVERED) -> None:
    async with store.write() as unit:
        await unit.webhook_queue.end(ended, state, 200, None)
        await unit.commit()


async def stored(store: SqlStore, id_: UUID) -> WebhookDelivery:
    async with store.read() as unit:
        return (await unit.webhook_queue.get_many([id_]))[id_]


async def test_an_endpoint_is_read_as_it_was_written(store: SqlStore) -> None:
    made = endpoint(0, EventType.USER_DELETED, EventType.USER_CREATED)
    await add(store, made, endpoint(1))
    changed = made.with_secret(b"new", NOW + timedelta(hours=1))
    async with store.write() as unit:
        assert await unit.webhooks.get_for_update(made.id) == made
        await unit.webhooks.save(changed)
        await unit.commit()
    async with store.read() as unit:
        assert await unit.webhooks.get_many([made.id, uuid4()]) == {made.id: changed}
        assert [e.name for e in await unit.webhooks.list_all()] == ["E0", "E1"]
        first = await unit.webhooks.page(Window(1))
        second = await unit.webhooks.page(Window(1, after=first.cursors[0]))
        assert [e.name for e in (*first.items, *second.items)] == ["E1", "E0"]
        assert (first.has_next, second.has_next) == (True, False)
        with pytest.raises(ValidationFailed):
            await unit.webhooks.page(Window(1, after="x"))
    async with store.write() as unit:
        await queue(store, delivery(changed))
        await unit.webhooks.remove(made.id)
        await unit.commit()
    async with store.write() as unit:
        with pytest.raises(NotFound):
            await unit.webhooks.get_for_update(made.id)
    assert not await claim(store)


async def test_the_first_delivery_of_each_user_and_endpoint_is_claimed_by_one_process(store: SqlStore) -> None:
    one, other = endpoint(0), endpoint(1)
    await add(store, one, other)
    queued = [delivery(e, owner) for e in (one, other) for owner in (ONE, ONE, OTHER)]
    await queue(store, *queued)
    claims = await asyncio.gather(*(claim(store, 2) for _ in range(6)))
    claims += [await claim(store, 10)]
    claimed = [id_ for found in claims for id_ in found]
    assert sorted(claimed) == sorted(queued[n].id for n in (0, 2, 3, 5))
    await end(store, queued[0])
    assert await claim(store) == [queued[1].id]
    assert (await stored(store, queued[1].id)).attempts == 1


async def test_deliveries_of_a_batch_keep_their_order(store: SqlStore) -> None:
    made = endpoint()
    await add(store, made)
    queued = [delivery(made) for _ in range(50)]
    await queue(store, *queued)
    for expected in queued:
        assert await claim(store) == [expected.id]
        await end(store, expected)


async def test_endpoints_that_are_disabled_or_rest_get_nothing(store: SqlStore) -> None:
    made = endpoint()
    await add(store, made)
    queued = delivery(made)
    await queue(store, queued)
    assert not await claim(store, 10, made.id)
    async with store.write() as unit:
        await unit.webhooks.save(WebhookEndpoint(made.id, "E", made.url, made.types, False, b"s", NOW, NOW))
        await unit.commit()
    assert not await claim(store)


async def test_a_lease_that_has_ended_lets_another_process_try(store: SqlStore) -> None:
    made = endpoint()
    await add(store, made)
    queued = delivery(made)
    await queue(store, queued)
    assert await claim(store, lease=timedelta()) == [queued.id]
    assert await claim(store) == [queued.id]
    assert not await claim(store)


async def test_what_was_not_accepted_waits_with_its_reason(store: SqlStore) -> None:
    made = endpoint()
    await add(store, made)
    queued = delivery(made)
    await queue(store, queued, delivery(made))
    await claim(store)
    async with store.write() as unit:
        await unit.webhook_queue.postpone(queued, timedelta(hours=1), NotAccepted("no", 500))
        await unit.commit()
    assert not await claim(store), "later deliveries of the user wait too"
    found = await stored(store, queued.id)
    assert (found.state, found.last_status, found.last_fault) == (DeliveryState.PENDING, 500, "no")
    assert found.next_at is not None
    assert found.last_at is not None


async def test_failed_deliveries_are_listed_and_made_anew(store: SqlStore) -> None:
    made, foreign = endpoint(0), endpoint(1)
    await add(store, made, foreign)
    queued = [delivery(made, uuid4()) for _ in range(5)]
    await queue(store, *queued, delivery(foreign))
    await claim(store)
    for failed in queued[:3]:
        await end(store, failed, DeliveryState.FAILED)
    await end(store, queued[3])
    assert await listed(store, made, {DeliveryState.FAILED}) == [queued[n].id for n in (2, 1, 0)]
    assert await listed(store, made, {DeliveryState.PENDING, DeliveryState.DELIVERED}) == [queued[4].id, queued[3].id]
    assert await listed(store, made, set(DeliveryState), Window(2, backward=True)) == [queued[1].id, queued[0].id]
    async with store.write() as unit:
        assert await unit.webhook_queue.restart(queued[0].id)
        assert not await unit.webhook_queue.restart(queued[0].id)
        assert not await unit.webhook_queue.restart(uuid4())
        assert await unit.webhook_queue.restart_failed(made.id, 1) == 1
        assert await unit.webhook_queue.restart_failed(made.id, 9) == 1
        await unit.commit()
    assert sorted(await claim(store)) == sorted(d.id for d in queued[:3])
    assert (await stored(store, queued[0].id)).attempts == 1


async def listed(
    store: SqlStore, of: WebhookEndpoint, states: set[DeliveryState], window: Window | None = None
) -> Sequence[UUID]:
    async with store.read() as unit:
        page: Page[WebhookDelivery] = await unit.webhook_queue.page(of.id, states, window or Window())
    return [d.id for d in page.items]


@pytest.mark.parametrize(
    "cursor", ["x", "WyJ3ZWJob29rX2RlbGl2ZXJpZXMiLCJ4IiwiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIl0"]
)
async def test_a_cursor_of_another_list_is_refused(store: SqlStore, cursor: str) -> None:
    with pytest.raises(ValidationFailed):
        await listed(store, endpoint(), set(DeliveryState), Window(after=cursor))


async def test_deliveries_that_ended_long_ago_are_deleted_in_batches(store: SqlStore) -> None:
    made = endpoint()
    await add(store, made)
    queued = [delivery(made, uuid4()) for _ in range(4)]
    await queue(store, *queued)
    await claim(store, 3)
    await end(store, queued[0])
    await end(store, queued[1])
    await end(store, queued[2], DeliveryState.FAILED)

    async def prune(delivered: timedelta, failed: timedelta, limit: int = 10) -> int:
        async with store.write() as unit:
            count = await unit.webhook_queue.prune(delivered, failed, limit)
            await unit.commit()
        return count

    hour = timedelta(hours=1)
    assert await prune(hour, hour) == 0
    assert await prune(-hour, hour, 1) == 1
    assert await prune(-hour, hour) == 1
    assert await prune(-hour, -hour) == 1
    assert len(await listed(store, made, set(DeliveryState))) == 1


async def test_the_log_is_read_once_and_by_one_process_at_a_time(store: SqlStore, fresh_database_url: str) -> None:
    async with session(fresh_database_url) as connection:
        await connection.execute(
            "insert into events (type, subject_kind, subject_id, seq)"
            " select case n % 2 when 0 then 'user_created' else 'session_started' end, 'user', gen_random_uuid(), n"
            " from generate_series(1, 10) n; update log_state set last_seq = 10"
        )
    types = {EventType.USER_CREATED}
    async with store.write() as one, store.write() as other:
        found = await one.webhook_queue.read_log(types, 3)
        assert [e.seq for e in found or ()] == [2, 4, 6]
        assert await other.webhook_queue.read_log(types, 3) is None
        await one.commit()
    async with store.write() as unit:
        assert [e.seq for e in await unit.webhook_queue.read_log(types, 3) or ()] == [8, 10]
        await unit.commit()
    async with store.write() as unit:
        assert await unit.webhook_queue.read_log(types, 3) == []


async def test_a_restored_log_is_not_sent_again(store: SqlStore) -> None:
    entries = [
        Event(EventType.USER_CREATED, Subject(SubjectKind.USER, ONE), None, NOW, id=uuid4(), seq=n, ord=n)
        for n in (1, 2)
    ]
    async with store.write() as unit:
        assert await unit.restorer.begin() == 0
        await unit.restorer.add(entries)
        await unit.restorer.finish(0, 2)
        await unit.commit()
    async with store.write() as unit:
        assert await unit.webhook_queue.read_log(set(EventType), 9) == []
