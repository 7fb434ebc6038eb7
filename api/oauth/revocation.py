"""Token revocation (RFC 7009): ends the session of a refresh or an access token."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.auth.authenticator import Authenticator
from api.oauth.form import NO_STORE, InvalidRequest, failed, read_form, refused, required
from domain.errors import DomainError, RateLimited, Unavailable
from domain.services.session import SessionService


class RevocationEndpoint:
    """POST /oauth/revoke. Possession of a token is the right to end its session; no client authenticates."""

    def __init__(self, sessions: SessionService, authenticator: Authenticator) -> None:
        self._sessions, self._authenticator = sessions, authenticator

    async def __call__(self, request: Request) -> Response:
        """200 without a body, also for a token that is unknown or has ended (section 2.2)."""
        try:
            await self._end(request, required(await read_form(request), "token"))
        except InvalidRequest as error:
            return refused("invalid_request", str(error))
        except DomainError as error:
            return failed(error)
        return Response(headers=NO_STORE)

    async def _end(self, request: Request, token: str) -> None:
        """End the session of the token. Raises RateLimited and Unavailable; any other refusal means that it has ended."""
        try:
            if "." in token:
                identity = await self._authenticator.of_token(token, request.scope)
                await self._sessions.sign_out(identity.actor)
            else:
                await self._sessions.sign_out_by_token(self._authenticator.origin(request.scope), token)
        except (RateLimited, Unavailable):
            raise
        except DomainError:
            return
