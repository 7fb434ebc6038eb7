"""What a request may cost, over HTTP and over the socket, and how many new documents a client may send."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from api.http.document_budget import STRANGER, USER
from schema.execution.cost import USER_SUBSCRIPTION_COST_MAX
from schema.execution.limits import TEXT_MAX
from tests.api.conftest import Api, Person

NESTED = """query($n: Int) { events(first: $n) { edges { node { user { events(first: $n) { edges { node {
    user { events(first: $n) { edges { node { id } } } } } } } } } } } }"""
NODES = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on User { events(first: 40) { edges { node {
    user { events(first: 40) { edges { node { id } } } } } } } } } }"""
HIDDEN = "{ ...Q } fragment Q on Query { " + " ".join(f"a{i}: stats {{ total }}" for i in range(31)) + " }"
SPREAD = "{ ...Q ... { ...R } } " + "".join(
    f"fragment {name} on Query {{ " + " ".join(f"{name}{i}: stats {{ total }}" for i in range(16)) + " } "
    for name in "QR"
)
WIDE = (
    "subscription($u: ID) { userEvents(filter: {userId: $u}) { ... on Event { "
    + " ".join(
        f"p{i}: user {{ id role status version email online displayName createdAt updatedAt }}" for i in range(18)
    )
    + " } } }"
)
"""An expensive subscription, of which a user may have some twenty."""


def codes(answer: Any) -> list[str]:
    """The error codes of a response without data."""
    assert "data" not in answer, answer
    return [e["extensions"]["code"] for e in answer["errors"]]


async def over_the_socket(api: Api, by: Person, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    async with api.socket(by) as socket:
        await socket.subscribe("1", query, variables)
        message = await socket.receive()
        return {"errors": message["payload"]} if message["type"] == "error" else message["payload"]


@pytest.mark.parametrize(
    ("query", "expensive", "cheap"),
    [
        (NESTED, {"n": 100}, {"n": 2}),
        (NESTED, {}, {"n": 1}),
        (NESTED, {"n": None}, {"n": 3}),
        (NODES, {"ids": [str(uuid4())] * 100}, {"ids": [str(uuid4())]}),
        (NODES, {"ids": [str(uuid4())] * 900}, {"ids": []}),
    ],
)
async def test_cost_counts_the_values_of_variables(
    api: Api, admin: Person, query: str, expensive: dict[str, Any], cheap: dict[str, Any]
) -> None:
    for ask in (api.graphql, lambda q, v, by: over_the_socket(api, by, q, v)):
        answer = await ask(query, expensive, by=admin)
        assert codes(answer) == ["LIMIT_EXCEEDED"]
        assert "its cost is" in answer["errors"][0]["message"]
        assert "errors" not in await ask(query, cheap, by=admin)


@pytest.mark.parametrize("query", [HIDDEN, SPREAD])
async def test_root_fields_are_counted_through_fragments(api: Api, admin: Person, query: str) -> None:
    answer = await api.graphql(query, by=admin)
    assert codes(answer) == ["LIMIT_EXCEEDED"]
    assert "number of root fields is 3" in answer["errors"][0]["message"]
    assert codes(await over_the_socket(api, admin, query, {})) == ["LIMIT_EXCEEDED"]


async def test_too_many_values_are_refused_before_they_are_coerced(api: Api) -> None:
    answer = await api.graphql("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": [1] * 100_000})
    assert codes(answer) == ["LIMIT_EXCEEDED"]


async def test_a_response_that_grows_beyond_any_cost_is_one_clean_error(api: Api, admin: Person) -> None:
    many = " ".join(f"a{i}: fields {{ name description }}" for i in range(60))
    answer = await api.graphql(f"{{ __schema {{ types {{ {many} }} }} }}", by=admin)
    assert answer["data"] is None
    assert [e["extensions"]["code"] for e in answer["errors"]] == ["LIMIT_EXCEEDED"]


