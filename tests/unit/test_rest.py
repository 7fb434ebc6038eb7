"""The v1 renderings that need no server: errors, conditions, bodies, the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
import pytest
from pydantic import ValidationError
from starlette.types import Message, Receive, Scope

from api.http.body import BodyRefused, read_json
from api.rest.conditions import is_known, versions
from api.rest.errors import SECRET_FIELDS, domain_error, invalid
from api.rest.openapi import document
from api.rest.operations import OPERATIONS
from api.rest.requests import Login, NewUser
from api.rest.shapes import moment, user_shape
from domain import errors
from domain.errors import DomainError
from domain.models.actor import Actor, Role
from tests.unit.domain_errors import KINDS, NOW, USER, example


@pytest.mark.parametrize("kind", KINDS)
def test_every_domain_error_is_rendered(kind: type[DomainError]) -> None:
    error = example(kind)
    response = domain_error(error)
    assert response.status_code == error.status
    body = orjson.loads(response.body)
    assert set(body) == {"success", "error", "timestamp"}
    assert set(body["error"]) == {"code", "message", "details"}
    assert body["error"]["code"] == error.code
    assert isinstance(body["error"]["details"], dict)
    assert body["error"]["message"]
    assert ("www-authenticate" in response.headers) == (response.status_code == 401)
    assert ("retry-after" in response.headers) == (response.status_code in (429, 503))


NOT_OF_V1: set[type[DomainError]] = set()
"""Errors that no use case of v1 raises. An error of a noun that v1 does not have belongs here, not in its document."""


@pytest.mark.parametrize("kind", KINDS)
def test_the_document_lists_exactly_the_errors_that_v1_can_raise(kind: type[DomainError]) -> None:
    error = example(kind)
    listing = [o.id for o in OPERATIONS if error.code in o.refusals.get(error.status, ())]
    assert bool(listing) == (kind not in NOT_OF_V1), listing


def test_each_route_lists_its_own_errors() -> None:
    codes = {o.id: {c for listed in o.refusals.values() for c in listed} for o in OPERATIONS}
    assert {i for i, listed in codes.items() if "INVALID_CREDENTIALS" in listed} == {"signIn"}
    assert {i for i, listed in codes.items() if "EMAIL_TAKEN" in listed} == {"createUser", "updateUser"}
    assert {i for i, listed in codes.items() if "LAST_ADMIN" in listed} == {"updateUser", "deleteUser"}
    assert {i for i, listed in codes.items() if "UNAUTHENTICATED" in listed} == set(codes) - {
        "signIn",
        "refreshSession",
    }
    assert all({"INTERNAL_ERROR", "UNAVAILABLE"} <= listed for listed in codes.values())


def test_details_name_the_first_fault_and_list_all() -> None:
    faults = [errors.FieldFault.of("email", "Bad", "x" * 500), errors.FieldFault.of("display_name", "Empty", "")]
    details = orjson.loads(domain_error(errors.ValidationFailed(faults)).body)["error"]["details"]
    assert details["field"] == "email"
    assert details["value"] == "x" * 200
    assert [e["field"] for e in details["errors"]] == ["email", "display_name"]


@pytest.mark.parametrize(
    "body",
    [
        {"email": "a@example.com", "display_name": "A", "password": 12345678},
        {"email": "a@example.com", "display_name": "A", "passwrod": "hunter2-hunter2"},
        {"email": {"password": "hunter2-hunter2"}, "display_name": "A"},
        {"email": ["hunter2-hunter2"], "display_name": "A"},
        {"email": "a@example.com", "display_name": "A", "x" * 5000: "hunter2-hunter2"},
    ],
)
def test_a_refused_body_that_may_hold_a_secret_is_not_echoed(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        NewUser.model_validate(body)
    text = orjson.dumps(dict(invalid(refused.value, body).details)).decode()
    assert "hunter2" not in text
    assert "12345678" not in text
    assert len(text) < 1000


def test_a_long_list_of_faults_is_truncated() -> None:
    body = {f"field{i}": 1 for i in range(10_000)}
    with pytest.raises(ValidationError) as refused:
        Login.model_validate(body)
    assert len(invalid(refused.value, body).details["errors"]) <= 20


def test_every_field_that_must_not_be_echoed_is_known() -> None:
    hidden = {name for model in (NewUser, Login) for name, f in model.model_fields.items() if not f.repr}
    assert hidden <= SECRET_FIELDS


@pytest.mark.parametrize(
    ("condition", "strong", "weak"),
    [
        (None, None, None),
        ("*", None, None),
        ('"3"', {3}, {3}),
        ('W/"3"', set(), {3}),
        ('"3", "4" , W/"5"', {3, 4}, {3, 4, 5}),
        ('"x"', set(), set()),
        ("3", set(), set()),
        ("", set(), set()),
        ('"99999999999999999999"', set(), set()),
        ('"٣"', set(), set()),
    ],
)
def test_conditions_compare_as_the_rfc_says(
    condition: str | None, strong: set[int] | None, weak: set[int] | None
) -> None:
    assert versions(condition, weak=False) == strong
    assert versions(condition, weak=True) == weak
    assert is_known(condition, USER) == (condition is not None and (weak is None or 3 in weak))


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [(Role.MEMBER, False), (Role.AUDITOR, True), (Role.ADMIN, True)],
)
def test_the_email_is_null_for_a_viewer_who_may_not_see_it(viewer: Role, sees: bool) -> None:
    assert (user_shape(USER, Actor(UUID(int=2), viewer))["email"] is not None) == sees
    assert user_shape(USER, Actor(USER.id, Role.MEMBER))["email"] == "ada@example.com"


def test_times_are_utc_and_end_in_z() -> None:
    assert moment(NOW) == "2026-01-02T03:04:05Z"
    assert moment(None) is None


def sending(*parts: bytes) -> Receive:
    """An ASGI `receive` that returns a body in these parts."""
    messages: list[Message] = [{"type": "http.request", "body": p, "more_body": True} for p in parts]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return messages.pop(0)

    return receive


def post(**headers: str) -> Scope:
    """A JSON request's scope."""
    raw = {"content-type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return {"type": "http", "headers": [(k.encode(), v.encode()) for k, v in raw.items()]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
        b'{"a": ' + b"9" * 20_000 + b"}",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": 1, "\\u0061": 2}',
    ],
)
async def test_invalid_json_is_refused(body: bytes) -> None:
    with pytest.raises(BodyRefused) as refused:
        await read_json(post(), sending(body), 1_000_000, strict=True)
    assert (refused.value.status, refused.value.code) == (400, "MALFORMED_REQUEST")


