"""A running server on a real socket over the real engines, and clients for it.

`server` is one per worker; `api` is a client of it; `admin` is signed in as the first admin. `api.new_user` creates users
with fresh addresses, so that tests do not affect each other. `api.graphql` and `api.ask` send GraphQL, `api.rest` sends
REST and checks every response against the envelope, `api.socket` opens a WebSocket, `api.http` is the HTTP client. A test
that needs other settings or engines starts its own server: `with Server(settings_for(...)) as server`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import secrets
import socket
import ssl
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.app import Application
from api.auth.passwords import Argon2Hasher
from api.bootstrap.container import Container
from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.embedded import Embedded
from api.cli.local.upgrade import upgrade
from api.http.server import server_config
from api.settings import Settings
from tests.api.commands import Rollcall
from tests.api.envelope import check_documented, check_envelope
from tests.compiler import documents

DATA_DIR = tempfile.TemporaryDirectory(prefix="rollcall-test-data-")
"""Where the servers of this process write mails."""
WITHOUT_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # else each client would read the system's certificates, 25 ms
ADMIN, PASSWORD = "admin@example.com", "correct horse battery"
CREATE_USER = "mutation($i: CreateUserInput!) { createUser(input: $i) { ... on UserPayload { user { id } } } }"
SIGN_IN = """mutation SignIn($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) {
    __typename
    ... on SessionPayload { accessToken refreshToken user { id } session { id } }
    ... on Problem { code message }
  }
}"""


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The application in a thread with its own loop; `options` of the server and `parts` (by name) replace its own."""

    def __init__(self, settings: Settings, parts: Mapping[str, Any] | None = None, **options: Any) -> None:
        hasher = Argon2Hasher(passes=1, memory_kib=8)  # RFC 9106's least
        self.application = Application(settings, **{"documents": documents(), "hasher": hasher, **(parts or {})})
        self.port = free_port()
        self.uvicorn = uvicorn.Server(server_config(self.application, settings, port=self.port, **options))
        self._thread = threading.Thread(target=self.uvicorn.run, name="server")

    @property
    def url(self) -> str:
        """The address at which it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def container(self) -> Container:
        """The parts of the running application."""
        container = self.application.container
        assert container is not None
        return container

    def __enter__(self) -> Self:
        self._thread.start()
        self.application.started.wait(60)
        with httpx.Client(transport=httpx.HTTPTransport(verify=WITHOUT_TLS, retries=3), timeout=60) as client:
            assert client.get(f"{self.url}/livez").status_code == 200
        return self

    def __exit__(self, *_: object) -> None:
        self.uvicorn.should_exit = True
        self._thread.join()


def settings_for(database_url: str, redis_url: str, **values: Any) -> Settings:
    """Settings for a test's server."""
    own = {"sign_ins_per_address": 100_000, "secret_key": secrets.token_urlsafe(48), "data_dir": DATA_DIR.name}
    return Settings.load(
        _env_file=None,
        database_url=database_url,
        redis_url=redis_url,
        admin_email=ADMIN,
        admin_password=PASSWORD,
        log_level="warning",
        debug=False,
        **{**own, **values},
    )


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in user of a test."""

    id: str
    email: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    session: str
    refresh: str = field(repr=False)

    @property
    def bearer(self) -> dict[str, str]:
        """The header of a request by this person."""
        return {"authorization": f"Bearer {self.token}"}


class Api:
    """A client of a server: GraphQL, REST and sockets."""

    numbers = itertools.count()

    def __init__(self, server: Server) -> None:
        self.server = server
        self.http = httpx.AsyncClient(base_url=server.url, timeout=60, verify=WITHOUT_TLS)

    async def graphql(
        self, query: str, variables: dict[str, Any] | None = None, by: Person | None = None, **headers: str
    ) -> dict[str, Any]:
        """The whole response of one request."""
        response = await self.http.post(
            "/graphql",
            json={"query": query, "variables": variables or {}},
            headers={**(by.bearer if by else {}), **{k.replace("_", "-"): v for k, v in headers.items()}},
        )
        return dict(response.json())

    async def rest(
        self, method: str, path: str, by: Person | None = None, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """The response of a REST request; asserts its envelope."""
        sent = {**(by.bearer if by else {}), **(headers or {})}
        response = await self.http.request(method, path, headers=sent, **options)
        if method != "HEAD" and response.status_code not in (204, 304):
            check_envelope(response)
            check_documented(method, response.request.url.path, response)
        return response

    async def ask(self, query: str, variables: dict[str, Any] | None = None, by: Person | None = None) -> Any:
        """The data of a request; fails on an error."""
        answer = await self.graphql(query, variables, by)
        assert "errors" not in answer, answer
        return answer["data"]

    async def sign_in(self, email: str, password: str) -> Person:
        """Sign in; returns the signed-in user."""
        payload = (await self.ask(SIGN_IN, {"email": email, "password": password}))["signIn"]
        assert payload["__typename"] == "SessionPayload", payload
        return Person(
            payload["user"]["id"],
            email,
            password,
            payload["accessToken"],
            payload["session"]["id"],
            payload["refreshToken"],
        )

    async def new_user(self, admin: Person, role: str = "MEMBER", name: str = "Test Person") -> Person:
        """Create a user and sign in as them."""
        email = f"user{next(self.numbers)}-{secrets.token_hex(3)}@example.com"
        given = {"email": email, "displayName": name, "role": role, "password": PASSWORD}
        created = await self.ask(CREATE_USER, {"i": given}, admin)
        assert created["createUser"], created
        return await self.sign_in(email, PASSWORD)

    @asynccontextmanager
    async def socket(self, by: Person | None = None, **options: Any) -> AsyncIterator[Socket]:
        """A socket, acknowledged if a person is given; it must be closed when the block ends."""
        async with connect(
            f"ws://127.0.0.1:{self.server.port}/graphql",
            subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
            compression=None,
            max_size=2**24,
            **options,
        ) as connection:
            live = Socket(connection)
            if by is not None:
                await live.send({"type": "connection_init", "payload": {"authorization": f"Bearer {by.token}"}})
                assert await live.receive() == {"type": "connection_ack"}
            yield live


class Socket:
    """One graphql-transport-ws connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._completed = set[str]()

    async def send(self, message: Any) -> None:
        """Send a message as JSON, or text unchanged."""
        await self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        """The next message."""
        return dict(json.loads(await self.connection.recv()))

    async def subscribe(self, id_: str, query: str, variables: dict[str, Any] | None = None) -> None:
        """Begin an operation."""
        self._completed.discard(id_)
        await self.send({"id": id_, "type": "subscribe", "payload": {"query": query, "variables": variables or {}}})

    async def next(self, id_: str | None = None) -> Any:
        """The data of the next `next` message; messages of operations that were completed here are skipped."""
        message = await self.receive()
        while message.get("id") in self._completed:
            message = await self.receive()
        assert message["type"] == "next", message
        assert id_ is None or message["id"] == id_, message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def complete(self, id_: str) -> None:
        """End an operation."""
        self._completed.add(id_)
        await self.send({"id": id_, "type": "complete"})

    async def closed(self) -> int:
        """The code with which the server closes; earlier messages are skipped."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.connection.recv()
        code = self.connection.close_code
        assert code is not None
        return code


@pytest.fixture(scope="session")
def server(database_url: str, redis_url: str) -> Iterator[Server]:
    """A server with a first admin."""
    settings = settings_for(database_url, redis_url)
    asyncio.run(ensure_first_admin(settings))
    with Server(settings) as running:
        yield running


@pytest.fixture
async def api(server: Server) -> AsyncIterator[Api]:
    client = Api(server)
    async with client.http:
        yield client


@pytest.fixture
async def admin(api: Api) -> Person:
    """The first admin, in a session of the test's own."""
    return await api.sign_in(ADMIN, PASSWORD)


@pytest.fixture
async def fresh_api(fresh_database_url: str, redis_url: str) -> AsyncIterator[tuple[Api, Person]]:
    """A client of a server with an own, empty directory, and its only admin."""
    settings = settings_for(fresh_database_url, redis_url)
    await ensure_first_admin(settings)
    with Server(settings) as running:
        client = Api(running)
        async with client.http:
            yield client, await client.sign_in(ADMIN, PASSWORD)


@pytest.fixture
def own_settings(own_engines: Embedded) -> Settings:
    """Settings for `own_engines`, migrated and with a first admin."""
    settings = settings_for(own_engines.postgres.url, own_engines.valkey.url)
    upgrade(settings.database_url)
    asyncio.run(ensure_first_admin(settings))
    return settings


@pytest.fixture
def rollcall(tmp_path: Path, fresh_database_url: str, redis_url: str) -> Iterator[Rollcall]:
    """The command line over an empty directory of the test's own."""
    commands = Rollcall(tmp_path, fresh_database_url, redis_url)
    yield commands
    commands.close()
