"""A JSON response as bytes, for the requests that come most often: an ASGI application that only sends it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.auth.session_cookies import CookiesRefused
from api.http.body import BodyRefused
from api.rest.errors import body_refused, domain_error
from api.rest.respond import encoded
from domain.errors import DomainError

Header = tuple[bytes, bytes]
JSON: Header = (b"content-type", b"application/json")


class Answer:
    """A status, headers and a body."""

    __slots__ = ("_body", "_headers", "_status")

    def __init__(self, status: int, headers: list[Header], body: bytes) -> None:
        self._status, self._headers, self._body = status, headers, body

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


def answer(body: Any, headers: list[Header]) -> Answer:
    """A response with a body as JSON; times must be in UTC."""
    sent = encoded(body)
    return Answer(200, [(b"content-length", str(len(sent)).encode()), JSON, *headers], sent)


async def answered(made: Awaitable[Answer | Response]) -> Answer | Response:
    """The response, or the one to an error."""
    try:
        return await made
    except CookiesRefused as error:
        response = domain_error(error)
        response.raw_headers.extend(error.headers)
        return response
    except DomainError as error:
        return domain_error(error)
    except BodyRefused as error:
        return body_refused(error)
