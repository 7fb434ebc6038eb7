"""`persistence.tables` has every table that a module of persistence declares."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT, modules

LISTING = "from persistence.tables import metadata; print(*sorted(metadata.tables))"


def declared(tree: ast.Module) -> list[str]:
    """The names of the tables that a module declares."""
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "Table")
    return [str(ast.literal_eval(call.args[0])) for call in calls]


def test_the_metadata_has_every_table() -> None:
    done = subprocess.run([sys.executable, "-c", LISTING], cwd=ROOT, capture_output=True, text=True, check=True)
    named = {name: path for path, tree in modules() for name in declared(tree)}
    missing = {name: path for name, path in named.items() if name not in done.stdout.split()}
    assert not missing, f"The store stands on no module that declares these: {missing}"
    assert named.keys() == set(done.stdout.split())
    assert Path("persistence") in named["users"].parents
