"""The OpenAPI 3.1 document of v1, built from the models that check the requests and the table of the contract's routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from api.rest.openapi_examples import EXPORTED, SIGNED_IN, SUMMARY, USER, refusal_example, success_example
from api.rest.openapi_parameters import parameters_of, shared_parameters
from api.rest.openapi_schemas import MOMENT, closed, headers, schemas, text
from api.rest.operations import OPERATIONS, Json, Operation, ref
from api.rest.refusals import HEADERS_OF, REASONS

DESCRIPTION = """The directory for clients of the v1 contract. The complete API is GraphQL, at /graphql. \
Every other path is answered with 404 NOT_FOUND, every other method of a path with 405 METHOD_NOT_ALLOWED and Allow, in \
the same envelope. A GET is also answered as HEAD. A write that is authenticated by the cookie must come from an allowed \
origin."""
DATA = {"User": USER, "SignedIn": SIGNED_IN, "ImportLine": SUMMARY}
"""The example of each schema that a response has as its data."""


def document(server: str, cookie: str) -> Json:
    """The whole document, for the public address of the API."""
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.1",
        "info": {"title": "Rollcall v1", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "parameters": shared_parameters(),
            "headers": headers(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": cookie},
            },
        },
        "security": [{"bearer": []}, {"cookie": []}],
    }


def _operation(operation: Operation) -> Json:
    responses: Json = {str(operation.status): _success(operation)}
    if operation.waits:
        responses["202"] = _success(replace(operation, message=operation.waits))
    if operation.not_modified:
        responses["304"] = {
            "description": "The caller already has this version of the user",
            "headers": _refs(("ETag", "Vary")),
        }
    responses |= {str(status): _refusal(status, codes) for status, codes in operation.refusals.items()}
    described: Json = {"operationId": operation.id, "summary": operation.summary, "responses": responses}
    if parameters := parameters_of(operation):
        described["parameters"] = parameters
    if operation.takes:
        described["requestBody"] = {"required": True, "content": {kind: _file() for kind in operation.takes}}
    if operation.body:
        content = {"application/json": {"schema": ref(operation.body.__name__)}}
        described["requestBody"] = {"required": operation.body_required, "content": content}
    if operation.public:
        described["security"] = []
    return described


def _file() -> Json:
    return {"schema": text(description="A file with a header, or one JSON object a line; see docs/how-to/import.md")}


def _refs(names: Sequence[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, "X-Request-ID")}


def _success(operation: Operation) -> Json:
    return {
        "description": operation.message,
        "headers": _refs(operation.headers),
        "content": _parts(operation) if operation.gives else {"application/json": _envelope(operation)},
    }


def _parts(operation: Operation) -> Json:
    """The content of a file: its schema is that of a line."""
    line = "$ref" in operation.data
    return {
        kind: {"schema": operation.data, "example": SUMMARY if line else EXPORTED[kind]} for kind in operation.gives
    }


def _envelope(operation: Operation) -> Json:
    schema = closed(
        success={"const": True}, data=operation.data, message={"const": operation.message}, timestamp=MOMENT
    )
    return {"schema": schema, "example": success_example(_example(operation.data), operation.message)}


def _example(schema: Json) -> object:
    if schema.get("type") == "array":
        return [_example(schema["items"])]
    return DATA[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else None


def _refusal(status: int, codes: Sequence[str]) -> Json:
    error = closed(code={"enum": list(codes)}, message={"type": "string"}, details={"type": "object"})
    schema = closed(success={"const": False}, error=error, timestamp=MOMENT)
    examples = {code: {"value": refusal_example(code)} for code in codes}
    return {
        "description": REASONS[status],
        "headers": _refs((HEADERS_OF[status],) if status in HEADERS_OF else ()),
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }
