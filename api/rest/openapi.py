"""The OpenAPI 3.1 document of v1, built from the models of the bodies and the table of the contract's routes."""

from __future__ import annotations

from collections.abc import Sequence

from api.rest.openapi_import import export_parameters, import_line, import_parameters
from api.rest.operations import OPERATIONS, Json, Operation, ref
from api.rest.refusals import HEADERS_OF, REASONS
from api.rest.shapes import ChangedUser, Login, NewUser, Refresh

MOMENT: Json = {"type": "string", "format": "date-time", "pattern": "Z$"}
ID: Json = {"type": "string", "format": "uuid"}


def document(server: str, cookie: str) -> Json:
    """The whole document, for the public address of the API."""
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Rollcall v1",
            "version": "1",
            "description": "The directory for clients of the v1 contract. The complete API is GraphQL, at /graphql.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "parameters": _parameters(),
            "headers": _headers(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": cookie},
            },
        },
        "security": [{"bearer": []}, {"cookie": []}],
    }


def _operation(operation: Operation) -> Json:
    responses: Json = {str(operation.status): _success(operation)}
    if operation.not_modified:
        responses["304"] = {
            "description": "The caller already has this version of the user",
            "headers": _refs(("ETag",)),
        }
    responses |= {str(status): _refusal(status, codes) for status, codes in operation.refusals.items()}
    described: Json = {"operationId": operation.id, "summary": operation.summary, "responses": responses}
    if operation.parameters:
        described["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in operation.parameters]
    if operation.takes:
        described["requestBody"] = {"required": True, "content": {kind: {} for kind in operation.takes}}
    if operation.body:
        content = {"application/json": {"schema": ref(operation.body.__name__)}}
        described["requestBody"] = {"required": operation.body_required, "content": content}
    if operation.public:
        described["security"] = []
    return described


def _refs(names: Sequence[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _success(operation: Operation) -> Json:
    if operation.gives:
        content = {kind: {"schema": operation.data} for kind in operation.gives}
        headers = {"headers": _refs(operation.headers)} if operation.headers else {}
        return {"description": operation.message, "content": content, **headers}
    schema = _closed(
        success={"const": True}, data=operation.data, message={"const": operation.message}, timestamp=MOMENT
    )
    described: Json = {"description": operation.message, "content": {"application/json": {"schema": schema}}}
    if operation.headers:
        described["headers"] = _refs(operation.headers)
    return described


def _refusal(status: int, codes: Sequence[str]) -> Json:
    error = _closed(code={"enum": list(codes)}, message={"type": "string"}, details={"type": "object"})
    schema = _closed(success={"const": False}, error=error, timestamp=MOMENT)
    described: Json = {"description": REASONS[status], "content": {"application/json": {"schema": schema}}}
    if status in HEADERS_OF:
        described["headers"] = _refs((HEADERS_OF[status],))
    return described


def _closed(**properties: Json) -> Json:
    """An object with exactly these members."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _schemas() -> Json:
    text: Json = {"type": "string"}
    roles: Json = {"enum": ["member", "auditor", "admin"]}
    user = _closed(
        id=ID,
        email=_or_null({"type": "string", "description": "Null if the viewer may not see it"}),
        display_name=text,
        role=roles,
        status={"enum": ["active", "disabled", "deleted"]},
        created_at=MOMENT,
        updated_at=MOMENT,
        version={"type": "integer", "minimum": 1},
    )
    session = _closed(
        id=ID,
        user_agent=_or_null(text),
        ip_address=_or_null(text),
        current={"type": "boolean"},
        created_at=MOMENT,
        last_seen_at=MOMENT,
        expires_at=MOMENT,
    )
    signed_in = _closed(
        user=ref("User"),
        session=ref("Session"),
        access_token=_or_null({"type": "string", "description": "Null if it is in a cookie"}),
        refresh_token=_or_null({"type": "string", "description": "Null if it is in a cookie"}),
        access_token_expires_at=MOMENT,
    )
    bodies = {model.__name__: model.model_json_schema() for model in (NewUser, ChangedUser, Login, Refresh)}
    return {"User": user, "Session": session, "SignedIn": signed_in, "ImportLine": import_line(), **bodies}


def _parameter(name: str, place: str, schema: Json, text: str, *, required: bool = False) -> Json:
    return {"name": name, "in": place, "required": required, "schema": schema, "description": text}


def _parameters() -> Json:
    text: Json = {"type": "string"}
    return {
        "id": _parameter("id", "path", ID, "The user's id", required=True),
        "limit": _parameter(
            "limit",
            "query",
            {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
            "The maximum number of users",
        ),
        "after": _parameter("after", "query", text, "The end of the previous page; follow its Link header instead"),
        "search": _parameter(
            "search",
            "query",
            text | {"maxLength": 200},
            "Part of a name or an e-mail address, at most 64 characters and 8 words",
        ),
        "email": _parameter("email", "query", text, "Only the user with exactly this e-mail address"),
        "role": _parameter("role", "query", {"enum": ["member", "auditor", "admin"]}, "Only this role"),
        "status": _parameter("status", "query", {"enum": ["active", "disabled", "deleted"]}, "Only this status"),
        "count": _parameter(
            "count", "query", {"type": "boolean", "default": False}, "Whether to count all matching users"
        ),
        **import_parameters(),
        **export_parameters(),
        "If-Match": _parameter("If-Match", "header", text, "Only change the version with this ETag"),
        "If-None-Match": _parameter("If-None-Match", "header", text, "Answer 304 if this ETag is still current"),
        "Idempotency-Key": _parameter(
            "Idempotency-Key",
            "header",
            text | {"minLength": 1, "maxLength": 200},
            "A repeated request with the same key and body returns the first result",
        ),
    }


def _headers() -> Json:
    texts = {
        "Link": 'The next page: <…>; rel="next"',
        "X-Total-Count": "The number of all matching users, if count=true was given; above 10,000 it may be an estimate",
        "X-Total-Count-Exact": "true, or false if X-Total-Count is an estimate",
        "Location": "The path of the user",
        "Content-Disposition": "The name of the file",
        "ETag": "The user's version",
        "Set-Cookie": "The session, if it is in cookies",
        "WWW-Authenticate": "Bearer",
        "Retry-After": "Seconds to wait",
    }
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in texts.items()}
