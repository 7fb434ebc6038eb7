"""The files of a local run: only their owner can read them, and none contains the address of an erased user."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.commands import LinesOf, Rollcall, until
from tests.api.conftest import ADMIN, PASSWORD, free_port

ERASED = "someone.erased@example.com"
ERASE = "mutation($id: ID!) { eraseUser(id: $id) { __typename } }"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
ENTERED = stat.S_IXGRP | stat.S_IXOTH
"""Permissions that a directory of root grants to others, so that the engines' user can pass through it."""


def paths(folder: Path) -> Iterator[Path]:
    """All files and directories of a run; the copied programs of the engines contain no user data."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink() and not any(part.startswith("programs-") for part in path.parts):
            yield path


def open_to_others(folder: Path) -> list[str]:
    """The files that others can read or write, and the directories they can list."""
    found = []
    for path in paths(folder):
        allowed = stat.S_IMODE(path.stat().st_mode) & OTHERS
        if allowed & ~(ENTERED if path.is_dir() else 0):
            found.append(f"{path.relative_to(folder)} {allowed:03o}")
    return found


def naming(folder: Path, text: str) -> list[Path]:
    """The files that contain a text, except the database's own pages, which PostgreSQL clears itself."""
    files = [p for p in paths(folder) if p.is_file() and "postgres" not in p.relative_to(folder).parts[:-1]]
    return [path for path in files if text.encode() in path.read_bytes()]


def take_and_erase(url: str) -> None:
    """Create a user, provoke every conflict over their address, and erase them."""
    with httpx.Client(base_url=url, timeout=30) as client:
        credentials = {"email": ADMIN, "password": PASSWORD}
        login = client.post("/api/v1/auth/login", json=credentials).json()
        client.headers["authorization"] = f"Bearer {login['data']['access_token']}"
        wanted = {"email": ERASED, "display_name": "Someone"}
        made = client.post("/api/v1/users", json=wanted)
        assert made.status_code == 201
        assert client.post("/api/v1/users", json=wanted).json()["error"]["code"] == "EMAIL_TAKEN"
        own = f"/api/v1/users/{login['data']['user']['id']}"
        assert client.put(own, json={"email": ERASED}).json()["error"]["code"] == "EMAIL_TAKEN"
        erased = client.post("/graphql", json={"query": ERASE, "variables": {"id": made.json()["data"]["id"]}})
        assert "errors" not in erased.json(), erased.text


@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_a_run_s_files_are_accessible_to_their_owner_only(tmp_path: Path, umask: int) -> None:
    ports = {"API_PORT": str(free_port()), "CONSOLE_PORT": str(free_port()), "LOG_LEVEL": "debug"}
    given = {"ADMIN_EMAIL": ADMIN, "ADMIN_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1", **ports}
    rollcall = Rollcall(tmp_path, "", "", given)
    said = tmp_path / "said"
    with said.open("wb") as errors:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "rollcall"), "up"],
            cwd=tmp_path,
            env=rollcall.environment,
            umask=umask,
            text=True,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    lines, data = LinesOf(process), tmp_path / "data"
    try:
        until(lambda: lines.waiting() or process.poll() is not None)
        assert any("Health" in line for line in lines)
        running = {"lock", "secret-key", "engine-password", "running.json", "console.json"}
        logs = {"postgres.log", "valkey.log", "console.log"}
        assert running | logs <= {path.name for path in data.iterdir()}
        assert open_to_others(data) == []
        take_and_erase(f"http://127.0.0.1:{ports['API_PORT']}")
        assert "violates" not in (data / "postgres.log").read_text()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert open_to_others(data) == []
    assert naming(data, ERASED) == []
    assert naming(data, PASSWORD) == []
    assert "request" in said.read_text()
    assert ERASED not in said.read_text()
