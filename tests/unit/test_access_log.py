"""The access log: failures always, every request if ACCESS_LOG says so, and never a query."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from api.http.middleware import RequestMiddleware
from api.telemetry import Metrics


async def logged(status: int, *, access_log: bool) -> list[Any]:
    """The lines about one request that is answered with this status."""

    async def app(_: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def nothing(*_: Message) -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/x", "query_string": b"token=secret", "headers": []}
    with capture_logs() as lines:
        await RequestMiddleware(app, Metrics(), secure=False, access_log=access_log)(scope, nothing, nothing)
    return lines


@pytest.mark.parametrize(
    ("status", "access_log", "level"), [(200, True, "info"), (200, False, "debug"), (500, False, "warning")]
)
async def test_a_request_is_logged_at_the_level_of_its_outcome(status: int, access_log: bool, level: str) -> None:
    (line,) = await logged(status, access_log=access_log)
    assert (line["log_level"], line["path"], line["status"]) == (level, "/x", status)
    assert "secret" not in str(line)
