"""Write the examples out, compile those in TypeScript, and run each against a server of its own until it has an event."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from api.cli.local.console.node import node, npm, npm_environment

SOURCE = Path(__file__).parent
PAGE = SOURCE.parent / "how-to" / "graphql-clients.md"
FOLDER = SOURCE.parents[1] / "build" / "examples"
PASSWORD = "a password for the examples"  # noqa: S105 - of a server that lives for a minute
START_SECONDS = 120


def main() -> None:
    """Ends with 1 and what was printed if an example fails."""
    install()
    names = write()
    run([str(node()), "node_modules/typescript/bin/tsc", "--project", "."])
    with server() as url:
        for name in names:
            follow(name, url)
            print(f"{name}: signed in, and received an event")  # noqa: T201 - a command


def install() -> None:
    """Install the packages of both locks, unless they are there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc", "tsconfig.json"):
        shutil.copy(SOURCE / name, FOLDER)
    subprocess.run(npm("ci", "--no-progress"), cwd=FOLDER, env=npm_environment(FOLDER / "cache"), check=True)
    if not (FOLDER / "venv").exists():
        venv.create(FOLDER / "venv", with_pip=True)
    pip = [str(FOLDER / "venv/bin/python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    run([*pip, "--requirement", str(SOURCE / "requirements.lock")])


def write() -> list[str]:
    """Write the examples of the page to files; returns those that are programs."""
    blocks = dict(re.findall(r"<!-- example: (\S+) -->\n```\w+\n(.*?)```", PAGE.read_text(), re.DOTALL))
    for name, text in blocks.items():
        (FOLDER / name).write_text(text)
    return [name for name in blocks if name != "shared.ts"]


def run(words: list[str]) -> None:
    """Run a program to its end. Raises CalledProcessError."""
    subprocess.run(words, cwd=FOLDER, check=True)


@contextmanager
def server() -> Iterator[str]:
    """The address of a server with an empty directory."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = FOLDER / "data"
    shutil.rmtree(data, ignore_errors=True)
    variables = {"API_PORT": str(port), "CONSOLE": "false", "DATA_DIR": str(data), "ADMIN_PASSWORD": PASSWORD}
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "up"],
        env=os.environ | variables | {"LOG_LEVEL": "error"},
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        until_ready(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(data, ignore_errors=True)


def until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Raises RuntimeError if the server ends, or is not ready in time."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def follow(name: str, url: str) -> None:
    """Run an example until it has printed an event that comes after its start. Raises RuntimeError if it ends before."""
    login = httpx.post(f"{url}/api/v1/auth/login", json={"email": "admin@example.com", "password": PASSWORD}).json()
    token = login["data"]["access_token"]
    program = [str(FOLDER / "venv/bin/python") if name.endswith(".py") else str(node()), name]
    environment = os.environ | {"ROLLCALL": url, "TOKEN": token}
    process = subprocess.Popen(program, cwd=FOLDER, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        expect(process.stdout.readline(), "signed in as Admin")
        body = {"email": f"{name}@example.com", "display_name": name}
        httpx.post(f"{url}/api/v1/users", json=body, headers={"authorization": f"Bearer {token}"}).raise_for_status()
        expect(process.stdout.readline(), f"USER_CREATED {name}")
    finally:
        process.kill()
        process.wait()


def expect(line: str, text: str) -> None:
    """Raises RuntimeError for another line."""
    if line.strip() != text:
        raise RuntimeError(f"expected {text!r}, not {line!r}")


if __name__ == "__main__":
    main()
