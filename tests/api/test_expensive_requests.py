"""The most expensive requests that are allowed: none takes more than 250 ms of processor time.

Of each family, the largest allowed request is searched, over a directory of 1,000 users with a long history.
Processor time is that of the whole process, including the test's client. It is compared with a reference that is measured
beside it, so that a slower machine gets more time. The objects that earlier tests left are kept out of the garbage
collector's work, and the best of a few attempts counts: neighbours only ever add time.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from graphql import parse, validate

from api.bootstrap.first_admin import ensure_first_admin
from schema.execution.documents import DocumentRefused, Documents
from schema.marks import COST_MAX
from tests.api.commands import Rollcall
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for

BOUND = 0.250
ORDINARY = 0.007
"""Seconds of the reference measurement for which the bound is BOUND."""
ATTEMPTS = 8
USER = "id email displayName role status online lastSeenAt emailVerifiedAt createdAt updatedAt version __typename"
EVENT = "id cursor type occurredAt userId requestId ipAddress changes { field before after }"
RENAME = "mutation($i: UpdateUserInput!) { updateUser(input: $i) { __typename } }"


def times(number: int, field: str) -> str:
    """A field under this many aliases."""
    return " ".join(f"a{i}: {field}" for i in range(number))


def windows(number: int, field: str) -> str:
    """Pages of this many sizes, so that no two are read together."""
    return " ".join(f"a{i}: {field}(first: {i + 1}) {{ edges {{ cursor }} }}" for i in range(number))


@dataclass
class World:
    """A served directory and its users."""

    api: Api
    admin: Person
    documents: Documents
    user_ids: list[str]


FAMILIES: dict[str, Callable[[int, World], str]] = {
    "users": lambda n, _: f"{{ {times(n, f'users(first: 100) {{ edges {{ node {{ {USER} }} }} }}')} }}",
    "users searched": lambda n, _: "{" + times(n, 'users(first: 100, search: "ann") { edges { cursor } }') + "}",
    "counts of users": lambda n, _: f"{{ {times(n, 'users(first: 1) { totalCount }')} }}",
    "users of events": lambda n, _: (
        f"{{ {times(n, f'events(first: 100) {{ edges {{ node {{ user {{ {USER} }} actor {{ {USER} }} }} }} }}')} }}"
    ),
    "events of events": lambda n, w: (
        f'{{ user(id: "{w.user_ids[0]}") {{ events(first: {n}) {{ edges {{ node {{ user {{'
        f" events(first: 100) {{ edges {{ node {{ {EVENT} }} }} }} }} }} }} }} }} }}"
    ),
    "histories by size": lambda n, w: f'{{ user(id: "{w.user_ids[0]}") {{ {windows(n, "events")} }} }}',
    "sessions by size": lambda n, _: f"{{ me {{ {windows(n, 'sessions')} }} }}",
    "users by id": lambda n, _: (
        f"query($ids: [ID!]!) {{ {times(n, f'nodes(ids: $ids) {{ ... on User {{ {USER} }} }}')} }}"
    ),
    "statistics": lambda n, _: f"{{ {times(n, 'stats { total online byRole { role count } }')} }}",
    "new users": lambda n, _: (
        "mutation { "
        + " ".join(
            f'a{i}: createUser(input: {{email: "{uuid4().hex}@example.com", displayName: "X", password: "{PASSWORD}"}})'
            " { __typename }"
            for i in range(n)
        )
        + " }"
    ),
    "changes of users": lambda n, w: (
        "mutation { "
        + " ".join(
            f'a{i}: updateUser(input: {{id: "{w.user_ids[i]}", displayName: "{uuid4().hex}"}}) {{ __typename }}'
            for i in range(n)
        )
        + " }"
    ),
    "introspection": lambda n, _: f"{{ __schema {{ types {{ {times(n, 'fields { name description }')} }} }} }}",
}


@pytest.fixture
async def world(rollcall: Rollcall, fresh_database_url: str, redis_url: str) -> AsyncIterator[World]:
    """1,000 users, one of whom was renamed a hundred times."""
    settings = settings_for(fresh_database_url, redis_url)
    await ensure_first_admin(settings)
    rollcall.run("seed", "--users", "1000")
    with Server(settings) as server:
        api = Api(server)
        async with api.http:
            admin = await api.sign_in(ADMIN, PASSWORD)
            found = await api.ask("{ users(first: 100) { edges { node { id } } } }", by=admin)
            user_ids = [e["node"]["id"] for e in found["users"]["edges"]]
            for number in range(100):
                await api.ask(RENAME, {"i": {"id": user_ids[0], "displayName": f"Name {number}"}}, admin)
            gc.collect()
            gc.freeze()
            yield World(api, admin, server.container.operations.documents, user_ids)
            gc.unfreeze()


def slowness(documents: Documents) -> float:
    """How many times as long as ordinary this machine takes for the reference just now; at least 1."""
    text = "{me{" + " ".join(f"a{i}:id b{i}:email" for i in range(116)) + "}}"
    began = time.process_time()
    assert not validate(documents.schema, parse(text))
    return max(1.0, (time.process_time() - began) / ORDINARY)


def largest(family: Callable[[int, World], str], world: World, variables: dict[str, Any]) -> int:
    """The largest number for which a request of the family is allowed."""

    def allowed(number: int) -> bool:
        try:
            return (
                world.documents.parse_and_cache(family(number, world), stranger=False).cost(None, variables) <= COST_MAX
            )
        except DocumentRefused:
            return False

    found = 0
    for step in (64, 32, 16, 8, 4, 2, 1):
        found += step if found + step <= 100 and allowed(found + step) else 0
    return found


async def processor_time(world: World, query: str, variables: dict[str, Any]) -> float:
    """Seconds of this process's time for one request."""
    began = time.process_time()
    answer = await world.api.http.post(
        "/graphql", json={"query": query, "variables": variables}, headers=world.admin.bearer
    )
    taken = time.process_time() - began
    if answer.status_code == 503:
        return math.inf  # on a busy machine the database may not answer in time: then the request says nothing
    assert answer.status_code == 200
    assert answer.json().keys() & {"data"}
    return taken


async def least(world: World, query: str, variables: dict[str, Any]) -> float:
    """Seconds of processor time on an ordinary machine: the best attempt, up to the first that is within the bound."""
    found = float("inf")
    for _ in range(ATTEMPTS):
        slower = slowness(world.documents)
        found = min(found, await processor_time(world, query, variables) / slower)
        if found < BOUND:
            break
    return found


async def test_no_request_takes_more_than_250_ms_of_processor_time(world: World) -> None:
    variables = {"ids": world.user_ids}
    for name, family in FAMILIES.items():
        number = largest(family, world, variables)
        assert number > 1, name
        assert await least(world, family(number, world), variables) < BOUND, f"{number} {name}"
