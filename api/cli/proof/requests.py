"""Writes over GraphQL and REST; each is executed at most once, however often it is requested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from api.cli.client import Refused, ServerUnavailable, ask, send
from api.cli.proof.ledger import Kind, Write

FUTURE = 1_000_000
"""A version that no account has reached."""
PAYLOAD = "{ __typename ... on UserPayload { user { id version } } ... on Problem { code } }"
CREATE = f"mutation Create($input: CreateUserInput!) {{ result: createUser(input: $input) {PAYLOAD} }}"
UPDATE = f"mutation Update($input: UpdateUserInput!) {{ result: updateUser(input: $input) {PAYLOAD} }}"


@dataclass(frozen=True, slots=True)
class Answer:
    """`refusal` is None if the write was executed; then the account has this version."""

    refusal: str | None
    id: str = ""
    version: int = 0


async def over_graphql(http: httpx.AsyncClient, token: str, write: Write) -> Answer:
    """Request the write with a mutation. Raises ServerUnavailable and SignedOut."""
    if write.kind.creates:
        query = CREATE
        given: dict[str, Any] = {"email": write.email, "displayName": write.mark, "idempotencyKey": write.mark}
    else:
        query = UPDATE
        given = {"id": _id(write), "displayName": write.mark, "expectedVersion": _version(write)}
    try:
        payload = (await ask(http, query, {"input": given}, token))["result"]
    except Refused as error:
        return Answer(str(error))
    if payload["__typename"] != "UserPayload":
        return Answer(payload["code"])
    return Answer(None, payload["user"]["id"], payload["user"]["version"])


async def over_rest(http: httpx.AsyncClient, token: str, write: Write) -> Answer:
    """Request the write with POST or PUT. Raises ServerUnavailable and SignedOut."""
    body = {"display_name": write.mark}
    if write.kind.creates:
        body["email"] = write.email
        answer = await send(http, "POST", "/api/v1/users", body=body, token=token, idempotency_key=write.mark)
    else:
        condition = f'"{_version(write)}"'
        answer = await send(http, "PUT", f"/api/v1/users/{_id(write)}", body=body, token=token, if_match=condition)
    try:
        result = answer.json()
        if not answer.is_success:
            return Answer(str(result["error"]["code"]))
        return Answer(None, result["data"]["id"], result["data"]["version"])
    except (ValueError, KeyError, TypeError) as error:
        raise ServerUnavailable(f"HTTP {answer.status_code} without a Rollcall body") from error


def _id(write: Write) -> str:
    assert write.person is not None
    return write.person.id


def _version(write: Write) -> int:
    assert write.person is not None
    assert write.person.version is not None
    return FUTURE if write.kind is Kind.STALE else write.person.version
