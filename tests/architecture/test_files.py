"""What no file of the project may contain: package registries, and paths of a developer's machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, tracked

# Composed of parts, so that this file does not contain what it searches for.
REGISTRIES = re.compile(
    r"\b(?:"
    + "|".join(
        (
            "py" + r"pi\.org",
            "python" + r"hosted\.org",
            "registry" + r"\.npmjs",
            "registry" + r"\.yarnpkg",
            "deb" + r"\.debian",
        )
    )
    + r")|--(?:extra-)?index"
    + "-url=?\\s*\\S*:/|--find"
    + "-links"
)
HOMES = re.compile(r"(?<![\w.~:-])/(?:root|home/\w+|Users/\w+|work/\w+)(?:/|\b)")
LOCKS = ("requirements.lock", "requirements-dev.lock")


def text_of(path: Path) -> str:
    content = (ROOT / path).read_bytes()
    return "" if b"\0" in content else content.decode()


def holding(pattern: re.Pattern[str]) -> list[str]:
    return [f"{path}: {found[0]}" for path in tracked() if (found := pattern.search(text_of(path)))]


def test_no_file_names_a_registry() -> None:
    assert not holding(REGISTRIES)


def test_no_file_names_a_path_of_a_developer_s_machine() -> None:
    assert not holding(HOMES)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_pins_and_hashes_every_package(name: str) -> None:
    requirements = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
    assert len(requirements) > 30
    for requirement in requirements:
        assert re.match(r"[a-z0-9-]+==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


def test_the_lock_files_agree() -> None:
    runtime, everything = (set(re.findall(r"^[a-z0-9-]+==\S+", (ROOT / n).read_text(), re.MULTILINE)) for n in LOCKS)
    assert runtime < everything
