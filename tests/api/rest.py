"""Shared by the tests of v1."""

from __future__ import annotations

import secrets
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

import httpx

from tests.api.conftest import Api, Person

LOGIN, REFRESH, LOGOUT = "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/logout"


def fresh(**fields: Any) -> dict[str, Any]:
    """The body of a request that creates a user."""
    return {"email": f"rest-{secrets.token_hex(5)}@example.com", "display_name": "Rest Person", **fields}


def code(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return response.status_code, response.json()["error"]["code"]


def set_cookies(response: httpx.Response) -> list[tuple[str, str, bool]]:
    """The cookies that a response sets: name, path, whether it has a value."""
    found = []
    for header in response.headers.get_list("set-cookie"):
        jar: SimpleCookie = SimpleCookie(header)
        (morsel,) = jar.values()
        assert morsel["httponly"]
        assert morsel["samesite"] == "Lax"
        found.append((morsel.key, morsel["path"], bool(morsel.value)))
    return found


def access_cookie(api: Api, person: Person, state: str) -> str:
    """An access cookie of this person's session that is expired, altered or missing."""
    if state == "missing":
        return ""
    container = api.server.container
    before = container.core.clock.now() - timedelta(hours=1)
    token, _ = container.core.tokens.issue_access(UUID(person.session), UUID(person.id), before)
    return f"rollcall={token if state == 'expired' else token[:-4]}; "


async def has_ended(api: Api, person: Person) -> bool:
    """Whether the session of a person has ended."""
    found = await api.rest("GET", "/api/v1/users", person)
    return code(found) == (401, "SESSION_REVOKED") if found.is_error else False
