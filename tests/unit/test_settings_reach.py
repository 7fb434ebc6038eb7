"""Every documented setting reaches its process: settings, .env.example, compose, README and Makefile agree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.settings import LocalSettings

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
SETTINGS = {name.upper() for name in LocalSettings.model_fields}
SET_BY_COMPOSE = {
    "DATABASE_URL": "the address of its own PostgreSQL, with POSTGRES_PASSWORD",
    "REDIS_URL": "the address of its own Valkey, with VALKEY_PASSWORD",
    "TRUSTED_PROXIES": "EDGE_NETWORK: the gateway is the only proxy, and no other proxy is trusted",
}
NOT_FOR_CONTAINERS = {
    "DATABASE_DIRECT_URL": "compose has no pooler",
    "API_HOST": "the image listens on every address of its own network",
    "API_PORT": "the image's own; the gateway and the health check know it",
    "CONSOLE": "read by `rollcall up` alone",
    "CONSOLE_HOST": "read by `rollcall up` alone; the console's image has HOST",
    "CONSOLE_PORT": "read by `rollcall up` alone; the console's image has PORT",
    "ADMIN_EMAIL": "read by `rollcall up` alone; here `admin create` makes the first admin",
    "ADMIN_PASSWORD": "read by `rollcall up` alone; here `admin create` makes the first admin",
    "ROLLCALL_EMAIL": "read by `rollcall tail` and `verify`, wherever they run",
    "ROLLCALL_API_KEY": "read by `rollcall tail` and `verify`, wherever they run",
    "ROLLCALL_PASSWORD": "read by `rollcall tail` and `verify`, wherever they run",
    "DATA_DIR": "the containers keep their data in volumes",
}
OF_THE_CONSOLE_S_IMAGE = {"HOST", "PORT"}


OF_OTHERS = {"HTTPS_PROXY", "NODE_OPTIONS"}
"""Variables of Node and npm."""


def codes() -> set[str]:
    """What has such a name in the code and is no setting: error codes and types of events."""
    files = (path for name in ("api", "domain", "schema") for path in (ROOT / name).rglob("*.py"))
    found = (
        re.findall(r"\"([A-Z]+(?:_[A-Z]+)+)\"|^    ([A-Z]+(?:_[A-Z]+)+) = ", p.read_text(), re.MULTILINE) for p in files
    )
    return {name for names in found for pair in names for name in pair if name}


def frontend_variables() -> set[str]:
    """The variables that the console's server reads from its environment."""
    folder = ROOT / "frontend"
    files = [folder / "server.js", *(folder / "server").glob("*.js"), *(folder / "src/lib/server").rglob("*.ts")]
    found = (re.findall(r"\benv\.([A-Z][A-Z_]+)(?!\w*\s*=[^=])", path.read_text()) for path in files)
    return {name for names in found for name in names}


def test_every_setting_is_passed_to_the_api_or_omitted_for_a_reason() -> None:
    given = SERVICES["api"]["environment"]
    assert given.keys() == SETTINGS - NOT_FOR_CONTAINERS.keys()
    handed_on = {name for name, value in given.items() if re.match(rf"\$\{{{name}:[-?]", str(value))}
    assert handed_on == given.keys() - SET_BY_COMPOSE.keys()


def test_the_values_that_compose_passes_for_unset_variables_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SERVICES["api"]["environment"].items():
        monkeypatch.setenv(name, in_place_of_nothing(str(value)))
    monkeypatch.setenv("DATABASE_URL", "postgresql://rollcall:p@postgres/rollcall")
    monkeypatch.setenv("DATABASE_REPLICA_URLS", "postgresql://rollcall:p@postgres-replica/rollcall")
    monkeypatch.setenv("REDIS_URL", "redis://:p@valkey:6379/0")
    monkeypatch.setenv("SECRET_KEY", "k3y-" + "0123456789abcdef" * 3)
    loaded, defaults = LocalSettings.load(), LocalSettings.model_fields
    other = {name for name in defaults if getattr(loaded, name) != defaults[name].default}
    assert other == {
        "database_url",
        "database_replica_urls",
        "redis_url",
        "secret_key",
        "public_url",
        "trusted_proxies",
        "log_format",
        "smtp_url",
        "drain_seconds",
    }


def in_place_of_nothing(value: str) -> str:
    """What compose makes of a value when no variable is set; a default may contain another variable."""
    inner = re.sub(r"\$\{\w+:-([^${}]*)\}", r"\1", value)
    return value if inner == value else in_place_of_nothing(inner)


def test_the_migration_has_the_api_s_settings() -> None:
    assert SERVICES["migrate"]["environment"] == SERVICES["api"]["environment"]


def test_the_console_is_passed_what_it_reads() -> None:
    read = frontend_variables()
    assert {"API_URL", "METRICS_TOKEN", "PROXY_TOKEN", "BODY_LIMIT_BYTES", "TRUSTED_PROXIES"} <= read
    assert read - OF_THE_CONSOLE_S_IMAGE == SERVICES["console"]["environment"].keys()


def test_every_variable_of_compose_is_a_setting_or_explained_in_its_first_lines() -> None:
    head = COMPOSE.partition("\nname:")[0]
    explained = set(re.findall(r"#\s+([A-Z_]+)(?:=| is )", head))
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE))
    assert used <= SETTINGS | explained


def test_the_documentation_names_only_settings_that_exist() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    text = "\n".join(page.read_text() for page in pages)
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)[`=]", text)) | set(re.findall(r"\b([A-Z]+(?:_[A-Z]+)+)=", text))
    assert {"DATABASE_REPLICA_URLS", "TRUSTED_PROXIES", "ADMIN_PASSWORD"} <= named
    explained = set(re.findall(r"[A-Z]+(?:_[A-Z]+)+", COMPOSE + (ROOT / "deploy/Caddyfile").read_text()))
    assert named - SETTINGS - frontend_variables() - explained - codes() - OF_OTHERS == set()


@pytest.mark.parametrize("spelled", [str.upper, str.lower])
def test_make_leaves_the_environment_to_the_program(tmp_path: Path, spelled: Any) -> None:
    names = [spelled(name) for name in sorted(SETTINGS | frontend_variables())]
    make = shutil.which("make")
    assert make
    probe = tmp_path / "probe.mk"
    probe.write_text(".PHONY: probe\nprobe:\n\t@env\n")
    done = subprocess.run(
        [make, "--no-print-directory", "-f", "Makefile", "-f", str(probe), "probe"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | dict.fromkeys(names, "as given"),
        text=True,
        capture_output=True,
        check=True,
    )
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert [name for name in names if seen.get(name) != "as given"] == []


def test_the_makefile_s_own_names_are_in_small_letters() -> None:
    text = (ROOT / "Makefile").read_text()
    assert re.findall(r"^([A-Z]\w*)\s*:?=", text, re.MULTILINE) == [], "make would replace a variable of that name"
