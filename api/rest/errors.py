"""Every refusal under /api/ and /admin/ in the v1 envelope, rendered from its one definition."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.body import BodyRefused
from api.rest.respond import respond
from api.rest.shapes import failure
from domain.errors import DomainError, FieldFault, RateLimited, Unavailable, ValidationFailed

SECRET_FIELDS = frozenset({"password", "refresh_token", "totp_code"})
HTTP_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "PAYLOAD_TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE"}
MESSAGES = {"NOT_FOUND": "Not found", "METHOD_NOT_ALLOWED": "This method is not allowed here"}


def domain_error(error: DomainError) -> Response:
    """A domain error with its own status and code."""
    headers: dict[str, str] = {}
    if error.status == 401:
        headers["www-authenticate"] = 'Bearer realm="rollcall"'
    if isinstance(error, RateLimited | Unavailable):
        headers["retry-after"] = str(error.retry_after)
    return respond(failure(error.code, error.message, error.details), error.status, headers)


def body_refused(error: BodyRefused) -> Response:
    """A body that cannot be used."""
    return respond(failure(error.code, error.message), error.status)


def invalid(error: ValidationError, given: Any) -> ValidationFailed:
    """What a model refused, as the domain says it; the values of secrets are never repeated."""
    faults = []
    for fault in error.errors(include_url=False, include_context=False):
        field = str(fault["loc"][0]) if fault["loc"] else "body"
        value = given.get(field) if isinstance(given, dict) and field not in SECRET_FIELDS else None
        message = "Unknown field" if fault["type"] == "extra_forbidden" else fault["msg"]
        faults.append(FieldFault.of(field, message, value))
    return ValidationFailed(faults)


async def http_exception(request: Request, error: Exception) -> Response:
    """What the router refused: unknown paths and wrong methods, with Allow."""
    assert isinstance(error, HTTPException)
    code = HTTP_CODES.get(error.status_code, "MALFORMED_REQUEST")
    return respond(failure(code, MESSAGES.get(code, error.detail)), error.status_code, dict(error.headers or {}))
