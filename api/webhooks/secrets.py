"""The secrets of webhook endpoints, encrypted under SECRET_KEY for the database."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from uuid import UUID

from api.auth.sealing import Sealer
from domain.models.webhook import SECRET_BYTES, NewSecret, encode_secret


class SealedWebhookSecrets:
    """See WebhookSecrets. The first secret key encrypts, each of them decrypts."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._sealer = Sealer(secret_keys, "webhook secrets")

    def make(self, endpoint_id: UUID) -> NewSecret:
        """A new secret."""
        secret = secrets.token_bytes(SECRET_BYTES)
        return NewSecret(encode_secret(secret), self._sealer.seal(secret, endpoint_id.bytes))

    def open(self, sealed: bytes, endpoint_id: UUID) -> bytes | None:
        """The secret, or None if it was not encrypted by us for this endpoint."""
        return self._sealer.open(sealed, endpoint_id.bytes)
