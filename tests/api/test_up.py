"""`rollcall up` with the console in front: one address, one origin, and all processes end together."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.sync.client import connect

from api.cli.local.embedded.process import family, has_ended, wait_until
from api.cli.up import cookie_instance
from tests.api.commands import LinesOf, Rollcall, until
from tests.api.conftest import ADMIN, PASSWORD, SIGN_IN, free_port

EVENTS = "{ events(first: 5, filter: {types: [SESSION_STARTED]}) { edges { node { ipAddress } } } }"
ROOT = Path(__file__).parents[2]
FORGED = {"x-forwarded-for": "6.6.6.6", "x-proxy-token": "a guess", "forwarded": "for=6.6.6.6"}


class Up:
    """A running `rollcall up`, with the lines of its output."""

    def __init__(self, process: subprocess.Popen[str], api_port: int, console_port: int, secret_key: str = "") -> None:
        self.process = process
        self.instance = cookie_instance(secret_key)
        self.lines = LinesOf(process)
        self.api, self.console = f"http://127.0.0.1:{api_port}", f"http://127.0.0.1:{console_port}"
        self.console_port = console_port

    def until_up(self) -> list[str]:
        """The lines of its output up to the last address."""
        said: list[str] = []
        while not said or "Health" not in said[-1]:
            until(lambda: self.lines.waiting() or self.process.poll() is not None)
            assert self.process.poll() is None, self.process.communicate()
            said.append(next(self.lines))
        return said

    def node(self) -> psutil.Process:
        """The console's process."""
        return next(p for p in family(self.process.pid) if any(w.endswith("server.js") for w in p.cmdline()))


@contextmanager
def running(folder: Path, database_url: str, redis_url: str, **environment: str) -> Iterator[Up]:
    """Start it with a database of the test's own, and end it after the block."""
    ports = {"API_PORT": str(free_port()), "CONSOLE_PORT": str(free_port())} | environment
    given = {"ADMIN_EMAIL": ADMIN, "ADMIN_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1", **ports}
    rollcall = Rollcall(folder, database_url, redis_url, given)
    secret_key = rollcall.environment["SECRET_KEY"]
    up = Up(rollcall.start("up"), int(ports["API_PORT"]), int(ports["CONSOLE_PORT"]), secret_key)
    try:
        yield up
    finally:
        up.process.send_signal(signal.SIGINT)
        up.process.wait(60)
        rollcall.close()


@pytest.fixture
def up(tmp_path: Path, fresh_database_url: str, redis_url: str) -> Iterator[Up]:
    """A run with the console; its addresses are in the output."""
    with running(tmp_path, fresh_database_url, redis_url) as up:
        yield up


def sign_in(client: httpx.Client, **headers: str) -> httpx.Response:
    """Sign in through GraphQL."""
    body = {"query": SIGN_IN, "variables": {"email": ADMIN, "password": PASSWORD}}
    return client.post("/graphql", json=body, headers=headers)


def token(response: httpx.Response) -> dict[str, str]:
    """The header of the session that this response started."""
    return {"authorization": f"Bearer {response.json()['data']['signIn']['accessToken']}"}


def test_it_prints_one_address_to_open_and_serves_everything_there(up: Up) -> None:
    said = up.until_up()
    assert [line.strip() for line in said if "open http" in line] == [
        f"Rollcall is up: open http://localhost:{up.console_port}"
    ]
    with httpx.Client(base_url=up.console, timeout=60) as visitor:
        page = visitor.get("/sign-in")
        assert page.status_code == 200
        assert "text/html" in page.headers["content-type"]
        assert visitor.get("/health").json()["status"] == "healthy"
        assert visitor.get("/api/v1/openapi.json").json()["openapi"]
        assert visitor.get("/metrics").status_code == 404
        bearer = token(sign_in(visitor))
        assert "edges" in visitor.post("/graphql", json={"query": EVENTS}, headers=bearer).text
    with connect(f"ws://127.0.0.1:{up.console_port}/graphql", subprotocols=["graphql-transport-ws"]) as live:  # type: ignore[list-item]
        live.send(json.dumps({"type": "connection_init", "payload": {"authorization": bearer["authorization"]}}))
        assert json.loads(live.recv(10))["type"] == "connection_ack"


def test_the_session_s_cookie_is_valid_for_pages_of_its_own_address_only(up: Up) -> None:
    up.until_up()
    in_cookie = SIGN_IN.replace("password: $password", "password: $password, cookie: true")
    body = {"query": in_cookie, "variables": {"email": ADMIN, "password": PASSWORD}}
    request = {"query": "{ me { email } }"}
    localhost = f"http://localhost:{up.console_port}"
    for base in (up.console, up.api):
        with httpx.Client(base_url=base, timeout=60) as visitor:
            cookies = visitor.post("/graphql", json=body, headers={"origin": localhost}).cookies
            assert sorted(cookies) == [f"rollcall.{up.instance}", f"rollcall_refresh.{up.instance}"]
            for origin in (base, localhost):
                answer = visitor.post("/graphql", json=request, headers={"origin": origin})
                assert answer.json() == {"data": {"me": {"email": ADMIN}}}, (base, origin)
            refused = visitor.post("/graphql", json=request, headers={"origin": "http://elsewhere.example"})
            assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    with httpx.Client(base_url=up.console, timeout=60) as visitor:
        visitor.post("/sign-in", data={"email": ADMIN, "password": PASSWORD}, headers={"origin": up.console})
        own = {f"{name}.{up.instance}" for name in ("rollcall", "rollcall_refresh", "rollcall_until")}
        assert {cookie.name for cookie in visitor.cookies.jar if cookie.name.startswith("rollcall")} == own
        assert visitor.get("/people").status_code == 200, "the console knows the names too"


