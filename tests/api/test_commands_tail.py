"""`rollcall tail`: each write of any interface is printed in order and once, also when the server is killed meanwhile."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.commands import PATIENCE, LinesOf, Rollcall, until
from tests.api.conftest import free_port

ADMIN, PASSWORD = "admin@example.com", "pass phrase of a kind"
LOGIN = {"email": ADMIN, "password": PASSWORD}
UPDATE = "mutation($i: UpdateUserInput!) { updateUser(input: $i) { ... on UserPayload { user { version } cursor } } }"


class Watched:
    """A directory served by a separate process, and a client of it."""

    def __init__(self, rollcall: Rollcall) -> None:
        self.rollcall = rollcall
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        rollcall.environment |= {
            "API_PORT": str(self.port),
            "ADMIN_EMAIL": ADMIN,
            "ROLLCALL_PASSWORD": PASSWORD,
            "PYTHONUNBUFFERED": "1",
        }
        rollcall.run("admin", "create", ADMIN, "--password-stdin", stdin=PASSWORD.encode())
        self.http = httpx.Client(base_url=self.url, timeout=60)
        self.process = self.serve()
        self.http.headers["authorization"] = f"Bearer {self._data('POST', '/api/v1/auth/login', LOGIN)['access_token']}"
        self.user = self._data("POST", "/api/v1/users", {"email": "ada@example.com", "display_name": "Ada"})["id"]

    def serve(self) -> subprocess.Popen[str]:
        """Start the server and wait until it answers."""
        process = self.rollcall.start("serve")

        def answers() -> bool:
            try:
                return self.http.get("/readyz").status_code == 200
            except httpx.TransportError:
                assert process.poll() is None, process.communicate()
                return False

        until(answers)
        return process

    def kill(self) -> None:
        """Kill the server, as a failing machine would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def _data(self, method: str, path: str, body: object) -> dict[str, Any]:
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, answer.text
        return dict(answer.json()["data"])

    def put(self, name: str) -> None:
        """Rename the user through REST."""
        self._data("PUT", f"/api/v1/users/{self.user}", {"display_name": name})

    def mutate(self, name: str) -> str:
        """Rename the user through GraphQL; returns the cursor of the write."""
        data = self._data(
            "POST", "/graphql", {"query": UPDATE, "variables": {"i": {"id": self.user, "displayName": name}}}
        )
        return str(data["updateUser"]["cursor"])

    def sessions(self) -> int:
        """The number of the admin's sessions."""
        data = self._data("POST", "/graphql", {"query": "{ me { sessions(first: 100) { edges { node { id } } } } }"})
        return len(data["me"]["sessions"]["edges"])

    def import_name(self, name: str) -> None:
        """Rename the user by an import."""
        file = self.rollcall.write("people.csv", f"email,display_name\nada@example.com,{name}\n")
        self.rollcall.run("import", file)


@pytest.fixture
def watched(rollcall: Rollcall) -> Iterator[Watched]:
    """A served directory with one user."""
    directory = Watched(rollcall)
    yield directory
    directory.http.close()


def names(lines: LinesOf, count: int) -> list[str]:
    """The new names in the next events."""
    return [json.loads(next(lines))["changes"][0]["after"] for _ in range(count)]


def test_changes_over_both_apis_are_printed_once_in_order_when_the_server_is_killed(watched: Watched) -> None:
    start = watched.mutate("Start")
    process = watched.rollcall.start("tail", "--json", "--type", "user_updated", "--after", start)
    lines = LinesOf(process)
    watched.put("One")
    watched.mutate("Two")
    watched.import_name("Three")
    assert names(lines, 3) == ["One", "Two", "Three"]

    # The last writes may be printed before the kill or after it, the import while no server runs; each once in any case.
    watched.put("Four")
    watched.mutate("Five")
    watched.kill()
    watched.import_name("Six")
    watched.process = watched.serve()
    watched.put("Seven")
    assert names(lines, 4) == ["Four", "Five", "Six", "Seven"]

    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert lines.so_far() == []
    assert process.stderr is not None
    said = process.stderr.read()
    assert "reconnecting" in said
    assert "Traceback" not in said
    cursor = said.rpartition("Continue with: rollcall tail --after ")[2].strip()
    watched.put("Eight")
    resumed = LinesOf(watched.rollcall.start("tail", "--json", "--type", "user_updated", "--after", cursor))
    assert names(resumed, 1) == ["Eight"]


