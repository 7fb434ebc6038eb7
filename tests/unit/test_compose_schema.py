"""compose.yaml is valid by the schema of the Compose Specification, also after its variables are replaced."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "tests/contract/schemas/compose-spec.json").read_text())
TEXT = (ROOT / "compose.yaml").read_text()
VARIABLE = re.compile(r"(?<!\$)\$\{\w+(?::([-?])((?:[^${}]|\$\{[^}]*\})*))?\}")


def interpolated(text: str) -> str:
    """The text as Compose reads it with an empty environment, where mandatory variables have a value."""
    while True:
        replaced = VARIABLE.sub(
            lambda match: (match[2] or "") if match[1] != "?" else "a-value-of-32-characters-or-more", text
        )
        if replaced == text:
            return text.replace("$$", "$")
        text = replaced


def faults(compose: dict[str, Any]) -> list[str]:
    """What the schema says against it. Fields that begin with x- are allowed."""
    return [error.message for error in jsonschema_rs.validator_for(SCHEMA).iter_errors(compose)]


@pytest.mark.parametrize("text", [TEXT, interpolated(TEXT)], ids=["as written", "interpolated"])
def test_it_is_valid(text: str) -> None:
    assert faults(yaml.safe_load(text)) == []


def test_every_variable_is_replaced() -> None:
    assert not re.search(r"(?<!\$)\$\{", interpolated(TEXT).replace("$METRICS_TOKEN", ""))
    urls = yaml.safe_load(interpolated(TEXT))["services"]["api"]["environment"]["DATABASE_REPLICA_URLS"]
    assert urls == "postgresql://rollcall:a-value-of-32-characters-or-more@postgres-replica:5432/rollcall"


@pytest.mark.parametrize(
    ("field", "value"),
    [("restrat", "always"), ("depends_on", {"postgres": {"condition": "healthy"}}), ("mem_limit", {}), ("ports", 80)],
)
def test_a_fault_is_found(field: str, value: object) -> None:
    compose = yaml.safe_load(TEXT)
    compose["services"]["api"][field] = value
    assert faults(compose)
