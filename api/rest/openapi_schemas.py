"""The schemas and headers of v1's responses in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from api.rest.openapi_import import import_line
from api.rest.requests import ChangedUser, Login, NewUser, Refresh

Json = dict[str, Any]
MOMENT: Json = {"type": "string", "format": "date-time", "pattern": "Z$"}
ID: Json = {"type": "string", "format": "uuid"}
ROLES: Json = {"type": "string", "enum": ["member", "auditor", "admin"]}
BODIES = (NewUser, ChangedUser, Login, Refresh)
REQUIRED = frozenset({"Location", "ETag", "WWW-Authenticate", "Retry-After", "Content-Disposition", "X-Request-ID"})
"""The headers that a response with them always has."""


def text(**schema: Any) -> Json:
    """Text with these constraints."""
    return {"type": "string"} | schema


def closed(**properties: Json) -> Json:
    """An object with exactly these members."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def schemas() -> Json:
    """All schemas by name."""
    bodies = {model.__name__: _without_null_defaults(model.model_json_schema()) for model in BODIES}
    return {"User": _user(), "Session": _session(), "SignedIn": _signed_in(), "ImportLine": import_line(), **bodies}


def _without_null_defaults(body: Json) -> Json:
    """The schema of a body without `default: null`, because generators make a field with a default a required one."""
    fields = body["properties"].items()
    kept = {name: {k: v for k, v in field.items() if (k, v) != ("default", None)} for name, field in fields}
    return body | {"properties": kept}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _user() -> Json:
    return closed(
        id=ID,
        email=_or_null(text(description="Null if the viewer may not see it")),
        display_name=text(),
        role=ROLES,
        status=text(enum=["active", "disabled", "deleted"]),
        created_at=MOMENT,
        updated_at=MOMENT,
        version={"type": "integer", "minimum": 1},
    )


def _session() -> Json:
    return closed(
        id=ID,
        user_agent=_or_null(text()),
        ip_address=_or_null(text()),
        current={"type": "boolean"},
        created_at=MOMENT,
        last_seen_at=MOMENT,
        expires_at=MOMENT,
    )


def _signed_in() -> Json:
    token = _or_null(text(description="Null if it is in a cookie"))
    return closed(
        user=_ref("User"),
        session=_ref("Session"),
        access_token=token,
        refresh_token=token,
        access_token_expires_at=MOMENT,
    )


def headers() -> Json:
    """All headers by name."""
    texts = {
        "Link": 'The next page: <…>; rel="next"',
        "X-Total-Count": "The number of all matching users, if count=true was given; above 10,000 it may be an estimate",
        "X-Total-Count-Exact": "true, or false if X-Total-Count is an estimate",
        "Location": "The path of the user",
        "Content-Disposition": "The name of the file",
        "ETag": "The user's version",
        "Vary": "The response depends on who asks",
        "Set-Cookie": "The session, if it is in cookies",
        "WWW-Authenticate": "Bearer",
        "Retry-After": "Seconds to wait",
        "X-Request-ID": "The id of the request in the log: the one that was sent, if it has 8 to 64 of A-Z a-z 0-9 . _ -",
    }
    return {
        name: {"description": meaning, "required": name in REQUIRED, "schema": text()}
        for name, meaning in texts.items()
    }
