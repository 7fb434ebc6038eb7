"""What every response has in common: its headers, its id, other origins, OpenAPI."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from api.rest.operations import OPERATIONS
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for

PATHS = ["/health", "/api/v1/users", "/api/nowhere", "/graphql", "/api/v1/docs"]
ORIGIN = "https://intranet.example.com"


@pytest.mark.parametrize("path", PATHS)
async def test_every_response_has_the_security_headers(api: Api, path: str) -> None:
    headers = (await api.http.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] in ("no-store", "private, no-cache")
    assert len(headers.get_list("content-security-policy")) == 1
    assert "strict-transport-security" not in headers
    assert "server" not in headers


async def test_under_https_the_browser_is_kept_on_https(database_url: str, redis_url: str) -> None:
    with Server(settings_for(database_url, redis_url, public_url="https://rollcall.example.com")) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            answer = await client.get("/health")
            assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
            body = {"email": ADMIN, "password": PASSWORD, "cookie": True}
            cookies = (await client.post("/api/v1/auth/login", json=body)).headers.get_list("set-cookie")
    assert [c.partition("=")[0] for c in cookies] == ["__Host-rollcall", "__Host-rollcall_refresh"]
    assert all("; Secure" in c and "; Path=/;" in c and "Domain" not in c for c in cookies)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("request-12345", True), ("a" * 64, True), ("short", False), ("a" * 65, False), ("bad id; x", False), ("", False)],
)
async def test_a_valid_request_id_is_kept(api: Api, given: str, kept: bool) -> None:
    found = (await api.http.get("/livez", headers={"x-request-id": given})).headers["x-request-id"]
    assert (found == given) == kept
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", found)


async def test_only_configured_origins_may_read_responses(database_url: str, redis_url: str) -> None:
    with Server(settings_for(database_url, redis_url, cors_origins=ORIGIN)) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            preflight = {"access-control-request-method": "PUT", "access-control-request-headers": "if-match"}
            yes = await client.options("/api/v1/users/x", headers={"origin": ORIGIN} | preflight)
            assert yes.status_code == 204
            assert yes.headers["access-control-allow-origin"] == ORIGIN
            assert yes.headers["access-control-allow-credentials"] == "true"
            assert "if-match" in yes.headers["access-control-allow-headers"]
            plain = await client.get("/api/v1/users", headers={"origin": ORIGIN})
            assert plain.headers["access-control-allow-origin"] == ORIGIN
            for exposed in ("etag", "rollcall-position"):
                assert exposed in plain.headers["access-control-expose-headers"]
            for origin in ("https://evil.example", f"{ORIGIN}.evil.example", "null", "http://intranet.example.com"):
                no = await client.options("/api/v1/users/x", headers={"origin": origin} | preflight)
                assert no.status_code == 405
                other = await client.get("/api/v1/users", headers={"origin": origin})
                for answer in (no, other):
                    assert not [h for h in answer.headers if h.startswith("access-control-")]
                    assert "origin" in answer.headers["vary"].lower()


KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "null": type(None),
}


def fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether a value fits a schema, for the part of JSON Schema that the document uses."""
    match schema:
        case {"$ref": reference}:
            return fits(value, document["components"]["schemas"][reference.rpartition("/")[2]], document)
        case {"anyOf": schemas} | {"oneOf": schemas}:
            return any(fits(value, s, document) for s in schemas)
        case {"const": constant}:
            return bool(value == constant)
        case {"enum": values}:
            return value in values
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return isinstance(value, tuple(KINDS[t] for t in types)) and fits_inside(value, schema, document)


