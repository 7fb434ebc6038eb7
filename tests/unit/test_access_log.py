"""The access log: failures always, every request if ACCESS_LOG says so, and never a query."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from starlette.types import Message, Receive, Scope, Send

from api.access_log import note_actor, note_statement
from api.http import middleware
from api.http.middleware import RequestMiddleware
from api.telemetry import Metrics
from tests.logged import logged

USER = UUID(int=7)


async def another_statement() -> None:
    note_statement(0.5)


async def lines_of(status: int, *, access_log: bool) -> list[Any]:
    """The lines about one request that is answered with this status."""

    async def app(_: Scope, receive: Receive, send: Send) -> None:
        note_actor(USER, None)
        note_statement(0.25)
        await asyncio.create_task(another_statement())
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def nothing(*_: Message) -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/x", "query_string": b"token=secret", "headers": []}
    with logged(middleware.log) as lines:
        await RequestMiddleware(app, Metrics(), secure=False, access_log=access_log)(scope, nothing, nothing)
    return lines


@pytest.mark.parametrize(
    ("status", "access_log", "level"), [(200, True, "info"), (200, False, "debug"), (500, False, "warning")]
)
async def test_a_request_is_logged_at_the_level_of_its_outcome(status: int, access_log: bool, level: str) -> None:
    (line,) = await lines_of(status, access_log=access_log)
    assert (line["log_level"], line["path"], line["status"]) == (level, "/x", status)
    assert ("sql" in line) == access_log
    assert "secret" not in str(line)


async def test_a_line_says_who_asked_and_what_it_cost() -> None:
    (line,) = await lines_of(200, access_log=True)
    assert (line["user"], line["sql"], line["sql_ms"]) == (str(USER), 2, 750.0)
    assert not {"session", "operation", "operation_name"} & line.keys()


async def test_nothing_is_noted_of_one_request_in_the_next() -> None:
    await lines_of(200, access_log=True)
    (line,) = await lines_of(200, access_log=True)
    assert line["sql"] == 2
