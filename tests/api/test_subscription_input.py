"""Invalid input to a subscription gets the same messages and codes as in a query, over HTTP and over the socket."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api, Person

FEED = "subscription($f: UserFilter, $s: String) { userFeed(filter: $f, search: $s) { __typename } }"
USERS = "query($f: UserFilter, $s: String) { users(filter: $f, search: $s) { edges { cursor } } }"
EVENTS = "subscription($after: Cursor, $f: EventFilter) { userEvents(after: $after, filter: $f) { __typename } }"
TRAIL = "query($after: String, $f: EventFilter) { events(after: $after, filter: $f) { edges { cursor } } }"
NEEDED = "query($id: ID!) { user(id: $id) { id } }"
SUBSCRIPTION_NEEDED = "subscription($id: ID!) { userEvents(filter: {userId: $id}) { __typename } }"

Error = tuple[str, str, Any]


def said(error: dict[str, Any]) -> Error:
    """The content of an error, without its location in the document."""
    return error["extensions"]["code"], error["message"], error["extensions"].get("field")


async def over_http(api: Api, by: Person, request: dict[str, Any]) -> list[Error]:
    answer = await api.http.post("/graphql", json=request, headers=by.bearer)
    return [said(e) for e in answer.json()["errors"]]


async def over_the_socket(api: Api, by: Person, request: dict[str, Any]) -> list[Error]:
    async with api.socket(by) as socket:
        await socket.send({"id": "1", "type": "subscribe", "payload": request})
        message = await socket.receive()
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        await socket.subscribe("2", "{ me { id } }")
        while (await socket.receive())["id"] != "2":
            pass
        return [said(e) for e in errors]


@pytest.mark.parametrize(
    ("subscription", "query", "variables", "code"),
    [
        (FEED, USERS, {"f": {"createdAfter": "2026-01-01"}}, "BAD_USER_INPUT"),
        (FEED, USERS, {"f": {"createdAfter": 5}}, "BAD_USER_INPUT"),
        (FEED, USERS, {"f": {"status": ["AWAY"]}}, "BAD_USER_INPUT"),
        (FEED, USERS, {"f": {"nonsense": 1}}, "BAD_USER_INPUT"),
        (FEED, USERS, {"s": 5}, "BAD_USER_INPUT"),
        (EVENTS, TRAIL, {"f": {"userId": "no uuid"}}, "VALIDATION_ERROR"),
        (EVENTS, TRAIL, {"f": {"userId": {}}}, "BAD_USER_INPUT"),
        (SUBSCRIPTION_NEEDED, NEEDED, {}, "BAD_USER_INPUT"),
        (SUBSCRIPTION_NEEDED, NEEDED, {"id": ["a", "b"]}, "BAD_USER_INPUT"),
        (EVENTS, TRAIL, {"f": {"types": ["USER_CREATED"] * 2000}}, "LIMIT_EXCEEDED"),
    ],
)
async def test_a_subscription_is_refused_as_a_query_is(
    api: Api, admin: Person, subscription: str, query: str, variables: dict[str, Any], code: str
) -> None:
    expected = await over_http(api, admin, {"query": query, "variables": variables})
    assert [e[0] for e in expected] == [code]
    assert await over_the_socket(api, admin, {"query": query, "variables": variables}) == expected
    assert await over_the_socket(api, admin, {"query": subscription, "variables": variables}) == expected


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("subscription { userEvents(after: 5) { __typename } }", {}),
        (EVENTS, {"after": 5}),
        (EVENTS, {"after": ["a"]}),
        ('subscription { userFeed(filter: {createdAfter: "2026-01-01"}) { __typename } }', {}),
        ("subscription { userFeed(nonsense: 1) { __typename } }", {}),
        ("subscription { userFeed }", {}),
    ],
)
async def test_invalid_arguments_of_subscriptions_are_explained(
    api: Api, admin: Person, document: str, variables: dict[str, Any]
) -> None:
    ((code, message, _),) = await over_the_socket(api, admin, {"query": document, "variables": variables})
    assert code in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED")
    assert "Internal" not in message


@pytest.mark.parametrize("name", ["", None])
async def test_an_empty_operation_name_means_none(api: Api, admin: Person, name: str | None) -> None:
    queries: list[tuple[str, str]] = [
        ("{ me { id } }", "next"),
        ("subscription { userEvents { __typename } }", "next"),
        ("query A { me { id } } query B { me { id } }", "error"),
        ("subscription A { userEvents { __typename } } subscription B { presence { online } }", "error"),
    ]
    async with api.socket(admin) as socket:
        for number, (query, type_) in enumerate(queries):
            request = {"query": query, "operationName": name}
            await socket.send({"id": str(number), "type": "subscribe", "payload": request})
            message = await socket.receive()
            while message["id"] != str(number):
                message = await socket.receive()
            assert message["type"] == type_, query
            assert "errors" not in message["payload"]
    for query, type_ in (queries[0], queries[2]):
        answer = await api.http.post("/graphql", json={"query": query, "operationName": name}, headers=admin.bearer)
        assert ("data" in answer.json()) == (type_ == "next"), query
