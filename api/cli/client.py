"""A client of the public API, for `rollcall tail` and `rollcall verify`: requests and subscriptions with typed failures.

A caller that retries must distinguish three failures: the server is unavailable (ServerUnavailable, with whether the
request may have been executed), the token is no longer valid (SignedOut), and retrying would not help (Refused).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from domain.errors import EnrolmentRequired

PROTOCOL = "graphql-transport-ws"
OPEN_SECONDS = 10.0
MESSAGE_MAX = 2**24
PASSING = frozenset({"UNAVAILABLE", "INTERNAL_ERROR", "LIMIT_EXCEEDED"})
"""Codes of errors that may not occur on the next attempt."""
SIGNED_OUT = frozenset({"UNAUTHENTICATED", "TOKEN_INVALID", "TOKEN_EXPIRED", "SESSION_REVOKED"})
SIGNED_OUT_CLOSES, REFUSED_CLOSES = (4401, 4403), (4400, 4406, 4409)
"""Close codes, see api/sockets/connection.py; all others only mean that the connection has ended."""
SESSION = """__typename ... on SessionPayload { accessToken refreshToken user { id role } session { enrolmentRequired } }
  ... on Problem { message }"""
SIGN_IN = f"""mutation SignIn($email: String!, $password: String!) {{
  signIn(input: {{email: $email, password: $password}}) {{ {SESSION} }}
}}"""
REFRESH = f"mutation Refresh($token: String!) {{ refreshSession(refreshToken: $token) {{ {SESSION} }} }}"
SIGN_OUT = "mutation SignOut { signOut { __typename } }"
OWNER = "query Owner { me { id role } }"


class ServerUnavailable(Exception):
    """The server is unavailable. `sent` is False if the request cannot have been executed."""

    def __init__(self, why: str, *, sent: bool = True) -> None:
        self.sent = sent
        super().__init__(why)


class SignedOut(Exception):
    """The token is no longer valid; the request was not executed."""


class Refused(Exception):
    """Retrying would not help; the message says why."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session: its tokens (the refresh token is valid once), its user, and their role as named in GraphQL.

    An API key in place of a session is its own token, and has no refresh token.
    """

    token: str
    refresh_token: str | None
    user_id: str
    role: str


async def send(
    http: httpx.AsyncClient, method: str, path: str, *, body: Any = None, token: str | None = None, **headers: str
) -> httpx.Response:
    """The response of a request, with any status below 500. Header names may be written with underscores.

    Raises ServerUnavailable and SignedOut.
    """
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        given["authorization"] = f"Bearer {token}"
    try:
        answer = await http.request(method, path, json=body, headers=given)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ServerUnavailable(type(error).__name__, sent=False) from error
    except httpx.HTTPError as error:
        raise ServerUnavailable(type(error).__name__) from error
    if answer.status_code >= 500:
        raise ServerUnavailable(f"HTTP {answer.status_code}")
    if answer.status_code == 401:
        raise SignedOut
    return answer


async def ask(
    http: httpx.AsyncClient, query: str, variables: Mapping[str, Any], token: str | None = None, **headers: str
) -> dict[str, Any]:
    """The data of a GraphQL request. Raises ServerUnavailable, SignedOut and Refused."""
    body = {"query": query, "variables": variables}
    answer = await send(http, "POST", "/graphql", body=body, token=token, **headers)
    try:
        result = answer.json()
        errors = result.get("errors")
        data = result.get("data")
    except (ValueError, AttributeError):
        raise Refused(f"{http.base_url} is not a Rollcall API (HTTP {answer.status_code})") from None
    if errors:
        raise _failure(errors)
    return dict(data)


async def sign_in(http: httpx.AsyncClient, email: str, password: str) -> SignedIn:
    """A new session. Raises ServerUnavailable and Refused."""
    try:
        payload = (await ask(http, SIGN_IN, {"email": email, "password": password}))["signIn"]
    except SignedOut:
        raise Refused(f"{http.base_url} refuses sign-in requests without a session") from None
    if payload["__typename"] != "SessionPayload":
        raise Refused(payload["message"])
    session = _session(payload)
    if payload["session"]["enrolmentRequired"]:
        await sign_out(http, session)
        raise Refused(f"{EnrolmentRequired.default}, or use an API key")
    return session


async def use_key(http: httpx.AsyncClient, key: str) -> SignedIn:
    """An API key in place of a session, after asking whose it is. Raises ServerUnavailable and Refused."""
    try:
        owner = (await ask(http, OWNER, {}, key))["me"]
    except SignedOut:
        raise Refused(f"{http.base_url} does not accept this API key: unknown, expired or revoked") from None
    return SignedIn(key, None, owner["id"], owner["role"])


async def refresh(http: httpx.AsyncClient, session: SignedIn) -> SignedIn:
    """The session with new tokens. Raises ServerUnavailable, and SignedOut if the session has ended."""
    if session.refresh_token is None:
        raise SignedOut("An API key is not renewed")
    payload = (await ask(http, REFRESH, {"token": session.refresh_token}))["refreshSession"]
    if payload["__typename"] != "SessionPayload":
        raise SignedOut(payload["message"])
    return _session(payload)


async def sign_out(http: httpx.AsyncClient, session: SignedIn) -> None:
    """End a session; an API key stays as it is. Raises ServerUnavailable and SignedOut."""
    if session.refresh_token is None:
        return
    await ask(http, SIGN_OUT, {}, session.token)


def _session(payload: Mapping[str, Any]) -> SignedIn:
    user = payload["user"]
    return SignedIn(payload["accessToken"], payload["refreshToken"], user["id"], user["role"])


async def subscribe(
    url: str, token: str, query: str, variables: Mapping[str, Any], **options: Any
) -> AsyncGenerator[dict[str, Any], None]:
    """The messages of one subscription with one field, over its own connection, until the server completes it.

    `url` is the API's http or https address, `options` are passed to websockets. Raises ServerUnavailable, SignedOut and Refused.
    """
    address = f"{url.replace('http', 'ws', 1)}/graphql"
    given: dict[str, Any] = {"compression": None, "max_size": MESSAGE_MAX, "open_timeout": OPEN_SECONDS} | options
    try:
        async with connect(address, subprotocols=[PROTOCOL], **given) as socket:  # type: ignore[list-item]
            await _send(socket, {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
            while True:
                message = orjson.loads(await socket.recv())
                match message["type"]:
                    case "next":
                        yield _field(message["payload"])
                    case "connection_ack":
                        payload = {"query": query, "variables": variables}
                        await _send(socket, {"id": "1", "type": "subscribe", "payload": payload})
                    case "ping":
                        await _send(socket, {"type": "pong"})
                    case "error":
                        raise _failure(message["payload"])
                    case "complete":
                        return
    except ConnectionClosed as closed:
        raise _closed(closed) from closed
    except InvalidStatus as answer:
        status = answer.response.status_code
        raise (ServerUnavailable if status >= 500 else Refused)(f"{address} responded with HTTP {status}") from answer
    except (OSError, TimeoutError, WebSocketException) as error:
        raise ServerUnavailable(type(error).__name__) from error


async def _send(socket: ClientConnection, message: Mapping[str, Any]) -> None:
    await socket.send(orjson.dumps(message).decode())


def _field(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The value of the only field. Raises the failure if the server could not resolve it."""
    if payload.get("errors"):
        raise _failure(payload["errors"])
    (value,) = payload["data"].values()
    return dict(value)


def _failure(errors: Any) -> Exception:
    """The exception for a list of GraphQL errors."""
    code = (errors[0].get("extensions") or {}).get("code")
    message = str(errors[0].get("message"))
    if code in SIGNED_OUT:
        return SignedOut(message)
    return ServerUnavailable(str(code)) if code in PASSING else Refused(message)


def _closed(closed: ConnectionClosed) -> Exception:
    """The exception for a closed connection."""
    code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (None, "")
    if code in SIGNED_OUT_CLOSES:
        return SignedOut(reason)
    if code in REFUSED_CLOSES:
        return Refused(reason)
    return ServerUnavailable(f"closed with {code}" if code else "ConnectionClosed")
