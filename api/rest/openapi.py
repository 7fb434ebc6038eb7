"""The OpenAPI 3.1 document of v1, made from the models that check the bodies and the table of the contract's routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from api.auth.cookies import CookieCarrier
from api.rest.shapes import ChangedUser, Login, NewUser, Refresh

Json = dict[str, Any]

MOMENT: Json = {"type": "string", "format": "date-time", "pattern": "Z$"}
ID: Json = {"type": "string", "format": "uuid"}
CODES: Mapping[int, Sequence[str]] = {
    400: ("MALFORMED_REQUEST",),
    401: ("UNAUTHENTICATED", "INVALID_CREDENTIALS", "TOKEN_INVALID", "TOKEN_EXPIRED", "SESSION_REVOKED"),
    403: ("FORBIDDEN", "ACCOUNT_DISABLED"),
    404: ("NOT_FOUND",),
    405: ("METHOD_NOT_ALLOWED",),
    408: ("REQUEST_TIMEOUT",),
    409: ("EMAIL_TAKEN", "LAST_ADMIN"),
    412: ("VERSION_CONFLICT",),
    413: ("PAYLOAD_TOO_LARGE",),
    415: ("UNSUPPORTED_MEDIA_TYPE",),
    422: ("VALIDATION_ERROR", "IDEMPOTENCY_MISMATCH"),
    429: ("RATE_LIMITED",),
    500: ("INTERNAL_ERROR",),
    503: ("UNAVAILABLE",),
}
REASONS = {
    400: "The request cannot be read",
    401: "No session, or one that does not serve",
    403: "Not allowed",
    404: "No such user, or none the viewer may know of",
    405: "This path does not know the method",
    408: "The body took too long to arrive",
    409: "Something else stands in the way",
    412: "The user has changed since it was read",
    413: "The body is too large",
    415: "The body is not application/json",
    422: "Fields were refused",
    429: "Too many attempts",
    500: "A fault of the server; details.request_id names it in the log",
    503: "The directory is unavailable for a moment",
}
HEADERS_OF: Mapping[int, str] = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
WITH_BODY = (400, 408, 413, 415, 422)
ALWAYS = (500, 503)


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the contract's table of routes."""

    method: str
    path: str
    id: str
    summary: str
    message: str
    data: Json
    status: int = 200
    body: type[BaseModel] | None = None
    body_required: bool = True
    refusals: tuple[int, ...] = ()
    parameters: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    public: bool = False
    not_modified: bool = False


