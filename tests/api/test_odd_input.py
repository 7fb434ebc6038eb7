"""Values that are well-formed but impossible: refused like any other invalid input, never an error of the server."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.api.conftest import Api, Person

LATEST, EARLIEST = "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"
"""Times outside the calendar in UTC."""
HALF = "\ud800"
"""Half of a surrogate pair, which is not a character."""
USERS = "query($a: String, $o: UserOrder) { users(first: 2, after: $a, orderBy: $o) { edges { node { id } } } }"
SESSIONS = "query($a: String) { me { sessions(first: 2, after: $a) { edges { node { id } } } } }"
FILTERED = "query($f: UserFilter) { users(filter: $f) { edges { node { id } } } }"
CREATE = """mutation($key: String) {
  createUser(input: {email: "odd-key@example.com", displayName: "Odd", idempotencyKey: $key}) {
    __typename ... on ValidationProblem { fields { field } }
  }
}"""


def forged(kind: str, value: str) -> str:
    """A cursor that the server never issued."""
    return base64.urlsafe_b64encode(json.dumps([kind, value, "0" * 32]).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (USERS, {"a": forged("created_at-asc", LATEST)}),
        (USERS, {"a": forged("created_at-asc", EARLIEST)}),
        (USERS, {"a": forged("display_name-asc", HALF), "o": {"field": "DISPLAY_NAME"}}),
        (USERS, {"a": forged("email-asc", HALF), "o": {"field": "EMAIL"}}),
        (SESSIONS, {"a": forged("sessions", LATEST)}),
        (SESSIONS, {"a": forged("sessions", "2026-01-01T00:00:00")}),
    ],
)
async def test_a_forged_cursor_is_refused(api: Api, admin: Person, query: str, variables: dict[str, Any]) -> None:
    answer = await api.graphql(query, variables, admin)
    assert answer["errors"][0]["extensions"] == {"code": "VALIDATION_ERROR", "field": "after"}


@pytest.mark.parametrize("field", ["createdAfter", "createdBefore"])
@pytest.mark.parametrize("moment", [LATEST, EARLIEST, "2026-01-01T00:00:00", "yesterday"])
async def test_a_time_outside_the_calendar_is_refused(api: Api, admin: Person, field: str, moment: str) -> None:
    answer = await api.graphql(FILTERED, {"f": {field: moment}}, admin)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "moment", ["2001-01-31T12:00:00Z", "2001-01-31t12:00:00.123456789z", "2001-01-31T12:00:00-02:00"]
)
async def test_a_time_may_be_written_as_rfc_3339_allows(api: Api, admin: Person, moment: str) -> None:
    assert await api.ask(FILTERED, {"f": {"createdBefore": moment}}, admin) == {"users": {"edges": []}}


@pytest.mark.parametrize("key", ["", "a\0b", "line\nbreak", "k" * 201])
async def test_a_key_that_cannot_be_stored_is_refused(api: Api, admin: Person, key: str) -> None:
    created = (await api.ask(CREATE, {"key": key}, admin))["createUser"]
    assert created == {"__typename": "ValidationProblem", "fields": [{"field": "idempotencyKey"}]}


async def test_a_refused_argument_has_its_schema_name(api: Api, admin: Person) -> None:
    answer = await api.graphql('{ events(filter: {userId: "nobody"}) { edges { node { id } } } }', by=admin)
    assert answer["errors"][0]["extensions"] == {"code": "VALIDATION_ERROR", "field": "userId"}
