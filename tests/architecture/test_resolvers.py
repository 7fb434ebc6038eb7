"""Resolvers use nothing of `info` but its context, so that compiled operations can call them (schema/execution/plan.py)."""

from __future__ import annotations

import ast

from schema.execution.plan import LeanInfo
from tests.architecture.sources import modules


def test_resolvers_use_only_what_a_plan_gives_them() -> None:
    used = {
        f"{path}:{node.lineno}": node.attr
        for path, tree in modules()
        for node in ast.walk(tree)
        if path.parts[0] == "schema"
        and "execution" not in path.parts
        and isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "info"
    }
    assert used
    assert {where: attr for where, attr in used.items() if attr not in LeanInfo._fields} == {}
