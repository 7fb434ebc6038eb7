"""Small secrets encrypted under SECRET_KEY for the database: AES-256-GCM (NIST SP 800-38D), bound to what they belong to."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class Sealer:
    """Encrypts and decrypts for one purpose. The first secret key encrypts, each of them decrypts."""

    def __init__(self, secret_keys: Sequence[str], purpose: str) -> None:
        keys = (hmac.digest(key.encode(), purpose.encode(), "sha256") for key in secret_keys)
        self._ciphers = [AESGCM(key) for key in keys]

    def seal(self, secret: bytes, owner: bytes) -> bytes:
        """The nonce and the ciphertext, which can be opened for the same owner only: no row is worth anything as another."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, secret, owner)

    def resealed(self, sealed: bytes, owner: bytes) -> bytes | None:
        """The same secret under the first key; None if it is, or if no key opens it."""
        if self._decrypted(self._ciphers[0], sealed, owner) is not None:
            return None
        secret = self.open(sealed, owner)
        return None if secret is None else self.seal(secret, owner)

    def open(self, sealed: bytes, owner: bytes) -> bytes | None:
        """The secret, or None if it was encrypted under another key, or for another owner or purpose."""
        opened = (self._decrypted(cipher, sealed, owner) for cipher in self._ciphers)
        return next((secret for secret in opened if secret is not None), None)

    @staticmethod
    def _decrypted(cipher: AESGCM, sealed: bytes, owner: bytes) -> bytes | None:
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner)
        except (InvalidTag, ValueError):
            return None
