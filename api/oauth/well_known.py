"""What other services read about Rollcall's tokens: its public keys (RFC 7517) and its metadata (RFC 8414)."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.auth.key_ring import KeyRing
from domain.services.unit import Clock

JWKS_PATH = "/.well-known/jwks.json"
METADATA_PATH = "/.well-known/oauth-authorization-server"
REVOCATION_PATH = "/oauth/revoke"
INTROSPECTION_PATH = "/oauth/introspect"
KEPT_SECONDS = 300
"""How long a verifier may keep the keys; a new one is published for longer before it signs."""


def metadata(issuer: str) -> dict[str, Any]:
    """The metadata of this server; no grant is offered, because people sign in at Rollcall itself."""
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}{JWKS_PATH}",
        "response_types_supported": [],
        "grant_types_supported": [],
        "revocation_endpoint": f"{issuer}{REVOCATION_PATH}",
        "revocation_endpoint_auth_methods_supported": ["none"],
        "introspection_endpoint": f"{issuer}{INTROSPECTION_PATH}",
        "introspection_endpoint_auth_methods_supported": ["Bearer"],
    }


class WellKnown:
    """The two documents, which anyone may keep for five minutes."""

    def __init__(self, issuer: str, ring: KeyRing, clock: Clock) -> None:
        self._metadata, self._ring, self._clock = orjson.dumps(metadata(issuer)), ring, clock

    async def keys(self, request: Request) -> Response:
        """GET /.well-known/jwks.json: the keys whose tokens are accepted, and the next one."""
        body = orjson.dumps({"keys": self._ring.published(self._clock.now())})
        return _kept(request, body, "application/jwk-set+json")

    async def server(self, request: Request) -> Response:
        """GET /.well-known/oauth-authorization-server."""
        return _kept(request, self._metadata, "application/json")


def _kept(request: Request, body: bytes, kind: str) -> Response:
    """A response with an entity tag; 304 for a client that has it (RFC 9110 section 13.1.2)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"cache-control": f"public, max-age={KEPT_SECONDS}", "etag": tag}
    known = {t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=kind)