async def test_a_body_is_joined_from_its_parts() -> None:
    assert await read_json(post(), sending(b'{"a":', b'"\xc3', b'\xa9"}'), 100, strict=True) == {"a": "é"}


@pytest.mark.parametrize("headers", [{}, {"content_length": "101"}, {"content_length": "9" * 5000}])
async def test_a_body_over_the_limit_is_refused_with_and_without_a_content_length(headers: dict[str, str]) -> None:
    with pytest.raises(BodyRefused) as refused:
        await read_json(post(**headers), sending(b"x" * 60, b"x" * 60), 100)
    assert refused.value.status == 413


@pytest.mark.parametrize(
    "headers",
    [{"content_type": "text/plain"}, {"content_type": ""}, {"content_encoding": "gzip"}],
)
async def test_only_plain_json_is_read(headers: dict[str, str]) -> None:
    with pytest.raises(BodyRefused) as refused:
        await read_json(post(**headers), sending(b"{}"), 100)
    assert refused.value.status == 415


async def test_a_client_that_disconnects_is_not_reported_as_our_error() -> None:
    async def disconnected() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(ConnectionError):
        await read_json(post(), disconnected, 100)


def test_the_document_refers_only_to_its_own_definitions() -> None:
    described = document("https://rollcall.example.com", cookie="rollcall")

    def follow(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for value in node.values():
                yield from follow(value)
        elif isinstance(node, list):
            for value in node:
                yield from follow(value)

    for reference in set(follow(described)):
        found: Any = described
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found
    ids = [o["operationId"] for path in described["paths"].values() for o in path.values()]
    assert len(ids) == len(set(ids)) == 11
