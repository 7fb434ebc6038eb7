"""How many function calls the frequent paths take on fixed input, so that none of them grows unnoticed.

Calls are counted instead of time: the same input takes the same calls on every machine. A count above its limit is
either a regression, or a change that is worth its cost: then the limit is set to the new count. The margin of 10 % is for
versions of Python and of libraries.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import orjson
import pytest
from graphql.execution import Executor
from starlette.types import Message

from api.http.document_budget import DocumentBudget
from api.http.fair import Fairness
from api.http.graphql import GraphQLEndpoint
from api.http.middleware import ErrorMask, RequestMiddleware
from api.http.operations import Operations
from api.telemetry import Metrics
from domain.cursors import LogCursor
from domain.models.actor import Actor, Role
from domain.models.event import Event
from domain.models.log import Unreceived
from domain.models.user import User
from domain.services.event import Renewal
from schema.context import Context
from schema.errors import format_error
from schema.execution.answers import Answers
from schema.execution.arguments import Converter
from schema.execution.documents import Document, Documents
from schema.execution.executions import Executions
from schema.execution.selections import compile_operation
from schema.live.stream import Live
from schema.live.subscriber import Subscriber
from tests.calls import counted
from tests.unit.desk import Desk
from tests.unit.equality.comparison import SCHEMA
from tests.unit.equality.world import USERS, VIEWERS, Hub, context
from tests.unit.test_compiled import ENTRY, EPOCH

MARGIN = 1.1
NOT_COUNTED = ("/asyncio/", "/tests/", "/structlog/")
"""These depend on the event loop, on the test and on the settings of the log."""
PAGE = """query Page($first: Int, $after: String) { users(first: $first, after: $after) {
  edges { cursor node { id email displayName role status createdAt } } pageInfo { hasNextPage endCursor } } }"""
FEED = (
    "subscription { userEvents { ... on Event { cursor type user { id email displayName role status updatedAt } } } }"
)
SINKS = 100
REPEATS = 5


async def calls_of(work: Callable[[], Awaitable[object]]) -> int:
    """The calls of this thread, the fewest of several repeats: caches are filled by the first."""
    return min([await _count(work) for _ in range(REPEATS)])


async def _count(work: Callable[[], Awaitable[object]]) -> int:
    with counted(*NOT_COUNTED) as calls:
        await work()
    return calls.count


def within(count: int, limit: int) -> None:
    """Check that a count is neither above its limit nor so far below that the limit no longer guards anything."""
    assert count <= limit * MARGIN, f"{count} calls, where {limit} were enough"
    assert count >= limit / 2, f"only {count} calls: set the limit of {limit} to this"


def document() -> Document:
    return Documents(SCHEMA, 0).get(PAGE)


async def test_compiling_a_document() -> None:
    found = document()
    executor = Executor.build(SCHEMA._schema, found.ast, None, context("admin", {}), {"first": 20})
    assert isinstance(executor, Executor)
    converter = Converter(SCHEMA)

    async def work() -> None:
        compile_operation(executor, converter)

    within(await calls_of(work), 1371)


async def test_answering_a_page_from_its_plan() -> None:
    answered: list[str] = []
    executions = Executions(Documents(SCHEMA, 0), answered=answered.append)
    found = executions.documents.get(PAGE)
    viewed = context("admin", {})

    async def work() -> None:
        again = Context(viewed.services, viewed.actor, viewed.origin, viewed.carrier)
        answer = await executions.execute(found, None, {"first": len(USERS)}, again)
        assert set(answer) == {"data"}

    count = await calls_of(work)
    assert set(answered) == {"compiled"}
    within(count, 312)


class Requests:
    """The endpoint with the middleware of every request, over a directory in memory."""

    def __init__(self, answers: Answers | None = None) -> None:
        self.desk, metrics = Desk(), Metrics()
        executions = Executions(Documents(SCHEMA, 0), answers=answers)
        operations = Operations(executions, metrics, DocumentBudget(lambda: 0.0), Fairness())
        services = replace(context("admin", {}).services, log=cast("Any", self))
        endpoint = GraphQLEndpoint(operations, services, self.desk.auth, self.desk.settings, cast("Any", self))
        self._app = RequestMiddleware(ErrorMask(endpoint), metrics, secure=True)
        self.answers: list[Message] = []

    async def known_position(self, _: LogCursor | None) -> LogCursor:
        """The log's position, as the hub's."""
        return LogCursor.reached(EPOCH, 12)

    async def ask(self, text: str) -> None:
        """Send a request."""
        body = orjson.dumps({"query": text})
        headers = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {self.desk.token}".encode())]
        scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers, "client": ("192.0.2.1", 5)}

        async def receive() -> Message:
            return {"type": "http.request", "body": body}

        async def send(message: Message) -> None:
            self.answers.append(message)

        await self._app(scope, receive, send)


async def test_a_request_around_its_execution() -> None:
    requests = Requests()
    count = await calls_of(lambda: requests.ask("{ __typename }"))
    assert {m["body"] for m in requests.answers[1::2]} == {b'{"data":{"__typename":"Query"}}'}
    within(count, 266)


async def test_a_request_that_is_answered_again() -> None:
    async def nothing_unreceived() -> Unreceived:
        return Unreceived("server", frozenset())

    answers = Answers(nothing_unreceived, 1 << 20)
    requests = Requests(answers)
    for _ in range(4):  # asked once, kept, dropped because the server is new, kept
        await requests.ask(PAGE)
    served = answers.outcomes["served"]
    count = await calls_of(lambda: requests.ask(PAGE))
    assert answers.outcomes["served"] == served + REPEATS
    assert len({m["body"] for m in requests.answers[1::2]}) == 1
    within(count, 247)


class Log(Hub):
    """A log that ends where the test says; its listeners are called by the test."""

    def __init__(self) -> None:
        super().__init__(EPOCH, LogCursor.reached(EPOCH, 11))
        self.head = 11
        self.listeners: list[Callable[[Sequence[Event]], None]] = []

    def listen(self, listener: Callable[[Sequence[Event]], None]) -> None:
        """Called by `notify`."""
        self.listeners.append(listener)

    def on_renewal(self, listener: Callable[[Renewal], None]) -> None:
        """The epoch stays."""

    def notify(self) -> None:
        """The next event."""
        self.head += 1
        event = replace(ENTRY, seq=self.head)
        for listener in self.listeners:
            listener([event])


class Sink:
    """Takes what a subscription sends."""

    shape: Hashable = "one"

    def __init__(self) -> None:
        self.taken: list[Sequence[bytes]] = []

    def encode(self, payloads: Sequence[bytes]) -> Sequence[bytes]:
        return payloads

    def write(self, encoded: Sequence[bytes], _: int) -> None:
        self.taken.append(encoded)

    async def send(self, payloads: Sequence[bytes]) -> None:
        self.taken.append(payloads)


class Subscribed:
    """Live subscriptions of one document over a log in memory."""

    def __init__(self, live: Live) -> None:
        self.live, self.sinks = live, list[Sink]()
        self.executions = Executions(Documents(SCHEMA, 0))
        self.document = self.executions.documents.get(FEED)

    async def join(self) -> None:
        """Subscribe once more."""
        viewed = context("admin", {})
        viewed.services = replace(viewed.services, log=cast("Any", self.live._hub))
        executor = self.executions.prepare(self.document, None, None, viewed)
        sink = Sink()
        self.sinks.append(sink)
        await self.live.serve(executor, self.document, Subscriber(cast("Any", sink), VIEWERS["admin"] or ADMIN))


ADMIN = Actor(UUID(int=1), Role.ADMIN)


async def subscribed(stack: AsyncExitStack, log: Log) -> Subscribed:
    """Live subscriptions, with one subscriber."""

    async def read_users(ids: Sequence[UUID]) -> Mapping[UUID, User]:
        return {u.id: u for u in USERS if u.id in ids}

    def make_context(actor: Actor, users: Mapping[UUID, User | None]) -> Context:
        viewed = context("admin", {})
        made = Context(viewed.services, actor, viewed.origin, viewed.carrier)
        made.loaders.known = users
        return made

    live = await stack.enter_async_context(Live(cast("Any", log), read_users, make_context, format_error))
    found = Subscribed(live)
    await found.join()
    return found


async def test_joining_a_subscription_that_others_have() -> None:
    async with AsyncExitStack() as stack:
        found = await subscribed(stack, Log())
        count = await calls_of(found.join)
        assert found.live.group_count == 1
    within(count, 367)


async def test_sending_an_event_to_all_who_subscribe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "schema.live.group.QUICK_SECONDS", 60.0
    )  # a busy machine would make it a group for the slow lane
    log, arrived = Log(), asyncio.Event()

    async def one_event() -> None:
        arrived.clear()
        log.notify()
        await arrived.wait()

    async with AsyncExitStack() as stack:
        found = await subscribed(stack, log)
        while len(found.sinks) < SINKS:
            await found.join()
        found.live.after_batch(lambda _: arrived.set())
        await one_event()
        before = [len(sink.taken) for sink in found.sinks]
        count = await calls_of(one_event)
        assert [len(sink.taken) for sink in found.sinks] == [b + REPEATS for b in before]
    within(count, 399)
