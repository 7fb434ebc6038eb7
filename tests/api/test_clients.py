"""Clients generated from the OpenAPI document that is served compile, and work against a running server."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli.local.console.node import node, npm, npm_environment
from api.rest.operations import OPERATIONS
from tests.api.conftest import ADMIN, PASSWORD, Api, Person

CLIENTS = Path(__file__).parent / "clients"
PYTHON, TYPESCRIPT = CLIENTS / "python", CLIENTS / "typescript"
UNSUPPORTED = {"/api/v1/users/import"}
"""The generator for Python knows no CSV and no NDJSON; every other operation must be complete."""
OPTIONS = ("--default-non-nullable=false",)
"""A field of a request that has a default may be left out."""
Install = Callable[[Path], None]


def run(*words: str | Path, cwd: Path, env: dict[str, str] | None = None, given: str | None = None) -> str:
    """Run a program; returns what it prints, and fails the test if it fails."""
    done = subprocess.run(
        words, cwd=cwd, env=env, input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def installed(config: pytest.Config, locks: list[Path], install: Install) -> Path:
    """The folder with what the locks list; it is made once, and renamed when it is complete."""
    assert config.cache is not None
    content = b"".join(lock.read_bytes() for lock in locks) + sys.version.encode()
    folder = config.cache.mkdir("clients") / hashlib.sha256(content).hexdigest()[:16]
    if not folder.exists():
        made = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(made, ignore_errors=True)
        install(made)
        made.rename(folder)
    return folder


def install_python(folder: Path) -> None:
    """An environment of its own: the generator needs another version of typer than Rollcall."""
    venv.create(folder, with_pip=True)
    pip = (folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "--requirement", PYTHON / "requirements.lock", cwd=folder)


def install_typescript(folder: Path) -> None:
    """The packages of the lock."""
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(TYPESCRIPT / name, folder)
    run(*npm("ci", "--no-progress"), cwd=folder, env=npm_environment(folder / "cache"))
    shutil.rmtree(folder / "cache")


@pytest.fixture
async def described(fresh_api: tuple[Api, Person], tmp_path: Path) -> tuple[str, Path]:
    """The address of a server, and a folder with the document that it serves."""
    api, _ = fresh_api
    (tmp_path / "openapi.json").write_text((await api.http.get("/api/v1/openapi.json")).text)
    return str(api.http.base_url), tmp_path


def account(url: str) -> str:
    """What a round trip is given."""
    return json.dumps({"url": url.rstrip("/"), "email": ADMIN, "password": PASSWORD})


async def test_a_python_client_is_generated_and_works(described: tuple[str, Path], pytestconfig: pytest.Config) -> None:
    url, folder = described
    environment = await asyncio.to_thread(installed, pytestconfig, [PYTHON / "requirements.lock"], install_python)
    python = environment / "bin" / "python"
    (folder / "config.yaml").write_text("post_hooks: []\n")
    generate = "-m openapi_python_client generate --path openapi.json --config config.yaml --meta none"
    said = await asyncio.to_thread(run, python, *generate.split(), "--output-path", "rollcall_v1", cwd=folder)
    assert set(re.findall(r"WARNING parsing \w+ (\S+)", said)) <= UNSUPPORTED, said
    modules = {file.stem for file in (folder / "rollcall_v1/api/default").glob("*.py")} - {"__init__"}
    assert modules == {re.sub("([A-Z])", lambda m: f"_{m[1].lower()}", o.id) for o in OPERATIONS}
    await asyncio.to_thread(run, python, "-m", "compileall", "-q", "rollcall_v1", cwd=folder)
    shutil.copy(PYTHON / "round_trip.py", folder)
    await asyncio.to_thread(run, python, "round_trip.py", cwd=folder, given=account(url))


async def test_a_typescript_client_is_generated_compiles_and_works(
    described: tuple[str, Path], pytestconfig: pytest.Config
) -> None:
    url, folder = described
    locks = [TYPESCRIPT / "package.json", TYPESCRIPT / "package-lock.json"]
    packages = await asyncio.to_thread(installed, pytestconfig, locks, install_typescript)
    (folder / "node_modules").symlink_to(packages / "node_modules")
    for name in ("package.json", "tsconfig.json", "round_trip.ts"):
        shutil.copy(TYPESCRIPT / name, folder)
    programs = packages / "node_modules"
    generate = (programs / "openapi-typescript/bin/cli.js", "openapi.json", "--output", "v1.d.ts", *OPTIONS)
    await asyncio.to_thread(run, node(), *generate, cwd=folder)
    await asyncio.to_thread(run, node(), programs / "typescript/bin/tsc", "--project", ".", cwd=folder)
    await asyncio.to_thread(run, node(), "round_trip.ts", cwd=folder, env={"ROUND_TRIP": account(url)})