def test_an_expiring_token_is_renewed_and_no_session_remains(watched: Watched) -> None:
    watched.kill()
    watched.rollcall.environment["ACCESS_TOKEN_SECONDS"] = "1"
    watched.process = watched.serve()
    start = watched.mutate("Start")
    process = watched.rollcall.start("tail", "--json", "--type", "user_updated", "--after", start)
    lines = LinesOf(process)
    end = time.monotonic() + 4
    while time.monotonic() < end:
        name = f"Name at {time.monotonic()}"
        watched.put(name)
        assert names(lines, 1) == [name]
    assert watched.sessions() == 2, "the command's session and the test's"
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert watched.sessions() == 1


def test_a_lost_position_is_reported_and_the_tail_continues(watched: Watched) -> None:
    process = watched.rollcall.start("tail", "--json", "--type", "user_updated", "--after", "a cursor of another log")
    lines = LinesOf(process)
    assert process.stderr is not None
    assert "continuing from now" in process.stderr.readline()
    for _ in until_printed(watched, lines):
        pass


def until_printed(watched: Watched, lines: LinesOf) -> Iterator[None]:
    """Write until a line is printed: the test cannot see when the command is connected again."""
    for number in range(200):
        watched.put(f"Name {number}")
        time.sleep(0.05)
        if lines.so_far():
            return
        yield
    raise AssertionError("no further line was printed")


def test_lines_are_readable_and_refusals_have_reasons(watched: Watched) -> None:
    follower = LinesOf(watched.rollcall.start("tail", "--after", watched.mutate("Start")))
    watched.put("Ada King")
    line = next(follower)
    assert "USER_UPDATED" in line
    assert "ada@example.com by Admin  [displayName: Start -> Ada King]" in line

    watched.rollcall.environment["ROLLCALL_PASSWORD"] = "some other phrase"
    refused = watched.rollcall.run("tail", code=1)
    assert refused.err.strip() == "The e-mail address or the password is wrong"
    watched.rollcall.environment["ROLLCALL_PASSWORD"] = PASSWORD
    unknown = watched.rollcall.run("tail", "--type", "user_painted", code=1)
    assert "USER_PAINTED" in unknown.err


def test_an_event_that_could_not_be_printed_is_after_the_cursor(watched: Watched) -> None:
    start = watched.mutate("Start")
    watched.put("Not printed")
    command = Path(sys.executable).parent / "rollcall"
    full = subprocess.run(
        ["/bin/sh", "-c", f"'{command}' tail --type user_updated --after {start} > /dev/full"],
        cwd=watched.rollcall.folder,
        env=watched.rollcall.environment,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert f"Continue with: rollcall tail --after {start}" in full.stderr.decode()


def test_an_api_key_tails_without_a_session_until_it_is_revoked(watched: Watched) -> None:
    rollcall = watched.rollcall
    key = rollcall.run("api-keys", "create", ADMIN, "--name", "Tail", "--role", "auditor").out.strip()
    del rollcall.environment["ROLLCALL_PASSWORD"]
    rollcall.environment["ROLLCALL_API_KEY"] = key
    process = rollcall.start("tail", "--json", "--type", "user_updated", "--after", watched.mutate("Start"))
    lines = LinesOf(process)
    watched.put("One")
    assert names(lines, 1) == ["One"]
    assert watched.sessions() == 1, "the test's own"
    rollcall.run("api-keys", "revoke", key[:12])
    assert process.wait(PATIENCE) == 1
    assert process.stderr is not None
    said = process.stderr.read()
    assert "does not accept this API key" in said
    assert "Continue with: rollcall tail --after" in said
    assert key not in said + "".join(lines.so_far())
