"""Who may manage webhook endpoints, what is stored and logged of them, and their secrets."""

from __future__ import annotations

import base64
import hmac
from typing import Any, cast
from uuid import uuid4

import pytest

from domain.errors import Forbidden, NotFound, ValidationFailed
from domain.models.actor import Actor, Role
from domain.models.event_types import EventType
from domain.models.webhook import ENDPOINTS_MAX
from domain.models.webhook_delivery import (
    Message,
)
from domain.pagination import Window
from domain.services.webhook import CreateWebhookEndpoint, UpdateWebhookEndpoint
from tests.unit.hooks import ADMIN, PLACE, Hooks


@pytest.fixture
def hooks() -> Hooks:
    return Hooks()


async def test_an_endpoint_is_created_with_its_event_and_a_secret_that_is_shown_once(hooks: Hooks) -> None:
    types = frozenset({EventType.USER_CREATED})
    written = await hooks.admin.create(ADMIN, CreateWebhookEndpoint(" Mine ", PLACE, types))
    made = written.value
    assert (made.endpoint.name, made.endpoint.url, made.endpoint.types) == ("Mine", PLACE, types)
    assert made.secret == "secret-1"
    assert made.secret not in repr(made)
    assert hooks.secrets.open(made.endpoint.secret, made.endpoint.id) == b"secret-1"
    (event,) = hooks.world.store.state.events
    assert (event.type, event.subject.id) == (EventType.WEBHOOK_ENDPOINT_CREATED, made.endpoint.id)
    assert "hunter2" not in str(event)
    assert written.position == 1


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR])
async def test_only_admins_manage_and_see_them(hooks: Hooks, role: Role) -> None:
    endpoint = await hooks.endpoint()
    await hooks.world.user()
    (delivery,) = await hooks.queue()
    actor, window = Actor(uuid4(), role), Window()
    for attempt in (
        hooks.admin.create(actor, CreateWebhookEndpoint("x", PLACE)),
        hooks.admin.update(actor, UpdateWebhookEndpoint(endpoint.id, name="x")),
        hooks.admin.delete(actor, endpoint.id),
        hooks.admin.rotate_secret(actor, endpoint.id),
        hooks.admin.page(actor, window),
        hooks.admin.deliveries(actor, endpoint.id, None, window),
        hooks.admin.redeliver(actor, delivery.id),
        hooks.admin.redeliver_failed(actor, endpoint.id),
    ):
        with pytest.raises(Forbidden):
            await cast("Any", attempt)
    assert await hooks.admin.get_many(actor, [endpoint.id, delivery.id]) == {}
    assert set(await hooks.admin.get_many(ADMIN, [endpoint.id, delivery.id, uuid4()])) == {endpoint.id, delivery.id}
    assert hooks.stored(endpoint) == endpoint


