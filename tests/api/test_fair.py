"""What one session may use over HTTP, REST and a socket: its database connections, and how excess is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from persistence.spares import Spares
from tests.api.conftest import Api, Person

FIELDS = " ".join(f'f{i}: users(first: 1, search: "per") {{ totalCount edges {{ node {{ id }} }} }}' for i in range(10))
OWN = 2
"""What the process itself may hold meanwhile, for a check and for a job; without the rule, a request would hold ten."""
LISTS = " ".join(f"f{i}: users(first: 1) {{ totalCount edges {{ node {{ id }} }} }}" for i in range(10))


@contextmanager
def connections_of(api: Api) -> Iterator[list[int]]:
    """How many connections of the primary are in use, each time that one is taken, from the pool or from those kept beside it."""
    database = api.server.container.core.database
    held: list[int] = []
    taken = Spares.take

    def count(*_: object) -> None:
        held.append(database.connections()["primary"])

    async def take(spares: Spares) -> Any:
        kept = len(spares)
        connection = await taken(spares)
        if len(spares) < kept:  # else the pool has told of it
            count()
        return connection

    event.listen(database.primary.sync_engine, "checkout", count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Spares, "take", take)
        try:
            yield held
        finally:
            event.remove(database.primary.sync_engine, "checkout", count)


@pytest.mark.parametrize(("fields", "most"), [(LISTS, 3), (FIELDS, 1)], ids=["lists", "searches"])
async def test_ten_root_fields_take_three_connections_and_ten_searches_one(
    api: Api, admin: Person, fields: str, most: int
) -> None:
    with connections_of(api) as held:
        await api.ask(f"{{ {fields} }}", by=admin)
    assert len(held) >= 10
    assert max(held) <= most + OWN


async def test_the_snapshots_of_one_socket_stay_within_the_session_s_share(api: Api, admin: Person) -> None:
    feed = "subscription ($f: UserFilter) { userFeed(filter: $f) { __typename ... on FeedReady { cursor } } }"
    async with api.socket(admin) as socket:
        with connections_of(api) as held:
            for number in range(40):
                since = {"f": {"createdAfter": f"2000-01-01T00:00:{number:02}Z"}}
                await socket.subscribe(str(number), feed, since)
            ready = 0
            while ready < 40:
                message = await socket.receive()
                ready += message["payload"]["data"]["userFeed"]["__typename"] == "FeedReady"
    assert len(held) >= 40
    assert max(held) <= 5 + OWN, "half of the pool"


async def test_excess_is_refused_with_the_same_code_everywhere(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    turns = api.server.container.fairness.turns
    async with api.socket(admin) as socket:
        turns._each, turns._waiting_max = 0, 0  # as if the session had used all of its share
        response = await api.http.post("/graphql", json={"query": "{ me { id } }"}, headers=admin.bearer)
        assert (response.status_code, response.headers["retry-after"]) == (429, "1")
        assert response.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
        rest = await api.rest("GET", "/api/v1/users", admin)
        assert (rest.status_code, rest.headers["retry-after"]) == (429, "1")
        assert rest.json()["error"]["code"] == "RATE_LIMITED"
        await socket.subscribe("1", "{ me { id } }")
        refused = await socket.receive()
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
        turns._each = 4
        assert (await api.ask("{ me { id } }", by=admin))["me"]
        assert (await api.rest("GET", "/api/v1/users", admin)).status_code == 200
        await socket.subscribe("2", "{ me { id } }")
        assert (await socket.next("2"))["me"]
    assert turns.running == 0


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("\ufdfa" * 200, "at most 64 characters"),
        ("\ufdfa" * 4, "at most 64 characters"),
        ("a b c d e f g h i", "at most 8 words"),
        ("a" * 201, "longer than 200 characters"),
    ],
    ids=["ligatures", "four ligatures", "words", "typed"],
)
async def test_a_search_is_limited_after_folding(api: Api, admin: Person, search: str, said: str) -> None:
    answer = await api.graphql("query($s: String) { users(search: $s) { totalCount } }", {"s": search}, admin)
    [error] = answer["errors"]
    assert said in error["message"]
    assert error["extensions"]["code"] == "VALIDATION_ERROR"
    rest = await api.rest("GET", "/api/v1/users", admin, params={"search": search})
    assert (rest.status_code, rest.json()["error"]["details"]["field"]) == (422, "search")
    async with api.socket(admin) as socket:
        await socket.subscribe("1", "subscription($s: String) { userFeed(search: $s) { __typename } }", {"s": search})
        message = await socket.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "VALIDATION_ERROR"


async def test_an_address_with_many_dots_is_found(api: Api, admin: Person) -> None:
    email = "a.b.c.d.e.f.g@h.i.j.example"
    await api.ask(
        "mutation($i: CreateUserInput!) { createUser(input: $i) { __typename } }",
        {"i": {"email": email, "displayName": "Dot Ted"}},
        admin,
    )
    found = await api.ask("query($s: String) { users(search: $s) { edges { node { email } } } }", {"s": email}, admin)
    assert email in [edge["node"]["email"] for edge in found["users"]["edges"]]
