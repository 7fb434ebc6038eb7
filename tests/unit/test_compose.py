"""The container files, as far as they can be checked without a container engine."""

from __future__ import annotations

import ipaddress
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.settings import LocalSettings

ROOT = Path(__file__).parents[2]
IMAGES = ("api", "console")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
ONE_SHOT = {"migrate"}
OBSERVING = {"prometheus", "grafana"}
"""Of the profile observability."""


def dockerfile(image: str) -> str:
    return (ROOT / "deploy" / f"{image}.Dockerfile").read_text()


def stages(image: str) -> list[str]:
    return re.split(r"^(?=FROM )", dockerfile(image), flags=re.MULTILINE)[1:]


def test_the_services_are_the_documented_ones() -> None:
    assert set(SERVICES) == {
        *("gateway", "console", "api", "api-2", "migrate", "postgres", "postgres-replica", "valkey", "mailpit"),
        *OBSERVING,
    }
    assert {name for name, service in SERVICES.items() if "profiles" in service} == OBSERVING
    assert {SERVICES["postgres"]["image"], SERVICES["postgres-replica"]["image"]} == {"postgres:18"}
    assert SERVICES["gateway"]["image"] == "caddy:2"
    assert SERVICES["valkey"]["image"].startswith("valkey/valkey:9")


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - ONE_SHOT))
def test_every_long_running_service_has_a_health_check(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert "healthcheck" in service or (
        name in OURS and "HEALTHCHECK" in stages(service["image"].removeprefix("rollcall-"))[-1]
    )


def test_the_api_waits_for_the_migration_and_the_migration_for_the_database() -> None:
    assert SERVICES["api"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["command"] == ["migrate"]


def test_only_the_gateway_and_the_page_of_mails_publish_ports_and_by_default_only_on_this_machine() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {
        "gateway": ["${HTTP_PORT:-127.0.0.1:8080}:80", "${HTTPS_PORT:-127.0.0.1:8443}:443"],
        "mailpit": ["${MAILPIT_PORT:-127.0.0.1:8025}:8025"],
        "grafana": ["${GRAFANA_PORT:-127.0.0.1:3001}:3000"],
    }


def test_the_gateway_reaches_no_database() -> None:
    reach = {name: set(service["networks"]) for name, service in SERVICES.items()}
    assert {name for name in reach if "edge" in reach[name]} == {*("gateway", "console", "api", "api-2", "prometheus")}
    assert {name for name in reach if "data" in reach[name]} == {
        *("api", "api-2", "migrate", "postgres", "postgres-replica", "valkey")
    }
    assert {name for name in reach if "mail" in reach[name]} == {"api", "api-2", "mailpit"}
    assert COMPOSE["networks"]["data"]["internal"]


def test_the_others_trust_the_gateway_s_network() -> None:
    (edge,) = COMPOSE["networks"]["edge"]["ipam"]["config"]
    assert SERVICES["api"]["environment"]["TRUSTED_PROXIES"] == edge["subnet"]
    assert SERVICES["console"]["environment"]["TRUSTED_PROXIES"] == edge["subnet"]
    _, _, default = edge["subnet"].removesuffix("}").partition(":-")
    assert ipaddress.ip_network(default).is_private


def test_a_service_waits_for_the_one_behind_it() -> None:
    behind = SERVICES["gateway"]["depends_on"]
    assert {name: behind[name]["condition"] for name in behind} == dict.fromkeys(
        ("api", "api-2", "console"), "service_healthy"
    )


def test_all_layers_have_the_same_body_limit() -> None:
    limits = {SERVICES[name]["environment"]["BODY_LIMIT_BYTES"] for name in ("gateway", "console", "api")}
    assert limits == {f"${{BODY_LIMIT_BYTES:-{LocalSettings.model_fields['body_limit_bytes'].default}}}"}


@pytest.mark.parametrize("name", [*OURS, "gateway"])
def test_our_containers_have_minimal_privileges(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_are_given_settings_that_exist(name: str) -> None:
    known = {field.upper() for field in LocalSettings.model_fields} | {"API_URL"}
    given = OURS[name]["environment"].keys()
    assert given <= known
    secrets = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    assert given & secrets == (set() if name == "console" else secrets)


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_has_a_limit_of_memory(name: str) -> None:
    limit = re.fullmatch(r"(?:\$\{[A-Z]+_MEMORY:-)?(\d+)([mg])\}?", SERVICES[name]["mem_limit"])
    assert limit
    assert 256 <= int(limit[1]) * (1024 if limit[2] == "g" else 1) <= 2048


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "compose.yaml").read_text()
    for variable in ("SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"):
        uses = re.findall(rf"(?<!\$)\$\{{{variable}\b([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses)


def test_the_api_s_image_is_made_of_the_hashed_lock_in_stages() -> None:
    build, final = stages("api")
    assert "--require-hashes" in build
    assert "requirements.lock" in build
    assert "pip install" not in final
    assert "COPY --from=build" in final


def test_the_console_s_image_is_made_of_its_lock_in_stages() -> None:
    build, final = stages("console")
    assert "package-lock.json" in build
    assert "npm ci" in build
    assert "npm" not in final
    assert "COPY --from=build /app/build build" in final


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_runs_as_an_ordinary_user(image: str) -> None:
    users = re.findall(r"^USER (\S+)$", stages(image)[-1], re.MULTILINE)
    assert users
    assert int(users[-1]) >= 1000


def sources(image: str) -> set[str]:
    """The project files that an image copies."""
    copies = [shlex.split(line)[1:] for line in re.findall(r"^COPY (?!--).*$", dockerfile(image), re.MULTILINE)]
    return {source for *many, _ in copies for source in many}


@pytest.mark.parametrize("image", IMAGES)
def test_the_build_context_contains_what_an_image_copies(image: str) -> None:
    let_in = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert all((ROOT / source).exists() for source in sources(image))
    assert {source.partition("/")[0] for source in sources(image)} <= let_in


def test_the_images_contain_everything_that_is_run() -> None:
    assert {"api", "schema", "domain", "persistence", "migrations"} <= sources("api")
    assert {"frontend/server.js", "frontend/server", "frontend/src", "frontend/static"} <= sources("console")


def test_the_console_s_image_has_what_its_build_imports() -> None:
    imports = re.findall(r"from '\./([^']+)'", (ROOT / "frontend/vite.config.ts").read_text())
    named = [re.findall(r"'(?:\./)?([\w-]+\.js)'", (ROOT / "frontend" / path).read_text()) for path in imports]
    needed = {*imports, *(f"scripts/{name}" for names in named for name in names)}
    assert "scripts/tracked-url.js" in needed
    assert {f"frontend/{path}" for path in needed} <= sources("console")


def test_a_developer_s_local_files_stay_out_of_the_build_context() -> None:
    left_out = (ROOT / ".dockerignore").read_text().splitlines()
    assert {"frontend/node_modules", "frontend/build", "frontend/.svelte-kit"} <= set(left_out)


def test_both_apis_are_the_same_and_the_gateway_and_prometheus_use_both() -> None:
    one, two = SERVICES["api"], SERVICES["api-2"]
    assert {**one, "networks": None} == {**two, "networks": None}
    names = {"api", "api-2", *one["networks"]["edge"]["aliases"]}
    upstreams = SERVICES["gateway"]["environment"]["API_UPSTREAM"].split()
    assert {upstream.partition(":")[0] for upstream in upstreams} == {"api-1", "api-2"} <= names
    assert two["networks"]["edge"]["aliases"] == ["api"], "the console reaches both under this name"
    prometheus = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yaml").read_text())
    assert prometheus["scrape_configs"][0]["static_configs"][0]["targets"] == upstreams
    assert prometheus["scrape_configs"][0]["job_name"] == "rollcall"


def test_mounted_files_exist() -> None:
    mounts = [m.split(":")[0] for s in SERVICES.values() for m in s.get("volumes", ()) if m.startswith("./")]
    assert len(mounts) >= 6
    assert all((ROOT / mount).exists() for mount in mounts)
