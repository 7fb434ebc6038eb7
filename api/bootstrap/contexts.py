"""Makes contexts for live messages and for operations on sockets, which belong to no HTTP request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from starlette.types import Scope

from api.auth.authenticator import Authenticator
from api.auth.cookies import NoCookies
from domain.models.actor import Actor, Origin
from domain.models.user import User
from schema.context import Context
from schema.services import Services

NOWHERE, NO_COOKIES = Origin(), NoCookies()
"""Made once, because each live message has a context of its own."""


def live_contexts(services: Services) -> Callable[[Actor, Mapping[UUID, User | None]], Context]:
    """Makes the context of one live message, which shows what its reader has been sent; its loaders have these users."""
    log = services.log

    def make(actor: Actor, users: Mapping[UUID, User | None]) -> Context:
        context = Context(services, actor, NOWHERE, NO_COOKIES, log.position)
        context.loaders.known = users
        return context

    return make


def socket_contexts(services: Services, authenticator: Authenticator) -> Callable[[Actor, Scope], Context]:
    """Makes the context of one operation on a socket; its origin is that of the socket."""
    log = services.log

    def make(actor: Actor, scope: Scope) -> Context:
        return Context(services, actor, authenticator.origin(scope), NO_COOKIES, log.position)

    return make
