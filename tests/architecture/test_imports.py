"""Rules on imports that import-linter cannot express."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import grimp

from tests.architecture.sources import PACKAGES, imported, modules

ENGINES = ("schema.live", "schema.execution", "schema.marks")
"""Packages that know no noun, so that a new noun needs no edit there."""
GROUND = {"schema.context", "schema.error_shape", "schema.errors", "schema.scalars"}
"""What executing any document needs; the live engine does not depend on it."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def first_party(node: ast.AST) -> bool:
    return any(name.partition(".")[0] in PACKAGES for name in imported(node))


def lazy(tree: ast.Module) -> set[str]:
    """The modules of GraphQL types that the module names by `strawberry.lazy`, because these types refer to each other."""
    calls = (
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "strawberry.lazy"
    )
    return {str(ast.literal_eval(call.args[0])) for call in calls}


def hidden(tree: ast.Module) -> Iterator[int]:
    """The lines of first-party imports that are not at the top of their module."""
    top, allowed = set(tree.body), lazy(tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.stmt)
            and first_party(node)
            and node not in top
            and not allowed.issuperset(imported(node))
        ):
            yield node.lineno


def without_leaves(needs: dict[str, set[str]]) -> dict[str, set[str]]:
    """The rest of a graph after modules without dependencies in it are removed, repeatedly."""
    while leaves := {module for module, needed in needs.items() if not needed & needs.keys()}:
        needs = {module: needed for module, needed in needs.items() if module not in leaves}
    return needs


def turned(needs: dict[str, set[str]]) -> dict[str, set[str]]:
    """The graph with every edge reversed."""
    return {module: {other for other, needed in needs.items() if module in needed} for module in needs}


def test_no_first_party_import_is_hidden_in_a_function_or_a_condition() -> None:
    found = [f"{path}:{line}" for path, tree in modules() for line in hidden(tree)]
    assert not found, f"Move these imports to the top; where that makes a cycle, move what both need: {found}"


def test_no_modules_import_each_other_in_a_cycle() -> None:
    graph = grimp.build_graph(
        *PACKAGES, include_external_packages=False, exclude_type_checking_imports=True, cache_dir=None
    )
    needs = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    circle = without_leaves(turned(without_leaves(needs)))
    assert not circle, f"There is a cycle among {sorted(circle)}"


def test_the_engines_of_the_schema_know_no_noun() -> None:
    graph = grimp.build_graph("schema", include_external_packages=False, cache_dir=None)
    engines = {m for m in graph.modules if m.startswith(ENGINES)}
    found = {
        f"{engine} -> {other}"
        for engine in engines
        for other in graph.find_modules_directly_imported_by(engine)
        if other not in engines and not (engine.startswith("schema.execution") and other in GROUND)
    }
    assert not found, "Pass the noun to the engine, or mark its field"
