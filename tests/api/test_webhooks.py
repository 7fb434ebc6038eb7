"""Webhooks over a running server and a real receiver: from a mutation to a verified request, and what admins see of it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.api.conftest import Api, Person
from tests.api.sites import Site, new_site
from tests.receiver import Received, Receiver, receiving

CREATE = """mutation($i: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $i) {
  ... on WebhookSecretPayload { secret webhookEndpoint { id url types enabled } }
  ... on ValidationProblem { fields { field message } } } }"""
ROTATE = "mutation($id: ID!) { rotateWebhookSecret(id: $id) { ... on WebhookSecretPayload { secret } } }"
DELIVERIES = """query($id: ID!, $s: WebhookDeliveryState) { webhookDeliveries(endpointId: $id, state: $s, first: 50) {
  edges { node { id type eventId state attempts lastStatus lastFault queuedAt event { id user { id } } } } } }"""
UPDATE = """mutation($i: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(input: $i) {
  ... on WebhookEndpointPayload { webhookEndpoint { enabled types } } } }"""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


@pytest.fixture
async def hooks(fresh_database_url: str, redis_url: str) -> AsyncIterator[Site]:
    """A server that may send to this machine."""
    async with new_site(fresh_database_url, redis_url, webhook_allowed_networks="127.0.0.0/8") as running:
        yield running


async def create(api: Api, admin: Person, url: str, *types: str) -> tuple[str, str]:
    """The id and the secret of a new endpoint."""
    given = {"i": {"name": "Mine", "url": url, "types": list(types)}}
    made = (await api.ask(CREATE, given, admin))["createWebhookEndpoint"]
    return made["webhookEndpoint"]["id"], made["secret"]


def verify(received: Received, secret: str) -> bool:
    """As a receiver does by the specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    headers = received.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + received.body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split(" ")


async def until_deliveries(api: Api, admin: Person, endpoint: str, holds: Callable[[list[Any]], bool]) -> list[Any]:
    """Wait until the deliveries of an endpoint are as expected."""
    async with asyncio.timeout(120):
        while True:
            found = (await api.ask(DELIVERIES, {"id": endpoint}, admin))["webhookDeliveries"]["edges"]
            nodes = [edge["node"] for edge in found]
            if holds(nodes):
                return nodes
            await asyncio.sleep(0.05)


async def test_an_event_reaches_its_receiver_signed(hooks: Site, receiver: Receiver) -> None:
    api, admin = hooks
    endpoint, secret = await create(api, admin, receiver.url(), "USER_CREATED")
    person = await api.new_user(admin, name="Ada")
    (received,) = await receiver.until(lambda r: len(r) >= 1)
    assert verify(received, secret)
    assert not verify(received, "whsec_" + base64.b64encode(b"another").decode())
    body = received.data
    assert body["type"] == "user_created"
    assert body["data"]["userId"] == person.id
    assert {c["field"]: c["after"] for c in body["data"]["changes"]}["display_name"] == "Ada"
    assert "ipAddress" not in body["data"]
    (shown,) = await until_deliveries(api, admin, endpoint, lambda d: [x["state"] for x in d] == ["DELIVERED"])
    assert (shown["type"], shown["lastStatus"], shown["lastFault"]) == ("USER_CREATED", 200, None)
    assert shown["eventId"] == shown["event"]["id"] == received.headers["webhook-id"]


async def test_the_cursor_of_a_message_is_one_of_the_log(hooks: Site, receiver: Receiver) -> None:
    api, admin = hooks
    await create(api, admin, receiver.url(), "USER_CREATED")
    await api.new_user(admin)
    (received,) = await receiver.until(lambda r: len(r) >= 1)
    later = await api.new_user(admin)
    async with api.socket(admin) as socket:
        query = "subscription($c: Cursor) { userEvents(after: $c) { __typename ... on Event { type userId } } }"
        await socket.subscribe("1", query, {"c": received.data["data"]["cursor"]})
        while True:
            message = (await socket.next("1"))["userEvents"]
            if message.get("type") == "USER_CREATED":
                break
    assert message["userId"] == later.id


async def test_both_secrets_sign_after_a_rotation(hooks: Site, receiver: Receiver) -> None:
    api, admin = hooks
    endpoint, old = await create(api, admin, receiver.url(), "USER_CREATED")
    new = (await api.ask(ROTATE, {"id": endpoint}, admin))["rotateWebhookSecret"]["secret"]
    await api.new_user(admin)
    (received,) = await receiver.until(lambda r: len(r) >= 1)
    assert new != old
    assert verify(received, new)
    assert verify(received, old)


