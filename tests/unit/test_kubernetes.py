"""The manifests for Kubernetes: valid by its own schemas, restricted, and in step with the images and with compose."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from api.settings import LocalSettings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
SCHEMAS = json.loads((ROOT / "tests/contract/schemas/kubernetes-1.37.json").read_text())
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
OBJECTS: list[dict[str, Any]] = [
    found for name in KUSTOMIZATION["resources"] for found in yaml.safe_load_all((FOLDER / name).read_text())
]
WORKLOADS = [found for found in OBJECTS if found["kind"] in ("Deployment", "Job")]
NAMES = [f"{found['kind']} {found['metadata']['name']}" for found in OBJECTS]


def faults(found: dict[str, Any]) -> list[str]:
    """What the schema of its kind, which allows no unknown field, says against an object."""
    kind = SCHEMAS["kinds"][f"{found['apiVersion']}/{found['kind']}"]
    return [
        error.message for error in jsonschema_rs.validator_for({**kind, "$defs": SCHEMAS["$defs"]}).iter_errors(found)
    ]


def named(kind: str, name: str) -> dict[str, Any]:
    """One object."""
    return next(found for found in OBJECTS if (found["kind"], found["metadata"]["name"]) == (kind, name))


def pod(workload: dict[str, Any]) -> dict[str, Any]:
    """The specification of its pods."""
    return dict(workload["spec"]["template"]["spec"])


@pytest.mark.parametrize("found", OBJECTS, ids=NAMES)
def test_an_object_is_valid(found: dict[str, Any]) -> None:
    assert faults(found) == []
    assert found["kind"] == "Namespace" or found["metadata"]["namespace"] == KUSTOMIZATION["namespace"]


def test_an_invalid_object_is_not() -> None:
    wrong = json.loads(json.dumps(named("Deployment", "rollcall-api")))
    spec = wrong["spec"]["template"]["spec"]
    spec["containers"][0]["readinessProb"] = {}
    spec["terminationGracePeriodSeconds"] = "a minute"
    assert len(faults(wrong)) == 2


def test_every_file_is_a_resource() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {"kustomization.yaml", *KUSTOMIZATION["resources"]}
    assert {"Deployment", "Job", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy", "Ingress"} <= {
        found["kind"] for found in OBJECTS
    }


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda found: found["metadata"]["name"])
def test_a_pod_is_restricted(workload: dict[str, Any]) -> None:
    spec = pod(workload)
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["securityContext"]["runAsUser"] >= 10_000
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    for container in spec["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108 - in the container
        assert container["resources"].keys() == {"requests", "limits"}
        assert container["image"] in {image["name"] for image in KUSTOMIZATION["images"]}


def test_probes_ask_what_is_meant() -> None:
    (api,) = pod(named("Deployment", "rollcall-api"))["containers"]
    paths = {name: api[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert paths == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}


def test_a_pod_has_the_time_to_end() -> None:
    given = dict(entry.split("=", 1) for entry in KUSTOMIZATION["configMapGenerator"][0]["literals"])
    assert given.keys() <= {field.upper() for field in LocalSettings.model_fields}
    needed = int(given["DRAIN_SECONDS"]) + int(given["SHUTDOWN_SECONDS"])
    assert pod(named("Deployment", "rollcall-api"))["terminationGracePeriodSeconds"] > needed


def test_what_is_scaled_and_what_is_kept_running_exists() -> None:
    scaled = named("HorizontalPodAutoscaler", "rollcall-api")["spec"]
    assert scaled["scaleTargetRef"]["name"] == "rollcall-api"
    assert "replicas" not in named("Deployment", "rollcall-api")["spec"], "applying it would undo what was scaled"
    metric = scaled["metrics"][0]["pods"]["metric"]["name"]
    assert f"| `{metric}` |" in (ROOT / "docs/reference/metrics.md").read_text()
    for name in ("rollcall-api", "rollcall-console"):
        labels = named("PodDisruptionBudget", name)["spec"]["selector"]["matchLabels"]
        assert labels == named("Deployment", name)["spec"]["template"]["metadata"]["labels"]


def test_every_pod_has_a_network_policy_and_only_the_api_and_the_migration_reach_the_database() -> None:
    assert named("NetworkPolicy", "rollcall-default")["spec"]["podSelector"] == {}
    database = {
        found["metadata"]["name"]
        for found in OBJECTS
        if found["kind"] == "NetworkPolicy" and '"port": 5432' in json.dumps(found["spec"].get("egress", []))
    }
    assert database == {"rollcall-api", "rollcall-migrate"}
    for workload in WORKLOADS:
        selector = {"matchLabels": workload["spec"]["template"]["metadata"]["labels"]}
        assert named("NetworkPolicy", workload["metadata"]["name"])["spec"]["podSelector"] == selector


def test_the_console_has_no_secret() -> None:
    (console,) = pod(named("Deployment", "rollcall-console"))["containers"]
    assert "envFrom" not in console
    assert "secretKeyRef" not in json.dumps(console)


def test_the_ingress_routes_as_the_gateway_does() -> None:
    (rule,) = named("Ingress", "rollcall")["spec"]["rules"]
    paths = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    found = re.findall(r"^\t@(?:api|watch) path (.*)$", (ROOT / "deploy/Caddyfile").read_text(), re.MULTILINE)
    assert {path.removesuffix("/*") for path in " ".join(found).split()} == {
        p for p, to in paths.items() if to == "rollcall-api"
    }
    assert paths["/"] == "rollcall-console"
