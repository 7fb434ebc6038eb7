"""Key pairs for signing: made here, encrypted under SECRET_KEY (AES-256-GCM, NIST SP 800-38D), and opened again.

The encryption is bound to the key's name, so that one row's private key cannot be put under the name of another.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from api.auth.sealing import Sealer
from domain.models.signing_key import SigningKey

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
Jwk = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OpenedKey:
    """A key that can sign; `jwk` is its public key (RFC 7517)."""

    key: SigningKey
    private: Any
    public: Any
    jwk: Jwk


class SealedKeys:
    """Makes, encrypts and opens keys. The first secret encrypts, each of them decrypts."""

    def __init__(self, secrets_: Sequence[str]) -> None:
        self._sealer = Sealer(secrets_, "signing keys")

    def make(self, now: datetime, signs_from: datetime, algorithm: str = "EdDSA") -> SigningKey:
        """A new key pair, its private key encrypted: Ed25519 (EdDSA, RFC 8037) or P-256 (ES256, RFC 7518 section 3.4)."""
        private = (
            ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else ed25519.Ed25519PrivateKey.generate()
        )
        kid = thumbprint(_members(private))
        raw = private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return SigningKey(uuid4(), kid, algorithm, self._sealer.seal(raw, kid.encode()), now, signs_from)

    def can_open(self, key: SigningKey) -> bool:
        """Whether one of our secrets decrypts it, and it is what its name says."""
        return self.open(key) is not None

    def resealed(self, key: SigningKey) -> bytes | None:
        """The private key under the first secret; None if it is, or if it was not encrypted by us."""
        return self._sealer.resealed(key.sealed, key.kid.encode())

    def open(self, key: SigningKey) -> OpenedKey | None:
        """The key pair, or None if it was not encrypted by us."""
        raw = self._sealer.open(key.sealed, key.kid.encode())
        private: Any = None if raw is None else serialization.load_der_private_key(raw, None)
        if private is None or thumbprint(members := _members(private)) != key.kid:
            return None
        jwk = {**members, "kid": key.kid, "alg": key.algorithm, "use": "sig"}
        return OpenedKey(key, private, private.public_key(), jwk)


def thumbprint(members: Jwk) -> str:
    """The name of a public key: SHA-256 over its required members (RFC 7638), in base64url."""
    canonical = json.dumps(dict(members), sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def _members(private: PrivateKey) -> Jwk:
    """The required members of the public key (RFC 7518 section 6.2, RFC 8037 section 2)."""
    if isinstance(private, ed25519.Ed25519PrivateKey):
        raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(raw)}
    numbers = private.public_key().public_numbers()
    x, y = (_base64url(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
