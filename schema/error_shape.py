"""One error of a GraphQL response, for requests that are refused before execution."""

from __future__ import annotations

from typing import Any


def error_shape(message: str, code: str = "BAD_REQUEST", **extensions: Any) -> dict[str, Any]:
    """The error (GraphQL specification, section 7.1.2), with its code in `extensions`; values of None are omitted."""
    more = {k: v for k, v in extensions.items() if v is not None}
    return {"message": message, "extensions": {"code": code, **more}}
