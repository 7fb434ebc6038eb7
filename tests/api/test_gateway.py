"""The gateway of a deployment: its unchanged Caddyfile, run natively in front of the API and the console."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.console import Build, find_console
from api.cli.local.console.door import FrontDoor
from api.cli.local.embedded.process import free_port, port_taken, wait_until
from domain.errors import Unavailable
from tests.api.conftest import ADMIN, PASSWORD, SIGN_IN, Server, settings_for
from tests.api.half_requests import ends

ROOT = Path(__file__).parents[2]
CADDYFILE = ROOT / "deploy" / "Caddyfile"
CADDY = shutil.which("caddy")
EVENTS = "{ events(first: 9, filter: {types: [SESSION_STARTED]}) { edges { node { ipAddress } } } }"
FORGED = dict.fromkeys(("x-forwarded-for", "x-real-ip"), "6.6.6.6")
FORGED |= {"x-forwarded-proto": "https", "x-forwarded-host": "evil.example", "forwarded": "for=6.6.6.6"}


@dataclass(frozen=True, slots=True)
class Gateway:
    """The address of the gateway, and the servers behind it."""

    port: int
    console_port: int
    server: Server

    @property
    def url(self) -> str:
        """The address that a visitor uses."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, address: str = "127.0.0.1") -> httpx.Client:
        """An HTTP client that connects from this local address."""
        return httpx.Client(base_url=self.url, timeout=60, transport=httpx.HTTPTransport(local_address=address))

    def raw(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """The response to a path that no client normalizes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()


@contextmanager
def caddy(folder: Path, port: int, api_port: int, console_port: int, **more: str) -> Iterator[None]:
    """Run Caddy until the block ends."""
    assert CADDY is not None
    environment = {
        "SITE_ADDRESS": f"http://127.0.0.1:{port}",
        "API_UPSTREAM": f"127.0.0.1:{api_port}",
        "CONSOLE_UPSTREAM": f"127.0.0.1:{console_port}",
        "CADDY_ADMIN": f"127.0.0.1:{free_port()}",
        "HOME": str(folder),
        **more,
    }
    command = [CADDY, "run", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
    log = folder / "caddy.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        assert wait_until(lambda: port_taken("127.0.0.1", port) or process.poll() is not None, 60)
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, database_url: str, redis_url: str) -> Iterator[Gateway]:
    """The gateway, the API and the console."""
    if CADDY is None:
        message = "Caddy is not installed (on Debian and Ubuntu: apt-get install caddy)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    folder, port, console_port = tmp_path_factory.mktemp("gateway"), free_port(), free_port()
    sources = find_console()
    assert sources is not None
    Build(sources, folder, print).run()
    settings = settings_for(database_url, redis_url, trusted_proxies="127.0.0.1", public_url=f"http://127.0.0.1:{port}")
    asyncio.run(ensure_first_admin(settings))
    with ExitStack() as stack:
        server = stack.enter_context(Server(settings))
        environment = {"API_URL": server.url, "PORT": str(console_port), "TRUSTED_PROXIES": "127.0.0.1"}
        stack.enter_context(FrontDoor(sources, folder / "console.log", environment))
        stack.enter_context(caddy(folder, port, server.port, console_port))
        yield Gateway(port, console_port, server)


def sign_in(visitor: httpx.Client, **headers: str) -> dict[str, str]:
    """Sign in through GraphQL; returns the header of the new session."""
    body = {"query": SIGN_IN, "variables": {"email": ADMIN, "password": PASSWORD}}
    answer = visitor.post("/graphql", json=body, headers=headers)
    return {"authorization": f"Bearer {answer.json()['data']['signIn']['accessToken']}"}


def test_pages_are_served_by_the_console(gateway: Gateway) -> None:
    with gateway.client() as visitor:
        page = visitor.get("/sign-in")
        assert page.status_code == 200
        assert "'nonce-" in page.headers["content-security-policy"]
        assert "server" not in page.headers or page.headers["server"] == "Caddy"
        assert visitor.get("/robots.txt").status_code == 200
        assert visitor.get("/people").headers["location"].startswith("/sign-in")
        assert visitor.get("/graphqlx").status_code == 404


def test_api_paths_are_served_by_the_api(gateway: Gateway) -> None:
    with gateway.client() as visitor:
        assert visitor.get("/health").json()["status"] == "healthy"
        assert visitor.get("/livez").json() == {"status": "ok"}
        assert visitor.get("/readyz").json() == {"status": "ok"}
        bearer = sign_in(visitor)
        users = visitor.get("/api/v1/users?limit=1", headers=bearer).json()
        assert users["success"] is True
        assert visitor.get("/api/nothing").json()["error"]["code"] == "NOT_FOUND"
        assert visitor.get("/admin/nothing").json()["error"]["code"] == "NOT_FOUND"
        me = visitor.post("/graphql", json={"query": "{ me { email } }"}, headers=bearer)
        assert me.json() == {"data": {"me": {"email": ADMIN}}}


def test_sockets_are_forwarded(gateway: Gateway) -> None:
    with gateway.client() as visitor:
        bearer = sign_in(visitor)
    address = f"ws://127.0.0.1:{gateway.port}/graphql"
    with connect(address, subprotocols=["graphql-transport-ws"]) as live:  # type: ignore[list-item]
        live.send(json.dumps({"type": "connection_init", "payload": bearer}))
        assert json.loads(live.recv(10))["type"] == "connection_ack"
        live.send(json.dumps({"type": "ping"}))
        assert json.loads(live.recv(10))["type"] == "pong"


@pytest.mark.skipif(sys.platform != "linux", reason="needs further addresses of this machine")
def test_forged_headers_have_no_effect(gateway: Gateway) -> None:
    with gateway.client("127.0.0.3") as visitor:
        bearer = sign_in(visitor, **FORGED)
        sign_in(visitor, **FORGED, connection="close, x-forwarded-for")
        form = {"email": ADMIN, "password": PASSWORD}
        by_page = visitor.post("/sign-in", data=form, headers={"origin": gateway.url, **FORGED})
        assert by_page.status_code in (200, 303), by_page.text
        assert all("Secure" not in cookie for cookie in by_page.headers.get_list("set-cookie"))
        addresses: list[str] = []
        while addresses.count("127.0.0.3") < 3:  # the newest is not numbered yet
            answer = visitor.post("/graphql", json={"query": EVENTS}, headers=bearer).json()
            addresses = [edge["node"]["ipAddress"] for edge in answer["data"]["events"]["edges"]]
            assert "6.6.6.6" not in addresses
    assert addresses[:3] == ["127.0.0.3"] * 3


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "/%6detrics", "//metrics", "/api/../metrics", "/graphql/../metrics", "/./metrics"]
)
def test_the_metrics_are_not_published(gateway: Gateway, path: str) -> None:
    assert httpx.get(f"{gateway.server.url}/metrics", timeout=60).status_code == 200
    for headers in ({}, {"connection": "close, x-forwarded-for"}):
        status, text = gateway.raw(path, headers)
        assert status >= 300, (path, headers)
        assert "rollcall_" not in text


def test_a_body_that_is_too_long_is_refused(gateway: Gateway) -> None:
    long = b" " * 2**21
    json_type = {"content-type": "application/json"}
    with gateway.client() as visitor:
        assert visitor.post("/graphql", content=long, headers=json_type).status_code == 413
        assert visitor.post("/graphql", content=iter([long]), headers=json_type).status_code == 413
        assert visitor.post("/sign-in", content=long, headers={"origin": gateway.url}).status_code == 413


def slowly(text: bytes, parts: int, seconds: float) -> Iterator[bytes]:
    """The text in parts, as it comes over a slow line in this time."""
    size = len(text) // parts + 1
    for start in range(0, len(text), size):
        yield text[start : start + size]
        time.sleep(seconds / parts)


def test_a_large_file_of_users_arrives_over_a_slow_line(gateway: Gateway) -> None:
    """It is longer than any other body may be, and takes longer: 2 MiB at 1.5 Mbit/s."""
    lines = b"email,name\n" + b"".join(b"%d.slow@example.com,%s\n" % (n, b"x" * 180) for n in range(10_000))
    assert len(lines) > 1 << 20
    path = "/api/v1/users/import?dry_run=true"

    def upload(url: str) -> httpx.Response:
        with httpx.Client(base_url=url, timeout=120) as visitor:
            headers = sign_in(visitor) | {"content-type": "text/csv"}
            return visitor.post(path, content=slowly(lines, 16, 16), headers=headers)

    with ThreadPoolExecutor() as both:
        for answer in both.map(upload, [gateway.url, f"http://127.0.0.1:{gateway.console_port}"]):
            assert answer.status_code == 200, answer.text
            assert json.loads(answer.text.splitlines()[-1])["created"] == 10_000


def test_an_unavailable_server_is_reported(gateway: Gateway, tmp_path: Path) -> None:
    if CADDY is None:
        pytest.skip("Caddy is not installed")
    port = free_port()
    unavailable = caddy(tmp_path, port, free_port(), free_port(), API_WAIT_SECONDS="1")
    with unavailable, httpx.Client(base_url=f"http://127.0.0.1:{port}") as visitor:
        api = visitor.post("/graphql", json={}, timeout=60)
        assert api.status_code == 503
        assert api.headers["retry-after"] == "1"
        assert api.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        v1 = visitor.get("/api/v1/users", timeout=60)
        assert (v1.status_code, v1.headers["retry-after"]) == (503, "1")
        body, error = v1.json(), {"code": "UNAVAILABLE", "message": Unavailable.default, "details": {}}
        assert abs(datetime.now(UTC) - datetime.fromisoformat(body.pop("timestamp"))) < timedelta(minutes=1)
        assert body == {"success": False, "error": error}
        page = visitor.get("/people", timeout=60)
        assert page.status_code == 503
        assert "cannot be reached" in page.text


SAFE = ("content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *((path, 200) for path in ("/sign-in", "/robots.txt", "/service-worker.js", "/livez")),
        *((f"/.well-known/{name}", 200) for name in ("jwks.json", "oauth-authorization-server")),
        ("/people", 303),
        ("/people/", 308),
        ("/%ff", 307),
        ("/nothing/here", 404),
        ("/metrics", 404),
        ("/oauth/revoke", 405),
        ("/graphql", 405),
        ("/api/nothing", 404),
    ],
)
def test_every_response_has_the_security_headers(gateway: Gateway, path: str, status: int) -> None:
    ports = (gateway.port, gateway.console_port) if path != "/metrics" else (gateway.port,)
    for port in ports:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == status
        for name in SAFE:
            assert len(answer.headers.get_all(name, [])) == 1, (port, name)
        connection.close()


async def test_every_connection_without_a_response_ends(gateway: Gateway, tmp_path: Path) -> None:
    port = free_port()
    with caddy(tmp_path, port, gateway.server.port, gateway.console_port, BODY_SECONDS="9"):
        through_door, through_gateway = await asyncio.gather(
            ends(gateway.console_port, 0.5), ends(port, 0.5, kept=True)
        )
    assert [name for name, end in through_door.items() if not end.closed] == []
    # The gateway keeps connections with a response open for the next request, as long as browsers do.
    waiting = {name: end for name, end in through_gateway.items() if not end.closed}
    assert [name for name, end in waiting.items() if not end.answered] == []


@pytest.mark.parametrize("kind", ["address", "header", "both"])
def test_request_heads_are_bounded(gateway: Gateway, kind: str) -> None:
    path = "/livez?" + "a" * {"address": 17_000, "header": 0, "both": 9_000}[kind]
    headers = {"a": "b" * {"address": 0, "header": 17_000, "both": 9_000}[kind]}
    for port in (gateway.port, gateway.console_port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path, headers=headers)
        assert connection.getresponse().status in (414, 431)
        connection.close()


@pytest.mark.usefixtures("gateway")
def test_a_domain_gets_https(tmp_path: Path) -> None:
    assert CADDY is not None
    environment = {"SITE_ADDRESS": "rollcall.example.com", "HOME": str(tmp_path)}
    command = [CADDY, "adapt", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
    adapted = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)
    servers = json.loads(adapted.stdout)["apps"]["http"]["servers"]
    assert [server["listen"] for server in servers.values()] == [[":443"]]