def fits_inside(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether the content of a value of the right type fits."""
    if isinstance(value, list):
        return all(fits(v, schema["items"], document) for v in value)
    if isinstance(value, dict) and "properties" in schema:
        names = schema["properties"]
        known = set(schema.get("required", ())) <= set(value) <= set(names)
        return known and all(fits(v, names[k], document) for k, v in value.items())
    return not isinstance(value, str) or re.search(schema.get("pattern", ""), value) is not None


async def test_the_document_describes_the_real_responses(api: Api, admin: Person) -> None:
    document = (await api.http.get("/api/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    user = await api.new_user(admin)
    requests: dict[str, tuple[str, str, dict[str, Any]]] = {
        "listUsers": ("GET", "/api/v1/users", {"params": {"limit": 5}}),
        "createUser": ("POST", "/api/v1/users", {"json": {"email": f"doc-{user.email}", "display_name": "Doc"}}),
        "getUser": ("GET", f"/api/v1/users/{user.id}", {}),
        "updateUser": ("PUT", f"/api/v1/users/{user.id}", {"json": {"display_name": "Doc"}}),
        "deleteUser": ("DELETE", f"/api/v1/users/{user.id}", {}),
        "signIn": ("POST", "/api/v1/auth/login", {"json": {"email": ADMIN, "password": PASSWORD}}),
        "refreshSession": ("POST", "/api/v1/auth/refresh", {"json": {"refresh_token": admin.refresh}}),
        "listAllUsers": ("GET", "/admin/users", {}),
        "signOut": ("POST", "/api/v1/auth/logout", {}),
    }
    assert set(requests) == {o.id for o in OPERATIONS if not o.gives}
    for operation in [o for o in OPERATIONS if not o.gives]:
        described = document["paths"][operation.path][operation.method]["responses"]
        method, path, options = requests[operation.id]
        refused = await api.rest(method, path, None if operation.id != "signIn" else admin, content=b"{")
        answer = await api.rest(method, path, admin, **options) if operation.id != "signOut" else None
        if answer is None:
            answer = await api.rest(method, path, await api.sign_in(ADMIN, PASSWORD))
        assert answer.status_code == operation.status, answer.text
        for response in (answer, refused):
            schema = described[str(response.status_code)]
            assert fits(response.json(), schema["content"]["application/json"]["schema"], document), response.text


IMPORTED = b"email,role,colour\n%s,auditor,blue\nada,member,red\n"


async def test_the_document_describes_each_line_of_an_import(api: Api, admin: Person) -> None:
    document = (await api.http.get("/api/v1/openapi.json")).json()
    described = document["paths"]["/api/v1/users/import"]["post"]["responses"]
    user = await api.new_user(admin)
    headers = admin.bearer | {"content-type": "text/csv"}
    content = IMPORTED % user.email.encode()
    answer = await api.http.post("/api/v1/users/import?dry_run=true", headers=headers, content=content)
    assert answer.headers["content-type"].partition(";")[0] in described["200"]["content"]
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line.get("outcome", line["type"]) for line in lines] == [
        "start",
        "updated",
        "refused",
        "progress",
        "summary",
    ]
    for line in lines:
        assert fits(line, document["components"]["schemas"]["ImportLine"], document), line
    refused = await api.rest("POST", "/api/v1/users/import", headers={"content-type": "text/csv"}, content=b"email")
    assert refused.status_code == 401
    assert fits(refused.json(), described["401"]["content"]["application/json"]["schema"], document)


@pytest.mark.parametrize("format_", ["csv", "ndjson"])
async def test_the_document_describes_an_export(api: Api, admin: Person, format_: str) -> None:
    document = (await api.http.get("/api/v1/openapi.json")).json()
    described = document["paths"]["/api/v1/users/export"]["get"]["responses"]
    answer = await api.http.get("/api/v1/users/export", params={"format": format_}, headers=admin.bearer)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0] in described["200"]["content"]) == (
        200,
        True,
    )
    refused = await api.rest("GET", "/api/v1/users/export", admin, params={"format": "pdf"})
    assert fits(refused.json(), described[str(refused.status_code)]["content"]["application/json"]["schema"], document)


async def test_the_document_lists_every_route(api: Api) -> None:
    document = (await api.http.get("/api/v1/openapi.json")).json()
    for path, methods in document["paths"].items():
        allowed = (await api.http.request("TRACE", path)).headers["allow"]
        known = {m.strip().lower() for m in allowed.split(",")} - {"head"}
        assert known == set(methods), path


async def test_the_documentation_page_needs_no_script(api: Api) -> None:
    page = await api.http.get("/api/v1/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert not re.search(r"""(src|href)=["']?(https?:|//)""", page.text)
    for operation in OPERATIONS:
        assert f'id="{operation.id}"' in page.text
    assert "script-src" not in page.headers["content-security-policy"]
