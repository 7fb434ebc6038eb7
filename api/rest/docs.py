"""The OpenAPI document as an HTML page, rendered on the server: it needs no script and loads nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
code{font:.9em ui-monospace,monospace}h2{margin-top:2.5rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #d0d7de}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,td{border-color:#30363d}a{color:#79b8ff}}"""
PAGE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def page(document: dict[str, Any]) -> str:
    """The page as HTML."""
    title = escape(document["info"]["title"])
    return "\n".join(
        [
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>",
            f"<p>{escape(document['info']['description'])}</p>",
            '<p>Machine-readable: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a> (OpenAPI 3.1).</p>',
            *(part for path, methods in document["paths"].items() for part in _path(document, path, methods)),
            "</main></body></html>",
        ]
    )


def _path(document: dict[str, Any], path: str, methods: dict[str, Any]) -> Iterator[str]:
    for method, operation in methods.items():
        yield f'<h2 id="{escape(operation["operationId"])}"><code>{method.upper()} {escape(path)}</code></h2>'
        yield f"<p>{escape(operation['summary'])}.</p>"
        rows = [*_parameters(document, operation), *_body(document, operation)]
        if rows:
            yield _table(("Name", "In", "Type", "Meaning"), rows)
        yield _table(("Status", "Codes", "Meaning"), list(_responses(document, operation)))


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    cells = "".join(f'<th scope="col">{escape(h)}</th>' for h in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"


def _found(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """The node, or the target of its reference."""
    if "$ref" in node:
        found: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return dict(found)
    return node


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(s) for s in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    bounds = [str(schema[k]) for k in ("minimum", "maximum") if k in schema]
    return f"{schema.get('type', 'any')}{' ' + ' to '.join(bounds) if bounds else ''}"


def _parameters(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for node in operation.get("parameters", ()):
        parameter = _found(document, node)
        yield parameter["name"], parameter["in"], _type(parameter["schema"]), parameter["description"]


def _body(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    if "requestBody" not in operation:
        return
    content = operation["requestBody"]["content"]
    if "application/json" not in content:
        yield "a file", "body", " | ".join(content), "required"
        return
    schema = _found(document, content["application/json"]["schema"])
    for name, field in schema["properties"].items():
        yield name, "body", _type(field), "required" if name in schema.get("required", ()) else "optional"


def _responses(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for status, node in operation["responses"].items():
        response = _found(document, node)
        content = response.get("content", {}).get("application/json", {}).get("schema", {})
        error = content.get("properties", {}).get("error", {})
        codes = error.get("properties", {}).get("code", {}).get("enum", ())
        yield status, ", ".join(codes), response["description"]
