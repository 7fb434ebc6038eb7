"""JSON responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response


def encoded(body: Any) -> bytes:
    """A value as JSON; times in UTC end in Z."""
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)


def respond(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(encoded(body), status, dict(headers or {}), "application/json")
