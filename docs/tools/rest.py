"""REST v1: its routes with their statuses, from the table from which the OpenAPI document is made."""

from __future__ import annotations

from api.rest.operations import OPERATIONS, Operation
from docs.tools.markdown import code, page, table

INTRO = """\
Every route of the v1 contract. `/api/v1/openapi.json` of an instance describes them completely (OpenAPI 3.1), `/api/v1/docs` shows that
document, and [How to use v1](../how-to/v1.md) has examples. A route that is not public takes `Authorization: Bearer …`, with an access token or an
API key, or the session cookie."""
HEAD = ("route", "does", "query and headers", "statuses")


def render() -> str:
    """The page."""
    return page(
        "REST v1", "`api/rest/operations.py`", INTRO, table(HEAD, [_row(operation) for operation in OPERATIONS])
    )


def _row(operation: Operation) -> tuple[str, str, str, str]:
    route = code(f"{operation.method.upper()} {operation.path}") + (" (public)" if operation.public else "")
    query = operation.query.model_fields if operation.query is not None else {}
    names = [field.alias or name for name, field in query.items()]
    taken = ", ".join(code(name) for name in (*names, *(p for p in operation.parameters if p != "id")))
    statuses = {operation.status, *operation.refusals}
    if operation.not_modified:
        statuses.add(304)
    if operation.waits:
        statuses.add(202)
    return route, operation.summary, taken, ", ".join(map(str, sorted(statuses)))