@pytest.mark.parametrize(
    "url",
    [
        "",
        "receiver.example",
        "ftp://receiver.example",
        "https://",
        "https://user@receiver.example",
        "https://u:p@receiver.example",
        "https://receiver.example/#part",
        "https://receiver.example/a b",
        "https://receiver.example/\n",
        "https://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example",
        "https://receiver.example:99999",
        "https://[::1",
        "https://receiver.example/" + "x" * 2000,
    ],
)
async def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(hooks: Hooks, url: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        await hooks.admin.create(ADMIN, CreateWebhookEndpoint("Mine", url))
    (fault,) = raised.value.faults
    assert (fault.field, fault.value) == ("url", None)
    endpoint = await hooks.endpoint()
    with pytest.raises(ValidationFailed):
        await hooks.admin.update(ADMIN, UpdateWebhookEndpoint(endpoint.id, url=url))


async def test_there_are_at_most_so_many(hooks: Hooks) -> None:
    for _ in range(ENDPOINTS_MAX):
        await hooks.admin.create(ADMIN, CreateWebhookEndpoint("Mine", PLACE))
    with pytest.raises(ValidationFailed):
        await hooks.admin.create(ADMIN, CreateWebhookEndpoint("Mine", PLACE))


async def test_a_change_is_logged_without_the_address(hooks: Hooks) -> None:
    endpoint = await hooks.endpoint()
    hooks.pass_time(seconds=1)
    command = UpdateWebhookEndpoint(
        endpoint.id, "Other", "https://new.example/hunter3", frozenset({EventType.USER_DELETED}), enabled=False
    )
    written = await hooks.admin.update(ADMIN, command)
    changed = hooks.stored(endpoint)
    assert written.value == changed
    assert (changed.name, changed.url, changed.enabled) == ("Other", "https://new.example/hunter3", False)
    assert changed.updated_at > endpoint.updated_at
    event = hooks.world.store.state.events[-1]
    assert event.type is EventType.WEBHOOK_ENDPOINT_UPDATED
    assert {c.field: (c.before, c.after) for c in event.changes} == {
        "name": ("Mine", "Other"),
        "enabled": (True, False),
        "types": ("", "user_deleted"),
        "url": (None, None),
    }


async def test_a_change_that_changes_nothing_writes_nothing(hooks: Hooks) -> None:
    endpoint, count = await hooks.endpoint(), len(hooks.world.store.state.events)
    written = await hooks.admin.update(ADMIN, UpdateWebhookEndpoint(endpoint.id, "Mine", enabled=True))
    assert (written.value, written.position) == (endpoint, None)
    assert len(hooks.world.store.state.events) == count


async def test_what_does_not_exist_is_not_found(hooks: Hooks) -> None:
    other = uuid4()
    for attempt in (
        hooks.admin.update(ADMIN, UpdateWebhookEndpoint(other, name="x")),
        hooks.admin.delete(ADMIN, other),
        hooks.admin.rotate_secret(ADMIN, other),
        hooks.admin.redeliver(ADMIN, other),
        hooks.admin.redeliver_failed(ADMIN, other),
    ):
        with pytest.raises(NotFound):
            await cast("Any", attempt)


async def test_a_deleted_endpoint_leaves_its_event_alone(hooks: Hooks) -> None:
    endpoint = await hooks.endpoint()
    await hooks.world.user()
    await hooks.queue()
    await hooks.admin.delete(ADMIN, endpoint.id)
    assert not hooks.deliveries
    assert hooks.world.logged[-1] is EventType.WEBHOOK_ENDPOINT_DELETED
    assert not await hooks.queue()


async def test_both_secrets_sign_for_a_day_after_a_rotation(hooks: Hooks) -> None:
    endpoint = await hooks.endpoint()
    rotated = (await hooks.admin.rotate_secret(ADMIN, endpoint.id)).value
    assert rotated.secret == "secret-2"
    assert hooks.world.logged[-1] is EventType.WEBHOOK_SECRET_ROTATED
    await hooks.queue()
    hooks.world.store.state.deliveries.clear()
    await hooks.world.user()
    (delivery,) = await hooks.queue()
    assert signers(await hooks.sending.compose(delivery), b"secret-1", b"secret-2") == [b"secret-2", b"secret-1"]
    hooks.pass_time(hours=23, minutes=59)
    assert len(signers(await hooks.sending.compose(delivery), b"secret-1", b"secret-2")) == 2
    hooks.pass_time(minutes=1)
    assert signers(await hooks.sending.compose(delivery), b"secret-1", b"secret-2") == [b"secret-2"]
    await hooks.admin.rotate_secret(ADMIN, endpoint.id)
    await hooks.admin.rotate_secret(ADMIN, endpoint.id)
    both = signers(await hooks.sending.compose(delivery), *(f"secret-{n}".encode() for n in (1, 2, 3, 4)))
    assert both == [b"secret-4", b"secret-3"], "one before the previous never signs"


def signers(message: Message, *secrets: bytes) -> list[bytes]:
    """Which of these secrets have signed a message, in the order of its signatures."""
    headers = dict(message.headers)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + message.body
    made = {base64.b64encode(hmac.digest(s, signed, "sha256")).decode(): s for s in secrets}
    return [made[text.removeprefix("v1,")] for text in headers["webhook-signature"].split()]
