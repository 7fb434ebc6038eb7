"""Codes of errors: domain errors as GraphQL and v1 render them, the problems of GraphQL, and the closes of sockets."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from api.rest.operations import OPERATIONS
from docs.tools.markdown import code, page, table
from domain.errors import FIELD_WORDS, DomainError, Taken
from schema.errors import ProblemCode

SOCKETS = Path(__file__).parents[2] / "api" / "sockets"
CLOSERS = {"Refused", "end"}
"""What closes a socket with a code and a reason."""

INTRO = """\
An expected failure is defined once, in `domain/errors.py`, and has the same code everywhere: a mutation returns it as a
member of its union that implements `Problem { code message }`; v1 answers with its status and
`{"success": false, "error": {"code": …, "message": …}}`; the command line prints its message and exits with 1. A failure that is
in no union (no session, the database is unavailable) is in `errors[].extensions.code` of GraphQL."""
REST = """\
[REST v1](../how-to/v1.md) answers with these statuses, of which each operation lists its own in `/api/v1/openapi.json`. Unexpected
failures have the code `INTERNAL_ERROR` and a request id, which the log has too."""
SOCKET = """\
A socket (`graphql-transport-ws`) is closed with one of these codes. After 1012, 1013, 4401, 4410 and a lost connection, connect again
and resume from the last cursor; 4403 needs a new sign-in; the others are mistakes of the client."""


def render() -> str:
    """The page."""
    return page(
        "Error codes",
        "`domain/errors.py`, `schema/errors.py`, `api/rest/operations.py` and `api/sockets`",
        INTRO,
        table(("code", "status in v1", "in a mutation's union", "message, unless there is a more exact one"), domain()),
        "## Codes of v1 by status",
        REST,
        table(("status", "codes"), rest()),
        "## Close codes of sockets",
        SOCKET,
        table(("code", "reasons"), closes()),
    )


def kinds(of: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Every type of domain error."""
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def domain() -> list[tuple[str, str, str, str]]:
    """A row for each code of a domain error."""
    problems = set(ProblemCode.__members__)
    examples = [Taken(field) for field in FIELD_WORDS]
    named = [(kind.code, kind.status, kind.default) for kind in kinds() if kind is not Taken]
    named += [(example.code, example.status, example.message) for example in examples]
    return sorted({(code(c), str(status), "yes" if c in problems else "no", message) for c, status, message in named})


def rest() -> list[tuple[str, str]]:
    """The codes with which v1 answers, by their status."""
    statuses: dict[int, set[str]] = {}
    for operation in OPERATIONS:
        for status, codes in operation.refusals.items():
            statuses.setdefault(status, set()).update(codes)
    return [
        (str(status), ", ".join(code(name) for name in sorted(names))) for status, names in sorted(statuses.items())
    ]


def closes() -> list[tuple[str, str]]:
    """The close codes with their reasons, as the modules of api/sockets have them."""
    found: dict[int, set[str]] = {}
    for path in sorted(SOCKETS.glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and _name(call.func) in CLOSERS and len(call.args) == 2:
                for number in _numbers(call.args[0]):
                    found.setdefault(number, set()).add(_reason(call.args[1]))
    return [(str(number), "; ".join(sorted(filter(None, reasons)))) for number, reasons in sorted(found.items())]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _numbers(expression: ast.expr) -> Iterator[int]:
    for part in ast.walk(expression):
        if isinstance(part, ast.Constant) and isinstance(part.value, int) and part.value >= 1000:
            yield part.value


def _reason(expression: ast.expr) -> str:
    if isinstance(expression, ast.Constant):
        return str(expression.value)
    if isinstance(expression, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in expression.values)
    return ""
