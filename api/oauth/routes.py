"""The routes for other services, which verify tokens and end sessions."""

from __future__ import annotations

from starlette.routing import Route

from api.auth.authenticator import Authenticator
from api.auth.key_ring import KeyRing
from api.oauth.revocation import RevocationEndpoint
from api.oauth.well_known import JWKS_PATH, METADATA_PATH, REVOCATION_PATH, WellKnown
from domain.services.session import SessionService
from domain.services.unit import Clock


def oauth_routes(
    issuer: str, ring: KeyRing, clock: Clock, sessions: SessionService, authenticator: Authenticator
) -> list[Route]:
    """The routes under /.well-known/ and /oauth/."""
    known, revocation = WellKnown(issuer, ring, clock), RevocationEndpoint(sessions, authenticator)

    return [
        Route(JWKS_PATH, known.keys, methods=["GET"]),
        Route(METADATA_PATH, known.server, methods=["GET"]),
        Route(REVOCATION_PATH, revocation.__call__, methods=["POST"]),
    ]
