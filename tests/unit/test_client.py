"""The client of the public API tells each failure apart, against servers that send what a test defines."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from api.cli.client import (
    Refused,
    ServerUnavailable,
    SignedIn,
    SignedOut,
    ask,
    refresh,
    send,
    sign_in,
    sign_out,
    subscribe,
    use_key,
)
from api.cli.credential import ApiKey, Password, credential_of
from api.settings import LocalSettings

ACK = {"type": "connection_ack"}
NEXT = {"id": "1", "type": "next", "payload": {"data": {"userEvents": {"__typename": "Event", "cursor": "c1"}}}}
COMPLETE = {"id": "1", "type": "complete"}
QUERY = "subscription { userEvents { __typename } }"


def failure(code: str | None) -> dict[str, Any]:
    """An error message."""
    return {"id": "1", "type": "error", "payload": [{"message": "No", "extensions": {"code": code} if code else None}]}


UNMADE = {**NEXT, "payload": {"data": None, "errors": failure("INTERNAL_ERROR")["payload"]}}


@asynccontextmanager
async def scripted_server(
    *messages: dict[str, Any], close: int | None = None, drop: bool = False
) -> AsyncIterator[str]:
    """A server that sends these messages after connection_init, then closes, drops or waits; yields its address."""

    async def handle(socket: ServerConnection) -> None:
        assert json.loads(await socket.recv()) == {"type": "connection_init", "payload": {"authorization": "Bearer t"}}
        for message in messages:
            await socket.send(json.dumps(message))
        if close is not None:
            await socket.close(close, "Because")
        elif drop:
            socket.transport.abort()
        else:
            async for _ in socket:
                pass

    async with serve(handle, "127.0.0.1", 0, subprotocols=["graphql-transport-ws"]) as server:  # type: ignore[list-item]
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def received(url: str, **options: Any) -> list[dict[str, Any]]:
    """All messages of a subscription."""
    return [message async for message in subscribe(url, "t", QUERY, {"after": None}, **options)]


async def test_a_subscription_ends_when_it_is_complete() -> None:
    async with scripted_server({"type": "ping"}, ACK, NEXT, NEXT, COMPLETE) as url:
        assert await received(url) == [{"__typename": "Event", "cursor": "c1"}] * 2


@pytest.mark.parametrize(
    ("messages", "close", "error"),
    [
        ([], 4401, SignedOut),
        ([ACK, NEXT], 4401, SignedOut),
        ([ACK, NEXT], 4403, SignedOut),
        ([], 4400, Refused),
        ([], 4406, Refused),
        ([ACK], 1000, ServerUnavailable),
        ([ACK], 1001, ServerUnavailable),
        ([ACK], 1012, ServerUnavailable),
        ([], 1013, ServerUnavailable),
        ([ACK, NEXT], 4410, ServerUnavailable),
        ([ACK], 4429, ServerUnavailable),
        ([ACK, failure("UNAVAILABLE")], None, ServerUnavailable),
        ([ACK, failure("INTERNAL_ERROR")], None, ServerUnavailable),
        ([ACK, failure("LIMIT_EXCEEDED")], None, ServerUnavailable),
        ([ACK, failure("TOKEN_EXPIRED")], None, SignedOut),
        ([ACK, failure("FORBIDDEN")], None, Refused),
        ([ACK, failure(None)], None, Refused),
        ([ACK, UNMADE], None, ServerUnavailable),
    ],
)
async def test_the_end_of_a_subscription_is_reported(
    messages: Sequence[dict[str, Any]], close: int | None, error: type[Exception]
) -> None:
    async with scripted_server(*messages, close=close) as url:
        with pytest.raises(error):
            await received(url)


async def test_a_broken_or_refused_connection_is_unavailable() -> None:
    async with scripted_server(ACK, NEXT, drop=True) as url:
        with pytest.raises(ServerUnavailable):
            await received(url)
    with pytest.raises(ServerUnavailable):
        await received(url)


@pytest.mark.parametrize(
    ("status", "error"), [(502, ServerUnavailable), (503, ServerUnavailable), (404, Refused), (403, Refused)]
)
async def test_an_upgrade_that_is_refused(status: int, error: type[Exception]) -> None:
    def refuse(connection: ServerConnection, _: Request) -> Response:
        return connection.respond(HTTPStatus(status), "No\n")

    async def never(_: ServerConnection) -> None:
        raise AssertionError

    async with serve(never, "127.0.0.1", 0, process_request=refuse) as server:
        with pytest.raises(error):
            await received(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")


def answering(status: int = 200, body: Any = None, error: Exception | None = None) -> httpx.AsyncClient:
    """An HTTP client that gets the same response to every request."""

    def handle(request: httpx.Request) -> httpx.Response:
        if error is not None:
            raise error
        return httpx.Response(status, content=body) if isinstance(body, bytes) else httpx.Response(status, json=body)

    return httpx.AsyncClient(base_url="http://rollcall.test", transport=httpx.MockTransport(handle))


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (httpx.ConnectError("no"), False),
        (httpx.ConnectTimeout("no"), False),
        (httpx.PoolTimeout("no"), False),
        (httpx.ReadError("no"), True),
        (httpx.ReadTimeout("no"), True),
        (httpx.WriteError("no"), True),
        (httpx.RemoteProtocolError("no"), True),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_a_request_without_a_response_reports_whether_it_may_have_arrived(error: Exception, sent: bool) -> None:
    with pytest.raises(ServerUnavailable) as raised:
        await send(answering(error=error), "GET", "/")
    assert raised.value.sent is sent


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, None, ServerUnavailable),
        (503, {"data": {}}, ServerUnavailable),
        (401, {"errors": []}, SignedOut),
        (200, {"errors": [{"message": "m", "extensions": {"code": "UNAVAILABLE"}}], "data": None}, ServerUnavailable),
        (200, {"errors": [{"message": "m", "extensions": {"code": "SESSION_REVOKED"}}]}, SignedOut),
        (200, {"errors": [{"message": "m"}]}, Refused),
        (200, b"<html>", Refused),
        (404, b"[]", Refused),
    ],
)
async def test_the_error_that_follows_from_a_response(status: int, body: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        await ask(answering(status, body), "{ me { id } }", {})


async def test_signing_in() -> None:
    session = {
        "__typename": "SessionPayload",
        "accessToken": "t",
        "refreshToken": "r",
        "user": {"id": "u", "role": "ADMIN"},
        "session": {"enrolmentRequired": False},
    }
    signed_in = await sign_in(answering(body={"data": {"signIn": session}}), "a", "b")
    assert signed_in == SignedIn("t", "r", "u", "ADMIN")
    assert await refresh(answering(body={"data": {"refreshSession": session}}), signed_in) == signed_in
    problem = {"__typename": "CredentialsProblem", "message": "The e-mail address or the password is wrong"}
    with pytest.raises(Refused, match="is wrong"):
        await sign_in(answering(body={"data": {"signIn": problem}}), "a", "b")
    with pytest.raises(SignedOut, match="is wrong"):
        await refresh(answering(body={"data": {"refreshSession": problem}}), signed_in)


async def test_a_sign_in_that_needs_a_second_factor_first_is_refused_and_ended() -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content)["query"].split()[1].partition("(")[0])
        user, session = {"id": "u", "role": "ADMIN"}, {"enrolmentRequired": True}
        payload = {"__typename": "SessionPayload", "accessToken": "t", "refreshToken": "r"}
        data = {"signIn": {**payload, "user": user, "session": session}, "signOut": {}}
        return httpx.Response(200, json={"data": data})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://api") as http:
        with pytest.raises(Refused, match=r"second factor is required here.* or use an API key"):
            await sign_in(http, "a", "b")
    assert sent == ["SignIn", "SignOut"], "no session is left behind"


async def test_an_api_key_takes_the_place_of_a_session() -> None:
    session = await use_key(answering(body={"data": {"me": {"id": "u", "role": "ADMIN"}}}), "rck_key")
    assert session == SignedIn("rck_key", None, "u", "ADMIN")
    with pytest.raises(SignedOut):
        await refresh(answering(error=httpx.ConnectError("a key is not renewed")), session)
    await sign_out(answering(error=httpx.ConnectError("a key has no session")), session)
    with pytest.raises(Refused, match="does not accept this API key") as raised:
        await use_key(answering(401), "rck_key")
    assert "rck_key" not in str(raised.value)


@pytest.mark.usefixtures("no_settings")
def test_the_credential_is_the_key_unless_an_account_is_named() -> None:
    settings = LocalSettings.load(
        rollcall_api_key="rck_key", rollcall_password="a phrase", rollcall_email="a@example.com"
    )
    assert credential_of(settings) == ApiKey("rck_key")
    assert credential_of(settings, "b@example.com") == Password("b@example.com", "a phrase")
    without = LocalSettings.load(rollcall_password="a phrase", admin_email="root@example.com")
    assert credential_of(without) == Password("root@example.com", "a phrase")
    assert "rck_key" not in repr(credential_of(settings))
    assert "phrase" not in repr(credential_of(without))