@pytest.mark.skipif(sys.platform != "linux", reason="needs a second address of this machine")
def test_events_have_the_visitor_s_address_whatever_the_headers_claim(up: Up) -> None:
    up.until_up()
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(base_url=up.console, transport=elsewhere, timeout=60) as visitor:
        form = {"email": ADMIN, "password": PASSWORD}
        through_page = visitor.post("/sign-in", data=form, headers={"origin": up.console, **FORGED})
        assert through_page.status_code in (200, 303), through_page.text
        bearer = token(sign_in(visitor, **FORGED))
    with httpx.Client(base_url=up.api, timeout=60) as direct:
        sign_in(direct, **FORGED)
        # A sign-in is answered before the relay has numbered its event, and unnumbered events are not listed.
        until(lambda: len(addresses(direct, bearer)) == 3)
        assert sorted(addresses(direct, bearer)) == ["127.0.0.1", "127.0.0.2", "127.0.0.2"]


def addresses(client: httpx.Client, bearer: dict[str, str]) -> list[str]:
    """The addresses of the sign-ins that the log lists."""
    answer = client.post("/graphql", json={"query": EVENTS}, headers=bearer)
    return [edge["node"]["ipAddress"] for edge in answer.json()["data"]["events"]["edges"]]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_all_processes_end_together(up: Up, how: signal.Signals) -> None:
    up.until_up()
    members = family(up.process.pid)
    assert len(members) > 1
    up.process.send_signal(how)
    up.process.wait(60)
    assert all(has_ended(member) for member in members)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children of a killed process")
def test_a_killed_run_leaves_no_console(up: Up) -> None:
    up.until_up()
    node = up.node()
    up.process.kill()
    assert wait_until(lambda: has_ended(node), 60)


def test_a_console_that_dies_is_restarted(up: Up) -> None:
    up.until_up()
    up.node().kill()
    assert "restarting in 1 s" in next(line for line in up.lines if "exited unexpectedly" in line)
    with httpx.Client(base_url=up.console, transport=httpx.HTTPTransport(retries=8), timeout=60) as visitor:
        assert visitor.get("/sign-in", timeout=60).status_code == 200


def test_it_runs_without_the_console(tmp_path: Path, fresh_database_url: str, redis_url: str) -> None:
    with running(tmp_path, fresh_database_url, redis_url, CONSOLE="false") as up:
        said = "".join(up.until_up())
        assert "open" not in said
        assert httpx.get(f"{up.api}/readyz", timeout=60).status_code == 200
        assert len(family(up.process.pid)) == 1
        with pytest.raises(httpx.ConnectError):
            httpx.get(up.console)


def test_it_runs_from_an_installation_without_the_console(
    tmp_path: Path, fresh_database_url: str, redis_url: str
) -> None:
    installed = tmp_path / "installed"
    for package in ("api", "schema", "domain", "persistence", "migrations"):
        shutil.copytree(ROOT / package, installed / package, ignore=shutil.ignore_patterns("__pycache__"))
    rollcall = Rollcall(tmp_path, fresh_database_url, redis_url, {"PYTHONPATH": str(installed)})
    words = {"API_PORT": str(free_port()), "CONSOLE_PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "up"],
        cwd=installed,
        env=rollcall.environment | words,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        up = Up(process, int(words["API_PORT"]), int(words["CONSOLE_PORT"]))
        assert not any("open http" in line for line in up.until_up())
        assert len(family(process.pid)) == 1
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


@pytest.mark.parametrize("name", ["API_PORT", "CONSOLE_PORT"])
def test_a_taken_port_is_reported_and_a_free_one_offered(
    tmp_path: Path, fresh_database_url: str, redis_url: str, name: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"API_PORT": str(free_port()), "CONSOLE_PORT": str(free_port())} | {name: str(port)}
        ended = Rollcall(tmp_path, fresh_database_url, redis_url, ports).run("up", code=2)
    offered = re.fullmatch(rf"Port {port} is in use, but (\d+) is free: {name}=(\d+) make run\n", ended.err)
    assert offered, ended.err
    assert int(offered[1]) > port


def test_the_console_does_not_take_the_api_s_port(tmp_path: Path, fresh_database_url: str, redis_url: str) -> None:
    port = str(free_port())
    ended = Rollcall(tmp_path, fresh_database_url, redis_url, {"API_PORT": port, "CONSOLE_PORT": port}).run(
        "up", code=2
    )
    assert f"Port {port} is in use" in ended.err
    assert "CONSOLE_PORT=" in ended.err
