"""The containers' files, as far as they can be judged without an engine to run them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.settings import LocalSettings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "api.Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
ONE_SHOT = {"migrate"}


def stages() -> list[str]:
    return re.split(r"^(?=FROM )", DOCKERFILE, flags=re.MULTILINE)[1:]


def test_the_services_are_these() -> None:
    assert set(SERVICES) == {"api", "migrate", "postgres", "valkey"}
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["valkey"]["image"].startswith("valkey/valkey:9")


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - ONE_SHOT))
def test_what_stays_up_is_watched(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert "healthcheck" in service or (name in OURS and "HEALTHCHECK" in stages()[-1])


def test_the_api_waits_for_the_migration_and_the_migration_for_the_database() -> None:
    assert SERVICES["api"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["command"] == ["migrate"]


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_open_to_this_machine_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_do_little(name: str) -> None:
    service = OURS[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_are_given_settings_that_exist(name: str) -> None:
    known = {field.upper() for field in LocalSettings.model_fields}
    assert OURS[name]["environment"].keys() <= known
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"} <= OURS[name]["environment"].keys()


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "compose.yaml").read_text()
    for variable in ("SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"):
        uses = re.findall(rf"(?<!\$)\$\{{{variable}([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses)


def test_the_image_is_made_of_the_hashed_lock_in_stages() -> None:
    build, final = stages()
    assert "--require-hashes" in build
    assert "requirements.lock" in build
    assert "pip install" not in final
    assert "COPY --from=build" in final


def test_the_image_runs_as_an_ordinary_user() -> None:
    users = re.findall(r"^USER (\S+)$", stages()[-1], re.MULTILINE)
    assert users
    assert int(users[-1]) >= 1000


def test_the_image_holds_every_package_and_its_builder_is_let_see_them() -> None:
    let_in = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copies = [shlex.split(line)[1:] for line in re.findall(r"^COPY (?!--).*$", DOCKERFILE, re.MULTILINE)]
    sources = {source for *many, _ in copies for source in many}
    assert {"api", "schema", "domain", "persistence", "migrations"} <= sources
    assert sources <= let_in
    assert all((ROOT / source).exists() for source in sources)
