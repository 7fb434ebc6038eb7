"""The README's tour and the tutorial, run unchanged against a new `rollcall up`; and the log, followed while it is killed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import api
from api.cli.local.console.node import node
from tests.api.commands import until
from tests.api.conftest import free_port

PROJECT = Path(api.__path__[0]).parent
PASSWORD = "a password for the tour"


def rollcall(folder: Path, port: int, *words: str, **options: Any) -> subprocess.Popen[str]:
    """Start a command of the project in a separate folder."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "DATA_DIR": str(folder / "data"),
        "ADMIN_PASSWORD": PASSWORD,
        "ROLLCALL_PASSWORD": PASSWORD,
        "API_PORT": str(port),
        "CONSOLE": "false",
        "LOG_LEVEL": "warning",
        "PYTHONUNBUFFERED": "1",
    }
    command = [str(Path(sys.executable).parent / "rollcall"), *words]
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    )


def marked(page: str, mark: str, language: str = "sh") -> list[str]:
    """The blocks of a page that follow a mark."""
    return re.findall(rf"<!-- {mark} -->\n```{language}\n(.*?)```", (PROJECT / page).read_text(), re.DOTALL)


def answers(port: int) -> None:
    """Return once the API is ready: on a busy machine it listens before it has caught up."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=60) as client:
        until(lambda: client.get(f"http://127.0.0.1:{port}/readyz").status_code == 200)


def stop(process: subprocess.Popen[str], how: signal.Signals = signal.SIGINT) -> None:
    """End a command and wait for it."""
    process.send_signal(how)
    process.communicate(timeout=30)


def head(url: str) -> str:
    """The log's newest position."""
    with httpx.Client(base_url=url, timeout=60) as client:
        login = client.post("/api/v1/auth/login", json={"email": "admin@example.com", "password": PASSWORD})
        bearer = {"authorization": f"Bearer {login.json()['data']['access_token']}"}
        answer = client.post("/graphql", json={"query": "{ stats { cursor } }"}, headers=bearer)
        return str(answer.json()["data"]["stats"]["cursor"])


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for data and files."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_the_tour(folder: Path) -> None:
    tour, tutorial = marked("README.md", "tour"), marked("docs/tutorial/first-steps.md", "tutorial")
    assert (len(tour), len(tutorial)) == (4, 7)
    port = free_port()
    up = rollcall(folder, port, "up")
    try:
        answers(port)
        script = "set -euo pipefail\n" + "\n".join(tour + tutorial).replace("localhost:8000", f"127.0.0.1:{port}")
        script = script.replace('export PATH="$PWD/.venv/bin:$PATH"', "")
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "DATA_DIR": str(folder / "data"),
            "ADMIN_PASSWORD": PASSWORD,
        }
        done = subprocess.run(
            ["/bin/bash", "-c", script],
            cwd=folder,
            env=environment,
            text=True,
            capture_output=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        [refused] = [line for line in done.stdout.splitlines() if '"errors"' in line]
        assert '"ACCOUNT_DISABLED"' in refused, "only what Mary asks for after her access has ended"
        assert '{"data":{"me":{"displayName":"Mary Jackson"}}}' in done.stdout
        assert '"Katherine Johnson"' in done.stdout
        assert '"displayName":"Admin"' in done.stdout
        assert "1 created" in done.stdout
        assert '"Ada King"' in done.stdout
        assert done.stdout.count('{"data":{"disableUser":{"__typename":"UserPayload"}}}') == 2
        assert '"status":"healthy"' in done.stdout
    finally:
        stop(up)


def test_the_subscription(folder: Path) -> None:
    [block] = marked("docs/how-to/graphql.md", "live", "js")
    packages = PROJECT / "frontend" / "node_modules"
    assert (packages / "graphql-ws").is_dir(), "its packages are missing: rollcall console build"
    (folder / "node_modules").symlink_to(packages)
    port = free_port()
    (folder / "live.mjs").write_text(block.replace("localhost:8000", f"127.0.0.1:{port}"))
    up = rollcall(folder, port, "up")
    try:
        answers(port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            login = client.post("/api/v1/auth/login", json={"email": "admin@example.com", "password": PASSWORD})
            token = login.json()["data"]["access_token"]
            live = subprocess.Popen(
                [str(node()), "live.mjs"],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "TOKEN": token},
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            assert live.stdout is not None
            try:
                assert "cursor" in live.stdout.readline()
                body = {"email": "live@example.com", "display_name": "Live Wire"}
                made = client.post("/api/v1/users", json=body, headers={"authorization": f"Bearer {token}"})
                assert made.status_code == 201
                said = ""
                while "Live Wire" not in said:
                    line = live.stdout.readline()
                    assert line, said
                    said += line
                assert "USER_CREATED" in said
            finally:
                stop(live)
    finally:
        stop(up)


def test_tail_continues_after_the_server_is_killed(folder: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    up = rollcall(folder, port, "up")
    answers(port)
    made: list[str] = []

    def make(count: int) -> None:
        """Create users through REST."""
        with httpx.Client(base_url=url, timeout=60) as client:
            login = client.post("/api/v1/auth/login", json={"email": "admin@example.com", "password": PASSWORD})
            bearer = {"authorization": f"Bearer {login.json()['data']['access_token']}"}
            for _ in range(count):
                body = {"email": f"t{len(made)}@example.com", "display_name": f"T{len(made)}"}
                answer = client.post("/api/v1/users", json=body, headers=bearer)
                assert answer.status_code == 201, answer.text
                made.append(answer.json()["data"]["id"])

    tail = rollcall(folder, port, "tail", "--json", "--type", "user_created", "--after", head(url))

    def printed_ids(count: int) -> list[str]:
        """The ids in the next events that tail prints."""
        found: list[str] = []
        assert tail.stdout is not None
        while len(found) < count:
            line = tail.stdout.readline()
            assert line, "tail ended"
            if line.startswith("{"):
                found.append(line.partition('"userId":"')[2].partition('"')[0])
        return found

    try:
        make(4)
        assert printed_ids(2) == made[:2]
        stop(up, signal.SIGKILL)
        up = rollcall(folder, port, "up")
        answers(port)
        make(5)
        assert printed_ids(7) == made[2:]
    finally:
        stop(tail)
        stop(up)
