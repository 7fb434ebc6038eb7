"""Errors under /api/ and /admin/ in the v1 envelope, rendered from their single definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.http.body import BodyRefused
from api.rest.respond import respond
from api.rest.shapes import failure
from domain.errors import ECHO_LIMIT, DomainError, FieldFault, RateLimited, Unavailable, ValidationFailed

SECRET_FIELDS = frozenset({"password", "refresh_token", "totp_code"})
FAULTS_MAX = 20
TOKEN_CODES = frozenset({"TOKEN_INVALID", "TOKEN_EXPIRED", "SESSION_REVOKED"})
HTTP_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "PAYLOAD_TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE"}
MESSAGES = {"NOT_FOUND": "Not found", "METHOD_NOT_ALLOWED": "This method is not allowed for this path"}


def domain_error(error: DomainError) -> Response:
    """A domain error with its own status and code."""
    headers: dict[str, str] = {}
    if error.status == 401:
        reason = ', error="invalid_token"' if error.code in TOKEN_CODES else ""  # RFC 6750 section 3.1
        headers["www-authenticate"] = f'Bearer realm="rollcall"{reason}'
    if isinstance(error, RateLimited | Unavailable):
        headers["retry-after"] = str(error.retry_after)
    return respond(failure(error.code, error.message, error.details), error.status, headers)


def body_refused(error: BodyRefused) -> Response:
    """A body that could not be read."""
    return respond(failure(error.code, error.message), error.status)


def invalid(error: ValidationError, given: Mapping[str, Any]) -> ValidationFailed:
    """The rejections of a model as a domain error.

    Only plain values of known, non-secret fields are repeated: anything else may contain a secret.
    """
    faults = []
    for fault in error.errors(include_url=False, include_context=False):
        field = str(fault["loc"][0])[:ECHO_LIMIT] if fault["loc"] else "body"
        unknown = fault["type"] == "extra_forbidden"
        value = given.get(field)
        shown = isinstance(value, str | int | float) and not unknown and field not in SECRET_FIELDS
        message = "Unknown field" if unknown else fault["msg"]
        faults.append(FieldFault.of(field, message, value if shown else None))
    return ValidationFailed(faults[:FAULTS_MAX])


async def http_exception(_: Request, error: Exception) -> Response:
    """The router's errors: unknown paths and wrong methods, with Allow."""
    assert isinstance(error, HTTPException)
    code = HTTP_CODES.get(error.status_code, "MALFORMED_REQUEST")
    headers = dict(error.headers or {})
    if "Allow" in headers:  # the router has its methods as a set
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    return respond(failure(code, MESSAGES.get(code, error.detail)), error.status_code, headers)
