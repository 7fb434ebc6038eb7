"""v1 tested against its own OpenAPI document: by schemathesis with all its checks, and each example by its schema."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.rest.openapi import document
from api.rest.operations import OPERATIONS
from tests.api.conftest import ADMIN, PASSWORD, Api, Person
from tests.api.rest import fresh

CONFIGURATION = Path(__file__).parent / "openapi/schemathesis.toml"
SIGN_OUTS = 12
WRITES = {"createUser", "importUsers", "getUser", "updateUser", "deleteUser"}
OTHERS = {o.id for o in OPERATIONS} - WRITES
LISTS = {"listUsers", "listAllUsers", "exportUsers"}
ALL = WRITES | OTHERS
RUNS = {
    "reads": ("examples,coverage", OTHERS, LISTS, OTHERS - {"signOut"}, 300),
    "writes": ("examples,coverage", WRITES, {"createUser", "importUsers"}, WRITES, 200),
    "random": ("fuzzing", ALL, LISTS | {"createUser", "importUsers"}, ALL - {"signOut"}, 100),
    "sequences": ("stateful", ALL, {"createUser", "getUser", "updateUser", "deleteUser"}, set[str](), 20),
}
"""Each run: its phases and operations; those of which a valid request must succeed, those of which an invalid one must
be sent, and how many requests at least. A user's own route succeeds only where the id of a user is known."""


async def cursor(api: Api, admin: Person) -> str:
    """The cursor of a list that has a next page."""
    link = (await api.rest("GET", "/admin/users", admin, params={"limit": 1})).headers["link"]
    found = re.search(r"after=([^&>]+)", link)
    assert found
    return found[1]


@pytest.mark.parametrize("name", RUNS)
async def test_schemathesis_finds_nothing(fresh_api: tuple[Api, Person], tmp_path: Path, name: str) -> None:
    phases, operations, succeeding, refused, least = RUNS[name]
    api, admin = fresh_api
    user = (await api.rest("POST", "/api/v1/users", admin, json=fresh())).json()["data"]
    calls, log = tmp_path / "calls", tmp_path / "log"
    leaving = [(await api.sign_in(ADMIN, PASSWORD)).token for _ in range(SIGN_OUTS)]
    run = {
        "ST_TOKEN": admin.token,
        "ST_OTHER_TOKENS": " ".join(leaving),
        "ST_ADMIN": admin.id,
        "ST_USER": user["id"],
        "ST_CURSORS": await cursor(api, admin),
        "ST_CALLS": str(calls),
    }
    program = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
    options = ["--config-file", str(CONFIGURATION), "run", f"{api.server.url}/api/v1/openapi.json"]
    with log.open("w") as output:
        tester = await asyncio.create_subprocess_exec(
            *program,
            *options,
            *("--url", api.server.url, "--phases", phases),
            *(f"--include-operation-id={o}" for o in sorted(operations)),
            env=os.environ | run,
            stdout=output,
            stderr=output,
        )
        try:
            status = await tester.wait()
        finally:
            if tester.returncode is None:
                tester.kill()
    assert status == 0, log.read_text()
    answered = [json.loads(line) for line in calls.read_text().splitlines()]
    assert len(answered) >= least
    assert {o for o, mode, _ in answered if mode == "negative"} >= refused
    assert {o for o, mode, status in answered if mode == "positive" and status < 300} >= succeeding, answered


def examples(described: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Every example of the document: where, its value and its schema."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                for kind, content in response.get("content", {}).items():
                    where = f"{method} {path} {status} {kind}"
                    given = [content["example"]] if "example" in content else []
                    given += [e["value"] for e in content.get("examples", {}).values()]
                    assert given, f"{where} has no example"
                    yield from ((where, value, content["schema"]) for value in given)
    for name, schema in described["components"]["schemas"].items():
        yield from ((name, value, schema) for value in schema.get("examples", ()))


def test_every_response_and_body_of_the_document_has_an_example_that_fits_its_schema() -> None:
    described = document("https://rollcall.example.com", cookie="rollcall")
    found = list(examples(described))
    assert {o.body.__name__ for o in OPERATIONS if o.body} <= {where for where, _, _ in found}
    for where, value, schema in found:
        validator = jsonschema_rs.Draft202012Validator(schema | {"components": described["components"]})
        assert validator.is_valid(value), (where, value, [e.message for e in validator.iter_errors(value)])


def test_every_response_of_the_document_names_the_request_id_and_the_headers_of_its_status() -> None:
    expected = {"401": "WWW-Authenticate", "429": "Retry-After", "503": "Retry-After", "201": "Location"}
    for methods in document("https://rollcall.example.com", cookie="rollcall")["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                assert {"X-Request-ID", expected.get(status, "X-Request-ID")} <= set(response["headers"])
