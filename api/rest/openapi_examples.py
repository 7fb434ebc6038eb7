"""The examples of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.rest.refusals import EDGE_MESSAGES, EMAIL_TAKEN
from domain import errors
from domain.errors import DomainError

Json = dict[str, Any]
AT = "2024-01-01T00:00:00Z"
USER: Json = {
    "id": "6f0c1f5e-7a3b-4c1d-9e2f-0a1b2c3d4e5f",
    "email": "ada@example.com",
    "display_name": "Ada Lovelace",
    "role": "member",
    "status": "active",
    "created_at": AT,
    "updated_at": AT,
    "version": 1,
}
SIGNED_IN: Json = {
    "user": USER,
    "session": {
        "id": "0b8f4c52-4c55-4f0e-8f1b-6d2f3a4b5c6d",
        "user_agent": "curl/8.10.1",
        "ip_address": "192.0.2.1",
        "current": True,
        "created_at": AT,
        "last_seen_at": AT,
        "expires_at": "2024-01-31T00:00:00Z",
    },
    "access_token": "a signed token, valid for minutes",
    "refresh_token": "a token for one refresh",
    "access_token_expires_at": "2024-01-01T00:10:00Z",
}
SUMMARY: Json = {
    "type": "summary",
    "complete": True,
    "error": None,
    "created": 1,
    "updated": 0,
    "unchanged": 0,
    "refused": 0,
    "role_changes": 0,
    "status_changes": 0,
    "unused": [],
    "line": 2,
    "dry_run": False,
}
EXPORTED = {
    "text/csv": "id,email,display_name,role,status\r\n",
    "application/x-ndjson": '{"email":"ada@example.com","display_name":"Ada Lovelace"}\n',
}
DETAILS: Mapping[str, Json] = {
    "VALIDATION_ERROR": {"field": "email", "value": "invalid-email"},
    "VERSION_CONFLICT": {"version": 2},
    "RATE_LIMITED": {"retry_after": 5},
    "INTERNAL_ERROR": {"request_id": "4f1c0d5a9b3e4c7f8a2d6e1b0c9f8a7d"},
}
MESSAGES: Mapping[str, str] = {
    **{
        kind.code: kind.default
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, DomainError) and kind is not DomainError
    },
    EMAIL_TAKEN.code: EMAIL_TAKEN.message,
    **EDGE_MESSAGES,
    "VALIDATION_ERROR": "Invalid email format",
}


def success_example(data: Any, message: str) -> Json:
    """The envelope of a success."""
    return {"success": True, "data": data, "message": message, "timestamp": AT}


def refusal_example(code: str) -> Json:
    """The envelope of a failure with this code."""
    error = {"code": code, "message": MESSAGES[code], "details": DETAILS.get(code, {})}
    return {"success": False, "error": error, "timestamp": AT}
