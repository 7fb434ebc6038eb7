"""Alerts, dashboard and docs/how-to/monitoring.md name the metrics that exist, and every alert says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from api.bootstrap.container import build
from api.bootstrap.gauges import add_gauges
from api.workers.siblings import merged
from tests.unit.test_bootstrap import NOWHERE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/monitoring.md").read_text()
RULES: list[dict[str, Any]] = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())["groups"][0]["rules"]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/rollcall.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",), "info": ("",)}
OF_PROMETHEUS = {"up"}
LABELS_OF_PROMETHEUS = {"job", "instance", "le"}
FUNCTIONS = {"histogram_quantile", "min_over_time", "count", "delta", "increase", "max", "min", "rate", "sum", "topk"}


@pytest.fixture
async def families() -> list[Metric]:
    """The metrics of a process that is not started."""
    container = build(NOWHERE)
    add_gauges(container)
    of_workers = text_string_to_metric_families(merged({1: b"", 2: None}).decode())
    return [*container.metrics.registry.collect(), *of_workers]


@pytest.fixture
def series(families: list[Metric]) -> set[str]:
    """The names that a query may use."""
    return {family.name + suffix for family in families for suffix in SUFFIXES[family.type]} | OF_PROMETHEUS


def queries() -> Iterator[str]:
    """The expressions of alerts and dashboard."""
    yield from (rule["expr"] for rule in RULES)
    yield from (target["expr"] for panel in PANELS for target in panel["targets"])


def documented() -> dict[str, set[str]]:
    """The metrics in the table of the page, with their labels."""
    rows = re.findall(r"^\| `(rollcall_\w+)` \| ([^|]*) \|", PAGE, re.MULTILINE)
    assert len(rows) == len(dict(rows)), "a metric is described twice"
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


def names_in(query: str) -> set[str]:
    """The metrics of a query: what is neither a label, a text, a duration nor a function."""
    plain = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)", " ", query)
    return set(re.findall(r"[a-z_]{2,}\w*", plain)) - FUNCTIONS - {"or"}


def labels_in(query: str) -> set[str]:
    """The labels by which a query selects or groups."""
    matched = re.findall(r"(\w+)(?:=~|!~|!=|=)\"", query)
    grouped = [name for names in re.findall(r"\bby \(([^)]*)\)", query) for name in names.split(", ")]
    return {*matched, *grouped}


def test_every_query_names_metrics_that_exist(series: set[str]) -> None:
    used = {query: names_in(query) for query in queries()}
    assert all(used.values()), "a query without a metric"
    assert not {query: names - series for query, names in used.items() if names - series}


def test_every_query_names_labels_that_its_metrics_have() -> None:
    table = documented()
    for query in queries():
        known = set.union(
            LABELS_OF_PROMETHEUS,
            *(labels for name, labels in table.items() if any(used.startswith(name) for used in names_in(query))),
        )
        assert labels_in(query) <= known, query


def test_the_page_describes_every_metric_and_no_other(families: list[Metric]) -> None:
    own = {f.name + ("_total" if f.type == "counter" else "") for f in families if f.name.startswith("rollcall_")}
    assert documented().keys() == own


def test_the_labels_on_the_page_are_those_of_the_metrics(families: list[Metric]) -> None:
    table = documented()
    for family in families:
        name = family.name + ("_total" if family.type == "counter" else "")
        for sample in family.samples:
            if name in table:
                assert sample.labels.keys() - {"le"} == table[name], sample


def test_every_alert_has_its_paragraph_and_every_paragraph_its_alert() -> None:
    paragraphs = dict(re.findall(r"^### (\w+)\n\n((?:.+\n)+)", PAGE, re.MULTILINE))
    assert paragraphs.keys() == {rule["alert"] for rule in RULES}
    assert all(len(text) > 80 for text in paragraphs.values())
    for rule in RULES:
        assert rule["annotations"]["runbook"] == f"docs/how-to/monitoring.md#{rule['alert'].lower()}"


def test_every_alert_has_a_summary_and_a_severity() -> None:
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"]
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_every_link_within_the_page_leads_somewhere() -> None:
    headings = {f"#{heading.lower()}" for heading in re.findall(r"^#+ (\w+)$", PAGE, re.MULTILINE)}
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert {link for link in links if link.startswith("#")} <= headings
    files = [link for link in links if not link.startswith(("#", "https:"))]
    assert all((ROOT / "docs/how-to" / file).is_file() for file in files), files


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
