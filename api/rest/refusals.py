"""The error codes of the v1 routes: the errors that their use cases raise, and those of the HTTP layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain import errors
from domain.errors import DomainError

Raised = type[DomainError] | DomainError
"""A class of errors, or an instance if the code depends on it."""
Codes = dict[int, list[str]]

SESSION: tuple[Raised, ...] = (
    errors.Unauthenticated,
    errors.TokenInvalid,
    errors.TokenExpired,
    errors.SessionRevoked,
    errors.AccountDisabled,
    errors.EnrolmentRequired,
    errors.Forbidden,
    errors.RateLimited,
)
"""The errors of every request with a session: not authenticated, not allowed, or too many requests."""
EMAIL_TAKEN = errors.Taken("email")
ALWAYS: tuple[Raised, ...] = (errors.Unavailable,)
BODY: tuple[Raised, ...] = (errors.ValidationFailed,)

UNREADABLE = {400: "MALFORMED_REQUEST"}
OF_EVERY_ROUTE = {500: "INTERNAL_ERROR"}
OF_A_BODY = {
    **UNREADABLE,
    408: "REQUEST_TIMEOUT",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
}
"""The errors of the HTTP layer, before any use case is called (`api.http.body`)."""

EDGE_MESSAGES: Mapping[str, str] = {
    "MALFORMED_REQUEST": "The query parameter limit is not valid",
    "INTERNAL_ERROR": "Internal error",
    "REQUEST_TIMEOUT": "The body took too long to arrive",
    "PAYLOAD_TOO_LARGE": "The body is larger than 1048576 bytes",
    "UNSUPPORTED_MEDIA_TYPE": "The body must be application/json",
}
"""A message of each code of the HTTP layer."""

REASONS: Mapping[int, str] = {
    400: "The request cannot be read",
    401: "No session, or an invalid one",
    403: "Not allowed",
    404: "The user does not exist, or the viewer may not see them",
    408: "The body took too long to arrive",
    409: "The change conflicts with another user, or would leave no active admin",
    412: "The user has changed since it was read",
    413: "The body is too large",
    415: "The body does not have the media type that this reads",
    422: "One or more fields were rejected",
    429: "Too many attempts, or too many requests at once",
    500: "Internal error; details.request_id identifies it in the log",
    503: "The directory is temporarily unavailable",
}
HEADERS_OF: Mapping[int, str] = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}


def codes_of(raised: Iterable[Raised], *, body: bool, query: bool, file: bool = False) -> Codes:
    """The codes of a route by status; `body`, `file` and `query` say whether it reads one."""
    edge = {**OF_EVERY_ROUTE, **(OF_A_BODY if body or file else {}), **(UNREADABLE if query else {})}
    found: Codes = {status: [code] for status, code in edge.items()}
    for error in (*raised, *ALWAYS, *(BODY if body else ())):
        codes = found.setdefault(error.status, [])
        if error.code not in codes:
            codes.append(error.code)
    return dict(sorted(found.items()))
