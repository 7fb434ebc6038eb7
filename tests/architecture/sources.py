"""The project's own files, for the architecture tests."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "schema", "domain", "persistence", "migrations")


def modules(packages: Sequence[str] = PACKAGES) -> Iterator[tuple[Path, ast.Module]]:
    """Every module of the packages: its path in the project, and its syntax tree, which is not to be changed."""
    for package in packages:
        yield from _modules(package)


@cache
def _modules(package: str) -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((p.relative_to(ROOT), ast.parse(p.read_text())) for p in sorted((ROOT / package).rglob("*.py")))


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git tracks or would track, except links and removed files; relative to the project."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    paths = (Path(name) for name in listing.split("\0") if name)
    return tuple(path for path in paths if (ROOT / path).is_file() and not (ROOT / path).is_symlink())


def imported(node: ast.AST) -> list[str]:
    """The modules that an import statement names; none for any other node."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module]
    return []
