"""V1's reads of users on their straight way: what takes it, and how many function calls a request costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import orjson
import pytest
from starlette.types import Message, Receive, Scope, Send

from api.http.fair import Fairness
from api.http.middleware import ErrorMask, RequestMiddleware
from api.rest.exchange import Exchange
from api.rest.reads import ReadsFirst, UserReads
from api.telemetry import Metrics
from domain.pagination import Cursors, Page, Window
from tests.unit.desk import Desk
from tests.unit.equality.world import ADMIN, USERS, context
from tests.unit.test_work_counts import calls_of, within

ONE = f"/api/v1/users/{ADMIN.id}"


class Requests:
    """The two reads with the middleware of every request, over a directory in memory."""

    def __init__(self) -> None:
        self.desk, metrics = Desk(), Metrics()
        reads = UserReads(Exchange(self.desk.auth, self.desk.settings, Fairness()), context("admin", {}).services.users)
        doors = ReadsFirst(ErrorMask(reads.serve_one), ErrorMask(reads.serve_page), self._other)
        self._app = RequestMiddleware(doors, metrics, secure=True)
        self.others: list[tuple[str, str]] = []
        self.answers: list[Message] = []

    async def _other(self, scope: Scope, _: Receive, __: Send) -> None:
        self.others.append((scope["method"], scope["path"]))

    async def ask(self, target: str, method: str = "GET") -> None:
        """Send a request."""
        path, _, query = target.partition("?")
        headers = [(b"authorization", f"Bearer {self.desk.token}".encode())]
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers}

        async def send(message: Message) -> None:
            self.answers.append(message)

        await self._app(scope | {"client": ("192.0.2.1", 5)}, cast("Any", None), send)


@pytest.mark.parametrize(
    ("target", "data"),
    [(ONE, {"id": str(ADMIN.id)}), ("/api/v1/users?limit=1", [{"id": str(ADMIN.id)}])],
    ids=["one", "page"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_reads_go_straight_to_their_endpoints(target: str, data: Any, method: str) -> None:
    requests = Requests()
    await requests.ask(target, method)
    start, body = requests.answers
    assert (start["status"], requests.others) == (200, [])
    found = orjson.loads(body["body"])["data"]
    shown: Sequence[Any] = found if isinstance(found, list) else [found]
    wanted: Sequence[Any] = data if isinstance(data, list) else [data]
    assert [{"id": user["id"]} for user in shown] == wanted


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", ONE),
        ("POST", "/api/v1/users"),
        ("GET", "/api/v1/users/"),
        ("GET", "/api/v1/users/export"),
        ("GET", f"{ONE}/sessions"),
        ("GET", f"/api/v1/usersx{ADMIN.id}"),
        ("GET", f"/api/v1/users/{ADMIN.id}\n"),
    ],
)
async def test_everything_else_goes_to_the_routes(method: str, path: str) -> None:
    requests = Requests()
    await requests.ask(path, method)
    assert requests.others == [(method, path)]


async def test_the_calls_of_a_read() -> None:
    requests = Requests()
    within(await calls_of(lambda: requests.ask(ONE)), 235)
    within(await calls_of(lambda: requests.ask(f"/api/v1/users?limit={len(USERS)}")), 300)
    assert {answer["status"] for answer in requests.answers[::2]} == {200}


def test_a_cursor_is_made_once_and_only_if_it_is_read() -> None:
    made: list[UUID] = []

    def encode(user_id: UUID) -> str:
        made.append(user_id)
        return str(user_id)

    rows = [UUID(int=n) for n in range(4)]
    forward = Page.cut(rows, Cursors(rows, encode), Window(3))
    backward = Page.cut(rows, Cursors(rows, encode), Window(3, backward=True))
    assert not made
    assert [forward.cursors[-1], forward.cursors[-1], backward.cursors[0]] == [str(rows[2])] * 3
    assert made == [rows[2], rows[2]]
    assert [list(page.cursors) for page in (forward, backward)] == [
        [str(i) for i in page.items] for page in (forward, backward)
    ]