async def test_subscriptions_of_a_user_share_one_ceiling_across_sockets(api: Api, admin: Person) -> None:
    person = await api.new_user(admin, "AUDITOR")
    async with api.socket(person) as first, api.socket(person) as second, api.socket(admin) as other:
        begun = 0
        while True:
            await first.subscribe(str(begun), WIDE, {"u": str(uuid4())})
            message = await first.receive()
            if message["type"] == "error":
                break
            begun += 1
        assert 15 < begun <= USER_SUBSCRIPTION_COST_MAX // 150
        assert [e["extensions"]["code"] for e in message["payload"]] == ["LIMIT_EXCEEDED"]
        last = {"u": str(uuid4())}
        await second.subscribe("more", WIDE, last)
        assert (await second.receive())["type"] == "error"
        await second.subscribe("query", "{ me { id } }")
        assert await second.next("query") == {"me": {"id": person.id}}
        await other.subscribe("theirs", WIDE, last)
        assert (await other.receive())["type"] == "next"
        await first.complete("0")
        await first.subscribe("query", "{ me { id } }")
        assert await first.next("query")
        assert (await second.receive())["type"] == "complete"
        await second.subscribe("more", WIDE, last)
        assert (await second.receive())["type"] == "next"
        await first.subscribe("same", WIDE, last)
        message = await first.receive()
        while message["id"] != "same":
            message = await first.receive()
        assert message["type"] == "next", "the same subscription is rendered once for both"
    async with api.socket(person) as third:
        for number in range(begun):
            await third.subscribe(str(number), WIDE, {"u": str(uuid4())})
            assert (await third.receive())["type"] == "next", "the end of a socket refunds everything"


async def test_a_refused_subscription_is_not_charged(api: Api, admin: Person) -> None:
    person = await api.new_user(admin, "AUDITOR")
    async with api.socket(person) as socket:
        for number in range(60):
            await socket.subscribe(f"bad{number}", WIDE, {"u": f"no id {number}"})
            (error,) = (await socket.receive())["payload"]
            assert error["extensions"]["code"] == "VALIDATION_ERROR"
        await socket.subscribe("good", WIDE, {"u": str(uuid4())})
        assert (await socket.receive())["type"] == "next"


async def test_anonymous_clients_have_a_budget_of_new_documents_and_may_repeat_known_ones(
    fresh_api: tuple[Api, Person],
) -> None:
    api, admin = fresh_api
    known = await api.http.post("/graphql", json={"query": "{ me { id } }"})
    assert known.json() == {"data": {"me": None}}
    size, number, text, answer = TEXT_MAX - 100, 0, "", known
    while answer.status_code == 200 and number < int(STRANGER.burst) // size + 8:
        number += 1
        text = "{ me { id } } #" + f"{number:09}".ljust(size, "x")
        answer = await api.http.post("/graphql", json={"query": text})
    assert answer.status_code == 429
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert int(answer.headers["retry-after"]) == error["extensions"]["retryAfter"] > 0
    assert (await api.http.post("/graphql", json={"query": "{ me { id } }"})).json() == {"data": {"me": None}}
    assert codes(await api.graphql("{me{id}}" + " " * TEXT_MAX)) == ["LIMIT_EXCEEDED"], "a refusal is not charged"
    assert (await api.graphql(text, by=admin))["data"]["me"], "a signed-in user has a separate budget"


async def test_users_have_a_budget_of_new_documents_over_the_socket(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    size = TEXT_MAX - 100
    async with api.socket(admin) as socket:
        refused: dict[str, Any] | None = None
        for number in range(int(USER.burst) // size + 40):
            await socket.subscribe(str(number), "{ me { id } } #" + f"{number:09}".ljust(size, "x"))
            message = await socket.receive()
            if message["type"] == "error":
                refused = message
                break
            assert (await socket.receive())["type"] == "complete"
        assert refused is not None
        assert [e["extensions"]["code"] for e in refused["payload"]] == ["RATE_LIMITED"]
        await socket.subscribe("known", "{ me { id } } #" + "000000000".ljust(size, "x"))
        assert await socket.next("known") == {"me": {"id": admin.id}}


async def test_anonymous_clients_learn_nothing_of_the_schema(api: Api, admin: Person) -> None:
    for query, variables in (
        ("{ users(frist: 1) { edges { cursor } } }", {}),
        ("query($f: UserFilter) { users(filter: $f) { edges { cursor } } }", {"f": {"emial": "a", "statu": 1}}),
        ("query($f: UserFilter) { users(filter: $f) { edges { cursor } } }", {"f": {"role": ["ADMN"]}}),
    ):
        for by in (admin, None, admin):
            answer = await api.graphql(query, variables, by=by)
            assert ("Did you mean" in str(answer["errors"])) == (by is not None), answer