def ref(name: str) -> Json:
    """A reference to one of the document's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


USERS: Json = {"type": "array", "items": ref("User"), "maxItems": 100}
LISTING = ("limit", "after", "search", "role", "status", "count")
OPERATIONS = (
    Operation(
        "get",
        "/api/v1/users",
        "listUsers",
        "Users the viewer may see, oldest first",
        "Users retrieved successfully",
        USERS,
        refusals=(400, 401, 403, 422),
        parameters=LISTING,
        headers=("Link", "X-Total-Count"),
    ),
    Operation(
        "post",
        "/api/v1/users",
        "createUser",
        "Make a user; for admins",
        "User created successfully",
        ref("User"),
        status=201,
        body=NewUser,
        refusals=(401, 403, 409, 429),
        parameters=("Idempotency-Key",),
        headers=("Location", "ETag"),
    ),
    Operation(
        "get",
        "/api/v1/users/{id}",
        "getUser",
        "One user",
        "User retrieved successfully",
        ref("User"),
        refusals=(401, 403, 404),
        parameters=("id", "If-None-Match"),
        headers=("ETag",),
        not_modified=True,
    ),
    Operation(
        "put",
        "/api/v1/users/{id}",
        "updateUser",
        "Set fields of a user, the others stay; for admins, and for one's own e-mail and display name",
        "User updated successfully",
        ref("User"),
        body=ChangedUser,
        refusals=(401, 403, 404, 409, 412, 429),
        parameters=("id", "If-Match"),
        headers=("ETag",),
    ),
    Operation(
        "delete",
        "/api/v1/users/{id}",
        "deleteUser",
        "Take a user out of the directory; for admins",
        "User deleted successfully",
        {"type": "null"},
        refusals=(401, 403, 404, 409, 412),
        parameters=("id", "If-Match"),
    ),
    Operation(
        "post",
        "/api/v1/auth/login",
        "signIn",
        "Sign in, with the tokens in the answer or in httpOnly cookies",
        "Signed in successfully",
        ref("SignedIn"),
        body=Login,
        refusals=(401, 403, 429),
        headers=("Set-Cookie",),
        public=True,
    ),
    Operation(
        "post",
        "/api/v1/auth/refresh",
        "refreshSession",
        "Exchange a refresh token, of the body or of the cookie, for new tokens; each serves once",
        "Session refreshed successfully",
        ref("SignedIn"),
        body=Refresh,
        body_required=False,
        refusals=(401, 403),
        headers=("Set-Cookie",),
        public=True,
    ),
    Operation(
        "post",
        "/api/v1/auth/logout",
        "signOut",
        "End the session and take its cookies back; with an expired access token, by the refresh token (body or cookie)",
        "Signed out successfully",
        {"type": "null"},
        refusals=(401, 403),
        headers=("Set-Cookie",),
    ),
    Operation(
        "get",
        "/admin/users",
        "listAllUsers",
        "Users of every status; for admins",
        "Users retrieved successfully",
        USERS,
        refusals=(400, 401, 403, 422),
        parameters=LISTING,
        headers=("Link", "X-Total-Count"),
    ),
)


def document(server: str, *, secure: bool) -> Json:
    """The whole document, for the address that visitors use."""
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Rollcall v1",
            "version": "1",
            "description": "The directory for clients of the v1 contract. The GraphQL API at /graphql offers all of it.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "parameters": _parameters(),
            "headers": _headers(),
            "responses": {f"Refused{status}": _refusal(status) for status in CODES},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": CookieCarrier.access_name(secure=secure)},
            },
        },
        "security": [{"bearer": []}, {"cookie": []}],
    }


def _operation(operation: Operation) -> Json:
    refusals = sorted({*operation.refusals, *ALWAYS, *(WITH_BODY if operation.body else ())})
    responses: Json = {str(operation.status): _success(operation)}
    if operation.not_modified:
        responses["304"] = {"description": "The caller has this user already", "headers": _refs(("ETag",))}
    responses |= {str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in refusals}
    described: Json = {"operationId": operation.id, "summary": operation.summary, "responses": responses}
    if operation.parameters:
        described["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in operation.parameters]
    if operation.body:
        content = {"application/json": {"schema": ref(operation.body.__name__)}}
        described["requestBody"] = {"required": operation.body_required, "content": content}
    if operation.public:
        described["security"] = []
    return described


def _refs(names: Sequence[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _success(operation: Operation) -> Json:
    schema = _closed(
        success={"const": True}, data=operation.data, message={"const": operation.message}, timestamp=MOMENT
    )
    described: Json = {"description": operation.message, "content": {"application/json": {"schema": schema}}}
    if operation.headers:
        described["headers"] = _refs(operation.headers)
    return described


def _refusal(status: int) -> Json:
    error = _closed(code={"enum": list(CODES[status])}, message={"type": "string"}, details={"type": "object"})
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
        email=_or_null({"type": "string", "description": "Null where the viewer may not see it"}),
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
        access_token=_or_null({"type": "string", "description": "Null where it travels in a cookie"}),
        refresh_token=_or_null({"type": "string", "description": "Null where it travels in a cookie"}),
        access_token_expires_at=MOMENT,
    )
    bodies = {model.__name__: model.model_json_schema() for model in (NewUser, ChangedUser, Login, Refresh)}
    return {"User": user, "Session": session, "SignedIn": signed_in, **bodies}


def _parameter(name: str, place: str, schema: Json, text: str, *, required: bool = False) -> Json:
    return {"name": name, "in": place, "required": required, "schema": schema, "description": text}


def _parameters() -> Json:
    text: Json = {"type": "string"}
    return {
        "id": _parameter("id", "path", ID, "The user's id", required=True),
        "limit": _parameter(
            "limit", "query", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}, "How many"
        ),
        "after": _parameter("after", "query", text, "Where the page before ended: follow its Link instead"),
        "search": _parameter(
            "search", "query", text | {"maxLength": 200}, "Part of a name or an e-mail address: 64 characters, 8 words"
        ),
        "role": _parameter("role", "query", {"enum": ["member", "auditor", "admin"]}, "Only this role"),
        "status": _parameter("status", "query", {"enum": ["active", "disabled", "deleted"]}, "Only this status"),
        "count": _parameter("count", "query", {"type": "boolean", "default": False}, "Whether to count them all"),
        "If-Match": _parameter("If-Match", "header", text, "Write only over the version with this ETag"),
        "If-None-Match": _parameter("If-None-Match", "header", text, "Answer 304 where this ETag still holds"),
        "Idempotency-Key": _parameter(
            "Idempotency-Key",
            "header",
            text | {"minLength": 1, "maxLength": 200},
            "A repeat with the same key and body answers with the first result",
        ),
    }


def _headers() -> Json:
    texts = {
        "Link": 'The next page: <…>; rel="next"',
        "X-Total-Count": "How many there are, where count=true was asked for",
        "Location": "Where the user is",
        "ETag": "The user's version",
        "Set-Cookie": "The session, where it travels in cookies",
        "WWW-Authenticate": "Bearer",
        "Allow": "The methods that the path knows",
        "Retry-After": "Seconds to wait",
    }
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in texts.items()}
