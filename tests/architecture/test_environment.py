"""Only api/settings.py reads the environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import imported, modules

READER = Path("api/settings.py")
NAMES = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
LIBRARIES = {"dotenv", "pydantic_settings"}


def environment_uses(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        attribute = isinstance(node, ast.Attribute) and node.attr in NAMES and ast.unparse(node.value) == "os"
        name = isinstance(node, ast.ImportFrom) and node.module == "os" and any(a.name in NAMES for a in node.names)
        library = any(module.partition(".")[0] in LIBRARIES for module in imported(node))
        if attribute or name or library:
            yield getattr(node, "lineno", 0)


def test_only_the_settings_read_the_environment() -> None:
    found = [f"{path}:{line}" for path, tree in modules() if path != READER for line in environment_uses(tree)]
    assert not found, f"Give these a setting of api/settings.py instead: {found}"


def test_the_rule_detects_a_read() -> None:
    assert list(environment_uses(ast.parse("import os\nos.environ['X']\nos.getenv('X')"))) == [2, 3]
    assert list(environment_uses(ast.parse("from os import environ"))) == [1]
