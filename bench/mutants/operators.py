"""The mutations: one small change of a function at a time, as a compiled code object that replaces the original."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import CodeType

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
NAME = re.compile(r"[a-z_]+")
"""Texts that are names of fields and buckets; texts for users are not mutated."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Mutant:
    """A function of a module, by its qualified name, with one change."""

    path: Path
    function: str
    change: str
    compiled: Callable[[], CodeType] = field(repr=False, compare=False)

    @property
    def code(self) -> CodeType:
        """The function with the change; compiled when it is read."""
        return self.compiled()

    @property
    def name(self) -> str:
        """The name in the list: it stays the same when only line numbers change."""
        return f"{self.path.as_posix()} {self.function}: {self.change}"


def variants(node: ast.AST) -> Iterator[ast.AST | None]:
    """The replacements of a node; None removes a statement."""
    yield from _other_value(node)
    yield from _other_way(node)


def _other_value(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            yield ast.Compare(node.left, [COMPARISONS[type(op)]()], node.comparators)
        case ast.BoolOp(op=op):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp(op=op) if type(op) in OPERATORS:
            yield ast.BinOp(node.left, OPERATORS[type(op)](), node.right)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str(value)) if NAME.fullmatch(value):
            yield ast.Constant(f"x{value}")


def _other_way(node: ast.AST) -> Iterator[ast.AST | None]:
    match node:
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.IfExp():
            yield node.body
            yield node.orelse
        case ast.If(test=test) if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield ast.If(ast.UnaryOp(ast.Not(), test), node.body, node.orelse)
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.Raise() | ast.AugAssign() | ast.Continue() | ast.Break():
            yield None


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """The functions and methods of a module, by qualified name; those of protocols have no body to break."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef) and not any("Protocol" in ast.unparse(b) for b in node.bases):
            yield from functions(node, f"{prefix}{node.name}.")


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a module. A change that occurs several times in one function is numbered."""
    tree = ast.parse(path.read_text())
    for name, function in functions(tree):
        seen: dict[str, int] = {}
        for place, node in enumerate(_body(function)):
            for number, became in enumerate(variants(node)):
                change = f"{_short(node)} -> {'(nothing)' if became is None else _short(became)}"
                seen[change] = seen.get(change, 0) + 1
                mark = f" #{seen[change]}" if seen[change] > 1 else ""
                yield Mutant(path, name, change + mark, partial(_compiled, path, tree, name, place, number))


def _body(function: Function) -> list[ast.AST]:
    """The nodes of a function's body in a fixed order, without its docstring and its signature."""
    first = 1 if ast.get_docstring(function) is not None else 0
    return [node for statement in function.body[first:] for node in ast.walk(statement)]


def _short(node: ast.AST) -> str:
    line = ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).splitlines()[0]
    return line if len(line) <= 90 else f"{line[:87]}..."


def _compiled(path: Path, tree: ast.Module, name: str, place: int, number: int) -> CodeType:
    changed = copy.deepcopy(tree)
    function = dict(functions(changed))[name]
    target = _body(function)[place]
    became = list(variants(target))[number] or ast.Pass()
    _Put(target, ast.copy_location(became, target)).visit(function)
    module = compile(ast.fix_missing_locations(changed), str(path.resolve()), "exec", dont_inherit=True)
    return next(c for c in _codes(module) if c.co_qualname == name)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


class _Put(ast.NodeTransformer):
    """Replaces one node by another."""

    def __init__(self, target: ast.AST, became: ast.AST) -> None:
        self._target, self._became = target, became

    def visit(self, node: ast.AST) -> ast.AST:
        """The replacement of the target; any other node unchanged."""
        return self._became if node is self._target else self.generic_visit(node)
