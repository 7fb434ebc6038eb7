"""What the endpoints of OAuth share: forms (RFC 6749 appendix B), and errors in its JSON form (section 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from api.http.body import BodyRefused, check_headers, read_body
from api.rest.respond import respond
from domain.errors import DomainError, RateLimited, Unavailable

FORM_BYTES = 16 * 1024
FIELDS_MAX = 20
FORM_TYPE = "application/x-www-form-urlencoded"
NO_STORE = {"cache-control": "no-store"}


class InvalidRequest(Exception):
    """The request is malformed; the message says why, and repeats nothing of it."""


async def read_form(request: Request) -> Mapping[str, str]:
    """The parameters of a form, each given once (RFC 6749 section 3.2). Raises InvalidRequest and ConnectionError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM_TYPE:
        raise InvalidRequest(f"The body must be {FORM_TYPE}")
    try:
        check_headers(dict(request.scope["headers"]), FORM_BYTES)
        text = (await read_body(request.receive, FORM_BYTES)).decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX)
    except BodyRefused as refusal:
        raise InvalidRequest(refusal.message) from None
    except ValueError:
        raise InvalidRequest("The body is not a form in UTF-8") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidRequest("A parameter is given twice")
    return form


def required(form: Mapping[str, str], name: str) -> str:
    """A parameter that may not be missing or empty. Raises InvalidRequest."""
    if not form.get(name):
        raise InvalidRequest(f"The parameter {name} is missing")
    return form[name]


def refused(code: str, description: str, status: int = 400, **headers: str) -> Response:
    """An error; `description` is for a developer."""
    body = {"error": code, "error_description": description}
    return respond(body, status, NO_STORE | {k.replace("_", "-"): v for k, v in headers.items()})


def failed(error: DomainError) -> Response:
    """The response while the directory is unavailable, or after too many attempts. Raises any other error."""
    if not isinstance(error, RateLimited | Unavailable):
        raise error
    code = "temporarily_unavailable" if isinstance(error, Unavailable) else "slow_down"
    return refused(code, error.message, error.status, retry_after=str(error.retry_after))
