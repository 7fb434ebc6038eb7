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

    def open(self, sealed: bytes, owner: bytes) -> bytes | None:
        """The secret, or None if it was encrypted under another key, or for another owner or purpose."""
        nonce, data = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(nonce, data, owner)
            except (InvalidTag, ValueError):
                continue
        return None
