"""The map, the journeys and the recipes of CONTRIBUTING.md name only files that exist."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import ROOT, tracked

SERVICE = (ROOT / "CONTRIBUTING.md").read_text().partition("\n## The console\n")[0]
NAMED = sorted(
    {name for name in re.findall(r"`([\w./]+\.(?:py|toml|md))`", SERVICE) if "team" not in name and "000N" not in name}
)
ROOMS = re.findall(r"^  (\w+/|\w+\.py) ", SERVICE, re.MULTILINE)


@pytest.mark.parametrize("name", NAMED)
def test_a_named_file_exists(name: str) -> None:
    assert any(f"/{path.as_posix()}".endswith(f"/{name}") for path in tracked())


@pytest.mark.parametrize("name", ROOMS)
def test_a_folder_of_the_map_exists(name: str) -> None:
    assert any(f"/{name}" in f"/{path.as_posix()}" for path in tracked())


def test_the_document_names_files() -> None:
    assert {"persistence/store.py", "schema/root.py", "api/bootstrap/container.py"} <= set(NAMED)
    assert {"log/", "live/", "marks.py", "bootstrap/"} <= set(ROOMS)
