"""DNS rebinding: a server that listens on this machine only answers only to local names and PUBLIC_URL's host."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from api.http.hosts import LOCAL_HOSTS, host_name, served_hosts
from tests.api.conftest import Server, settings_for

PUBLIC, TOKEN = "https://rollcall.example.com", "t" * 40
OURS = [
    "localhost",
    "LOCALHOST:8000",
    "127.0.0.1",
    "127.0.0.1:1",
    "[::1]",
    "[::1]:8000",
    "rollcall.example.com",
    "rollcall.example.com:444",
]
FOREIGN = [
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "localhost.",
    "127.0.0.1.evil.example",
    "127.0.0.2",
    "0.0.0.0",  # noqa: S104 - a name, not an address to listen on
    "2130706433",
    "[::ffff:127.0.0.1]",
    "rollcall.example.com.evil.example",
    "evilrollcall.example.com",
    ":8000",
    "",
]
PATHS = ["/livez", "/metrics", "/graphql", "/api/v1/users", "/nowhere"]


@pytest.fixture(scope="module")
def local(database_url: str, redis_url: str) -> Iterator[Server]:
    with Server(settings_for(database_url, redis_url, public_url=PUBLIC, proxy_token=TOKEN)) as server:
        yield server


@pytest.mark.parametrize("path", PATHS)
def test_foreign_hosts_are_misdirected(local: Server, path: str) -> None:
    with httpx.Client(base_url=local.url, timeout=60) as client:
        for host in FOREIGN:
            answer = client.get(path, headers={"host": host})
            assert answer.status_code == 421, host
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            body = answer.json()
            error = body["errors"][0]["extensions"] if path == "/graphql" else body["error"]
            assert error["code"] == "MISDIRECTED_REQUEST"
            assert client.get(path, headers={"host": host, "x-proxy-token": "guess"}).status_code == 421
            assert client.get(path, headers={"host": host, "x-proxy-token": TOKEN}).status_code != 421
        for host in OURS:
            assert client.get(path, headers={"host": host}).status_code != 421, host


@pytest.mark.parametrize("host", FOREIGN)
def test_foreign_hosts_open_no_socket(local: Server, host: str) -> None:
    address = f"ws://127.0.0.1:{local.port}/graphql"
    with pytest.raises(InvalidStatus) as refused, connect(address, additional_headers={"host": host}):
        pass
    assert refused.value.response.status_code in (421, 400)  # the client adds its own Host header to a second one
    assert "content-security-policy" in refused.value.response.headers


def test_a_socket_with_a_foreign_host_is_misdirected(local: Server) -> None:
    with httpx.Client(base_url=local.url, timeout=60) as client:
        wish = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
        key = {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}
        answer = client.get("/graphql", headers={**wish, **key, "host": "evil.example"})
        assert answer.status_code == 421
        assert answer.json()["errors"][0]["extensions"]["code"] == "MISDIRECTED_REQUEST"


def test_a_public_server_accepts_every_host_but_shows_metrics_only_to_this_machine(
    database_url: str, redis_url: str
) -> None:
    settings = settings_for(database_url, redis_url, api_host="0.0.0.0", metrics_token=TOKEN)  # noqa: S104
    with Server(settings) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        assert client.get("/livez", headers={"host": "evil.example"}).status_code == 200
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", headers={"host": "evil.example"}).status_code == 403
        named = {"host": "evil.example", "authorization": f"Bearer {TOKEN}"}
        assert client.get("/metrics", headers=named).status_code == 200


@pytest.mark.parametrize(
    ("host", "name"), [("A.b:1", "a.b"), ("[::1]:1", "[::1]"), ("[::1]", "[::1]"), ("", ""), (":1", "")]
)
def test_the_port_is_removed_from_a_host(host: str, name: str) -> None:
    assert host_name(host) == name


@pytest.mark.parametrize(
    ("address", "also"), [("127.0.0.1", set()), ("127.0.0.5", {"127.0.0.5"}), ("::1", set()), ("localhost", set())]
)
def test_a_loopback_address_is_served_under_its_names(address: str, also: set[str]) -> None:
    settings = settings_for("postgresql://x/x", "redis://x", api_host=address, public_url="http://my.test:8000")
    assert served_hosts(settings) == LOCAL_HOSTS | {"my.test"} | also


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.1", "rollcall.example.com"])  # noqa: S104
def test_a_public_address_is_served_under_every_host(address: str) -> None:
    assert served_hosts(settings_for("postgresql://x/x", "redis://x", api_host=address)) is None
