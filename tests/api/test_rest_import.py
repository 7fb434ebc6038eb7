"""The import over v1: a file in, a line for each row and a summary out; who may, what is refused, how it goes on."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

import asyncpg
import pytest

from api.bootstrap.first_admin import ensure_first_admin
from api.http.spool import MEMORY_BYTES
from tests.api.commands import HOLD
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.api.rest import code

PATH = "/api/v1/users/import"
CSV = {"content-type": "text/csv"}


def line_of(lines: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """The result of the row on this line."""
    (found,) = [line for line in lines if line["type"] == "row" and line["line"] == number]
    return found


async def import_(api: Api, by: Person, content: str | bytes, query: str = "", **headers: str) -> list[dict[str, Any]]:
    """The lines of an import that is not refused."""
    response = await api.http.post(
        PATH + query,
        content=content if isinstance(content, bytes) else content.encode(),
        headers={**CSV, **by.bearer, **headers},
    )
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


async def shown(api: Api, by: Person, email: str) -> tuple[str, str, str]:
    """Name, role and status of a user."""
    found = (await api.rest("GET", "/admin/users", by, params={"search": email})).json()["data"]
    (user,) = [u for u in found if u["email"] == email]
    return user["display_name"], user["role"], user["status"]


async def users(api: Api, by: Person) -> int:
    """How many there are."""
    return int((await api.rest("GET", "/admin/users", by, params={"count": "true"})).headers["x-total-count"])


async def test_a_file_is_tried_imported_and_changed_row_by_row(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    content = (
        "E-Mail;First Name;Last Name;Role;Status;Shoe Size\n"
        "ada@example.com;Ada;King;auditor;disabled;38\n"
        "bo@example.com;Bo;;king;;\n"
        "cy@example.com;Cy;;;;\n"
    )
    tried = await import_(api, admin, content, "?dry_run=true")
    lines = await import_(api, admin, content)
    start, *rows, progress, summary = lines
    assert start["unused"] == summary["unused"] == ["Shoe Size"]
    assert (start["type"], start["encoding"], start["separator"], start["bytes"]) == (
        "start",
        "utf-8",
        ";",
        len(content),
    )
    assert [(r["line"], r["outcome"]) for r in rows] == [(2, "created"), (3, "refused"), (4, "created")]
    assert rows[1] == {
        "type": "row",
        "line": 3,
        "outcome": "refused",
        "code": "VALIDATION_ERROR",
        "field": "role",
        "reason": "Unknown role; use one of member, auditor, admin",
        "cells": {"email": "bo@example.com", "display_name": "Bo", "role": "king"},
        "text": None,
    }
    assert progress == {"type": "progress", "line": 4, "bytes_read": len(content), "bytes": len(content)}
    assert (summary["created"], summary["refused"], summary["complete"], summary["line"]) == (2, 1, True, 4)
    assert [r.get("outcome") for r in tried] == [r.get("outcome") for r in lines]
    assert await shown(api, admin, "ada@example.com") == ("Ada King", "auditor", "disabled")

    again = await import_(api, admin, "email,status,role\nada@example.com,active,\ncy@example.com,,auditor\n")
    assert line_of(again, 2)["changes"] == [{"field": "status", "before": "disabled", "after": "active"}]
    assert (again[-1]["updated"], again[-1]["role_changes"], again[-1]["status_changes"]) == (2, 1, 1)
    unchanged = await import_(api, admin, "email\nada@example.com\n")
    assert line_of(unchanged, 2) == {"type": "row", "line": 2, "outcome": "unchanged", "email": "ada@example.com"}


async def test_only_admins_import(api: Api, admin: Person) -> None:
    content = "email,display_name\nnobody@example.com,Nobody\n"
    for role, outcome in (
        (None, (401, "UNAUTHENTICATED")),
        ("MEMBER", (403, "FORBIDDEN")),
        ("AUDITOR", (403, "FORBIDDEN")),
    ):
        person = await api.new_user(admin, role) if role else None
        assert code(await api.rest("POST", PATH, person, CSV, content=content)) == outcome


async def test_a_cookie_needs_an_allowed_origin(api: Api, admin: Person) -> None:
    headers = {**CSV, "cookie": f"rollcall={admin.token}"}
    foreign = {**headers, "origin": "https://evil.example"}
    assert code(await api.rest("POST", PATH, None, foreign, content="email\n")) == (403, "FORBIDDEN")
    own = {**headers, "origin": api.server.url}
    response = await api.http.post(PATH, content="email\n", headers=own)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("content", "query", "kind", "expected"),
    [
        (b"email\n", "", "application/json", (415, "UNSUPPORTED_MEDIA_TYPE")),
        (b"email\n", "?form=csv", "text/csv", (400, "MALFORMED_REQUEST")),
        (b"email\n", "?start=x", "text/csv", (400, "MALFORMED_REQUEST")),
        (b"email\n", "?from=acme", "text/csv", (400, "MALFORMED_REQUEST")),
        (b"email\n", "?encoding=acme", "text/csv", (400, "MALFORMED_REQUEST")),
        (b"email,display_name\na@example.com,Zo\xeb\n", "", "text/csv", (400, "MALFORMED_REQUEST")),
        (b"name\nAda\n", "", "text/csv", (400, "MALFORMED_REQUEST")),
    ],
    ids=["type", "parameter", "number", "vendor", "encoding-name", "encoding", "header"],
)
async def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    api: Api, admin: Person, content: bytes, query: str, kind: str, expected: tuple[int, str]
) -> None:
    refused = await api.rest("POST", PATH + query, admin, {"content-type": kind}, content=content)
    assert code(refused) == expected


async def test_an_encoding_is_named_by_parameter_or_media_type(api: Api, admin: Person) -> None:
    for number, (query, kind) in enumerate(
        (("?encoding=windows-1252", "text/csv"), ("", "text/csv; charset=windows-1252"))
    ):
        email = f"zoe{number}-{secrets.token_hex(4)}@example.com"
        content = f"email,display_name\n{email},Zoë\n".encode("cp1252")
        lines = await import_(api, admin, content, query, **{"content-type": kind})
        assert lines[0]["encoding"] == "cp1252"
        assert (await shown(api, admin, email))[0] == "Zoë"


async def test_a_large_file_is_taken_and_one_over_the_limit_refused(fresh_database_url: str, redis_url: str) -> None:
    """The file is larger than other bodies may be, and than what is kept in memory."""
    limit = 2 * MEMORY_BYTES
    settings = settings_for(fresh_database_url, redis_url, import_limit_bytes=limit)
    await ensure_first_admin(settings)
    with Server(settings) as running:
        api = Api(running)
        async with api.http:
            admin = await api.sign_in(ADMIN, PASSWORD)
            content = b"email,display_name,notes\nada@example.com,Ada,\n"
            content += b",," + b" " * 998 + b"\n"
            content += (b",," + b" " * 998 + b"\n") * ((limit - len(content)) // 1001)
            assert limit - 1001 < len(content) <= limit
            lines = await import_(api, admin, content)
            assert (lines[-1]["created"], lines[-1]["complete"]) == (1, True)
            too_large = await api.rest("POST", PATH, admin, CSV, content=content + b" " * 1001)
            assert code(too_large) == (413, "PAYLOAD_TOO_LARGE")

            async def parts() -> Any:
                yield content
                yield b" " * 1001

            assert code(await api.rest("POST", PATH, admin, CSV, content=parts())) == (413, "PAYLOAD_TOO_LARGE")


async def test_an_import_goes_on_after_a_line(api: Api, admin: Person) -> None:
    mark = secrets.token_hex(4)
    content = "email,display_name\n" + "".join(f"u{i}-{mark}@example.com,User {i}\n" for i in range(4))
    content += f"u0-{mark}@example.com,Again\n"
    lines = await import_(api, admin, content, "?start=3")
    assert lines[0]["start"] == 3
    outcomes = [(line["line"], line["outcome"]) for line in lines if line["type"] == "row"]
    assert outcomes == [(4, "created"), (5, "created"), (6, "refused")], "line 6 repeats the address of line 2"
    assert lines[-1]["line"] == 6


async def test_an_import_stops_when_the_client_leaves_and_the_rest_can_follow(fresh_api: tuple[Api, Person]) -> None:
    """A row of the second transaction is held by another one, so that the client leaves in the middle."""
    api, admin = fresh_api
    dsn = api.server.container.core.settings.database_url.dsn
    content = "email,display_name\n" + "".join(f"u{i}@example.com,User {i}\n" for i in range(1000))
    connection = await asyncpg.connect(dsn)
    try:
        held = connection.transaction()
        await held.start()
        await connection.execute(HOLD, "u300@example.com")
        last = 0
        async with api.http.stream("POST", PATH, content=content, headers={**CSV, **admin.bearer}) as response:
            async for text in response.aiter_lines():
                line = json.loads(text)
                if line["type"] == "progress":
                    last = line["line"]
                    break
        await held.rollback()
    finally:
        await connection.close()
    assert last == 201
    async with asyncio.timeout(60):
        while await users(api, admin) != 401:  # the batch that was under way is written
            await asyncio.sleep(0.05)
    rest = await import_(api, admin, content, f"?start={last}")
    assert (rest[-1]["complete"], rest[-1]["created"] + rest[-1]["unchanged"]) == (True, 800)
    assert await users(api, admin) == 1001


async def test_the_last_admin_stays_one(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    lines = await import_(api, admin, f"email,role\n{ADMIN},member\n")
    assert (line_of(lines, 2)["code"], line_of(lines, 2)["field"]) == ("LAST_ADMIN", "role")
    lines = await import_(api, admin, f"email,status\n{ADMIN},disabled\n")
    assert (line_of(lines, 2)["code"], line_of(lines, 2)["field"]) == ("LAST_ADMIN", "status")
    assert (await shown(api, admin, ADMIN))[1:] == ("admin", "active")


async def test_an_admin_who_is_disabled_meanwhile_imports_no_further(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    other = await api.new_user(admin, "ADMIN")
    rows = [f"u{i}@example.com,User {i},active\n" for i in range(1000)]
    rows.insert(3, f"{other.email},Other,disabled\n")
    lines = await import_(api, other, "email,display_name,status\n" + "".join(rows))
    summary = lines[-1]
    assert (summary["complete"], summary["line"], summary["created"]) == (False, 201, 199)
    assert summary["error"]["code"] in ("ACCOUNT_DISABLED", "SESSION_REVOKED")
