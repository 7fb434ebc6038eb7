"""A noun needs five files and a line or two where nouns are listed: the recipe is followed in a copy, and counted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.noun.recipe import EDITS, Edit, RecipeOutOfDateError, add_noun
from tests.architecture.sources import PACKAGES, ROOT, tracked

COPIED = (*PACKAGES, "tests", "pyproject.toml")
CLOSED = ("persistence/log/", "schema/feeds/", "schema/live/", "api/sockets/")
"""Files that need no edit for a new noun."""
PROBING_TESTS = (
    "tests/api/test_permissions.py::test_the_table_has_exactly_the_fields_of_the_schema",
    "tests/architecture/test_tables.py::test_the_metadata_has_every_table",
    "tests/contract/test_schema.py",
    "tests/contract/test_descriptions.py",
    "tests/unit/test_event_types.py",
    "tests/unit/test_fakes.py",
)
"""The tests that check every noun and need no engine."""
PROBE = """
import asyncio, pathlib, pkgutil, importlib
import api.bootstrap.container, persistence.store, schema
from alembic.script import ScriptDirectory
from schema.root import export

root = pathlib.Path.cwd()
assert pathlib.Path(schema.__file__).is_relative_to(root), schema.__file__
for package in ("domain", "persistence", "schema"):
    for module in pkgutil.walk_packages([package], package + "."):
        importlib.import_module(module.name)
assert ScriptDirectory("migrations").get_current_head() == max(p.name[:4] for p in root.glob("migrations/versions/0*.py"))
(root / "schema/schema.graphql").write_text(export())
"""
SERVED = (
    "type Team implements Node {",
    "  createTeam(",
    "  renameTeam(",
    "  teams(",
    "): TeamConnection!",
    "  TEAM_CREATED\n",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the service and its tests, without what is installed or built."""
    for path in tracked():
        if path.parts[0] in COPIED:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, tmp_path / path)
    return tmp_path


def run(tree: Path, *arguments: str) -> None:
    """Run Python in the copy; a failure shows its output."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")} | {"PYTHONPATH": str(tree)}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_noun_added_by_the_recipe_works(tree: Path) -> None:
    new, edited = add_noun(tree)
    assert len(new) <= 5
    assert len(edited) <= 8
    assert not [path for path in edited if path.startswith(CLOSED)]
    run(tree, "-c", PROBE)
    sdl = (tree / "schema/schema.graphql").read_text()
    assert not [text for text in SERVED if text not in sdl]
    run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *PROBING_TESTS)


def test_the_recipe_lists_the_edited_files() -> None:
    recipe = (ROOT / "CONTRIBUTING.md").read_text().partition("**A noun**")[2]
    listed = recipe.partition("Listed in:")[2].partition("Then `rollcall schema")[0]
    assert set(re.findall(r"`([\w/]+\.py)`", listed)) == {edit.path for edit in EDITS}


@pytest.mark.parametrize("text", ["", "log\n" * 2])
def test_a_line_that_no_longer_matches_is_reported(tmp_path: Path, text: str) -> None:
    (tmp_path / "services.py").write_text(text)
    with pytest.raises(RecipeOutOfDateError, match=r"no longer fits services\.py: 'teams\\n' is added after 'log\\n'"):
        Edit("services.py", "log\n", "teams\n").apply(tmp_path)
