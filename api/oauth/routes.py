"""The routes for other services, which verify tokens and end sessions."""

from __future__ import annotations

from starlette.routing import Route

from api.auth.authenticator import Authenticator
from api.auth.key_ring import KeyRing
from api.oauth.introspection import IntrospectionEndpoint
from api.oauth.revocation import RevocationEndpoint
from api.oauth.well_known import INTROSPECTION_PATH, JWKS_PATH, METADATA_PATH, REVOCATION_PATH, WellKnown
from domain.services.credentials import TokenCodec
from domain.services.unit import Clock
from schema.services import Services


def oauth_routes(
    issuer: str, ring: KeyRing, clock: Clock, services: Services, tokens: TokenCodec, authenticator: Authenticator
) -> list[Route]:
    """The routes under /.well-known/ and /oauth/."""
    known, revocation = WellKnown(issuer, ring, clock), RevocationEndpoint(services.sessions, authenticator)
    introspection = IntrospectionEndpoint(services.users, tokens, authenticator)

    return [
        Route(JWKS_PATH, known.keys, methods=["GET"]),
        Route(METADATA_PATH, known.server, methods=["GET"]),
        Route(INTROSPECTION_PATH, introspection.__call__, methods=["POST"]),
        Route(REVOCATION_PATH, revocation.__call__, methods=["POST"]),
    ]