async def test_a_failed_delivery_is_shown_and_made_anew(hooks: Site, receiver: Receiver) -> None:
    api, admin = hooks
    receiver.answers.append("410 Gone")
    endpoint, _ = await create(api, admin, receiver.url(), "USER_CREATED")
    await api.new_user(admin)
    (failed,) = await until_deliveries(api, admin, endpoint, lambda d: [x["state"] for x in d] == ["FAILED"])
    assert (failed["lastStatus"], failed["lastFault"]) == (410, "It answered with the status 410")
    enabled = "{ webhookEndpoints { edges { node { id enabled } } } }"
    (edge,) = (await api.ask(enabled, by=admin))["webhookEndpoints"]["edges"]
    assert edge["node"] == {"id": endpoint, "enabled": False}, "its receiver has ended it"
    await api.ask(UPDATE, {"i": {"id": endpoint, "enabled": True}}, admin)
    again = "mutation($id: ID!) { redeliverWebhook(id: $id) { __typename } }"
    assert (await api.ask(again, {"id": failed["id"]}, admin))["redeliverWebhook"]["__typename"] == "Done"
    await until_deliveries(api, admin, endpoint, lambda d: [x["state"] for x in d] == ["DELIVERED"])
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    refused = (await api.ask(again, {"id": failed["id"]}, admin))["redeliverWebhook"]
    assert refused["__typename"] == "ValidationProblem"


async def test_without_the_setting_nothing_is_sent_to_this_machine(api: Api, admin: Person, receiver: Receiver) -> None:
    endpoint, _ = await create(api, admin, receiver.url("localhost"), "USER_CREATED")
    await api.new_user(admin)
    shown = await until_deliveries(api, admin, endpoint, lambda d: bool(d) and d[-1]["lastFault"] is not None)
    assert "WEBHOOK_ALLOWED_NETWORKS" in shown[-1]["lastFault"]
    assert not receiver.connections
    await api.ask("mutation($id: ID!) { deleteWebhookEndpoint(id: $id) { __typename } }", {"id": endpoint}, admin)


@pytest.mark.parametrize("field", ["name", "url"])
async def test_a_field_that_cannot_be_used_is_named(api: Api, admin: Person, field: str) -> None:
    given = {"name": "Mine", "url": "https://receiver.example"} | {field: ""}
    made = (await api.ask(CREATE, {"i": given}, admin))["createWebhookEndpoint"]
    assert [f["field"] for f in made["fields"]] == [field]


async def test_only_admins_see_deliveries(hooks: Site, receiver: Receiver) -> None:
    api, admin = hooks
    endpoint, _ = await create(api, admin, receiver.url(), "USER_CREATED")
    auditor = await api.new_user(admin, role="AUDITOR")
    (delivery,) = await until_deliveries(api, admin, endpoint, lambda d: len(d) == 1)
    node = "query($id: ID!) { node(id: $id) { __typename id } }"
    assert (await api.ask(node, {"id": delivery["id"]}, auditor))["node"] is None
    seen = (await api.ask(node, {"id": delivery["id"]}, admin))["node"]
    assert seen == {"__typename": "WebhookDelivery", "id": delivery["id"]}


async def test_changes_of_endpoints_are_events_for_auditors(hooks: Site) -> None:
    api, admin = hooks
    endpoint, secret = await create(api, admin, "https://receiver.example/hunter2")
    auditor = await api.new_user(admin, role="AUDITOR")
    query = """query($id: ID!) { events(first: 9, filter: {subjectId: $id}) {
      edges { node { type changes { field before after } subject { id } } } } }"""
    async with asyncio.timeout(120):
        while not (found := (await api.ask(query, {"id": endpoint}, auditor))["events"]["edges"]):
            await asyncio.sleep(0.05)
    assert [edge["node"]["type"] for edge in found] == ["WEBHOOK_ENDPOINT_CREATED"]
    assert found[0]["node"]["subject"] is None, "only admins see endpoints"
    assert "hunter2" not in str(found)
    assert secret not in str(found)


async def test_metrics_count_deliveries(hooks: Site, receiver: Receiver) -> None:
    api, admin = hooks
    await create(api, admin, receiver.url(), "USER_CREATED")
    await api.new_user(admin)
    await receiver.until(lambda r: len(r) >= 1)
    wanted = 'rollcall_webhooks_total{result="delivered"} 1.0', "rollcall_webhooks_waiting 0.0"
    async with asyncio.timeout(120):
        text = ""
        while not all(line in text for line in wanted):
            text = (await api.http.get("/metrics")).text
            await asyncio.sleep(0.05)
