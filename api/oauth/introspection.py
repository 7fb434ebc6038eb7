"""Token introspection (RFC 7662): whether an access token is good now, for services with an API key of scope INTROSPECT."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.auth.authenticator import Authenticator, enrolled
from api.oauth.form import NO_STORE, InvalidRequest, failed, read_form, refused, required
from api.rest.respond import respond
from domain.errors import DomainError, RateLimited, Unavailable
from domain.models.actor import ApiKeyScope, Role, system
from domain.models.api_key import PREFIX
from domain.services.credentials import TokenCodec
from domain.services.user import UserService

INACTIVE = {"active": False}
BEARER = 'Bearer realm="rollcall"'


class IntrospectionEndpoint:
    """POST /oauth/introspect. What is not the access token of a live session of an active user is inactive."""

    def __init__(self, users: UserService, tokens: TokenCodec, authenticator: Authenticator) -> None:
        self._users, self._tokens, self._authenticator = users, tokens, authenticator

    async def __call__(self, request: Request) -> Response:
        """The state of a token; refuses a caller without the scope before it reads the token."""
        try:
            refusal = await self._refusal(request)
            if refusal is not None:
                return refusal
            return respond(await self._state(request, required(await read_form(request), "token")), headers=NO_STORE)
        except InvalidRequest as error:
            return refused("invalid_request", str(error))
        except DomainError as error:
            return failed(error)

    async def _refusal(self, request: Request) -> Response | None:
        """The response to a caller who may not ask; None for one who may. Raises RateLimited and Unavailable."""
        given = request.headers.get("authorization", "")
        scheme, _, key = given.partition(" ")
        if scheme.lower() != "bearer":
            return refused("invalid_client", "Authenticate with an API key", 401, www_authenticate=BEARER)
        try:
            identity = enrolled(await self._authenticator.of_token(key.strip(), request.scope))
        except (RateLimited, Unavailable):
            raise
        except DomainError as error:
            return refused("invalid_token", error.message, 401, www_authenticate=f'{BEARER}, error="invalid_token"')
        if ApiKeyScope.INTROSPECT in identity.scopes:
            return None
        kind = 'error="insufficient_scope", scope="introspect"'
        return refused(
            "insufficient_scope", "The API key needs the scope INTROSPECT", 403, www_authenticate=f"{BEARER}, {kind}"
        )

    async def _state(self, request: Request, token: str) -> dict[str, Any]:
        if token.startswith(PREFIX):
            return INACTIVE
        try:
            identity = enrolled(await self._authenticator.of_token(token, request.scope, noted=False))
        except (RateLimited, Unavailable):
            raise
        except DomainError:
            return INACTIVE
        actor = identity.actor
        if actor.user_id is None or actor.session_id is None or identity.own_only:
            return INACTIVE
        user = (await self._users.get_many(system(), [actor.user_id])).get(actor.user_id)
        return INACTIVE if user is None else self._active(token, user.email, actor.role)

    def _active(self, token: str, username: str, role: Role) -> dict[str, Any]:
        claims = self._tokens.claims_of(token)
        known = {name: claims[name] for name in ("sub", "sid", "iss", "aud", "exp", "iat")}
        return {"active": True, **known, "token_type": "Bearer", "username": username, "role": str(role)}
