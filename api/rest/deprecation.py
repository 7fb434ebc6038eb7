"""Announces the end of v1 where the operator has set a date for it.

`Deprecation` says since when, or from when on, clients should use GraphQL instead (RFC 9745); `Sunset` says when v1 may
stop answering (RFC 8594). There is no `Link` to a page about it: in v1 that header has the next page of a list.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.headers import adding
from api.settings import Settings

PREFIXES = ("/api/v1/", "/admin/users")
MEANINGS = {
    "Deprecation": "Since when this contract is deprecated, in seconds since 1970 after an @ (RFC 9745)",
    "Sunset": "When this contract may end (RFC 8594)",
}


def notices(settings: Settings) -> dict[str, str]:
    """The headers of every response of v1, by name."""
    found = {}
    if settings.rest_deprecation is not None:
        found["Deprecation"] = f"@{_start_of(settings.rest_deprecation).timestamp():.0f}"
    if settings.rest_sunset is not None:
        found["Sunset"] = format_datetime(_start_of(settings.rest_sunset), usegmt=True)
    return found


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def describe_deprecation(document: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """The OpenAPI document of a contract that is announced to end: every operation is deprecated and has the headers."""
    if not headers:
        return document
    described = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    for name in headers:
        schema = {"type": "string"}
        document["components"]["headers"][name] = {"description": MEANINGS[name], "required": True, "schema": schema}
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        operation["deprecated"] = True
        for response in operation["responses"].values():
            response["headers"] |= described
    return document


class Deprecation:
    """Adds the headers to every response under v1's paths, errors included."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or not self._headers or not scope["path"].startswith(PREFIXES):
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, adding(self._headers, send))
