"""A software authenticator and the browser in front of it, written from the standard (Web Authentication, Level 3).

It makes credentials with attestation "none" and signs what a relying party asks for; a test can change what it says: the
origin of the page, the relying party, whether it verified the user, its counter.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40


def encode(data: bytes) -> str:
    """Base64url without padding (RFC 4648 section 5)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One with one key for ES256."""

    origin: str
    verifies: bool = True
    counter: int = 0
    """The next one; None of them is sent by an authenticator without a counter, for which it stays 0."""
    counts: bool = True
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: bytes = b""
    rp_id: str | None = None
    """Said in place of the id that it was asked for."""
    cross_origin: bool = False

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What navigator.credentials.create gives, as JSON (sections 5.1.8 and 6.5)."""
        self.user_handle = decode(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public_key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public_key
        data = self._data(options["rp"]["id"], HAS_CREDENTIAL) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential(
            "webauthn.create", options, attestationObject=encode(attestation), transports=["internal"]
        )

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What navigator.credentials.get gives, as JSON (section 6.3.3)."""
        data = self._data(options["rpId"], 0)
        answer = self._credential("webauthn.get", options, authenticatorData=encode(data))
        signed = data + hashlib.sha256(decode(answer["response"]["clientDataJSON"])).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        answer["response"] |= {"signature": encode(signature), "userHandle": encode(self.user_handle)}
        return answer

    def _data(self, rp_id: str, flags: int) -> bytes:
        """Authenticator data (section 6.1)."""
        flags |= USER_PRESENT | (USER_VERIFIED if self.verifies else 0)
        self.counter += self.counts
        return (
            hashlib.sha256((self.rp_id or rp_id).encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")
        )

    def _credential(self, type_: str, options: Mapping[str, Any], **response: Any) -> dict[str, Any]:
        data = {
            "type": type_,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        }
        return {
            "id": encode(self.credential_id),
            "rawId": encode(self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {"clientDataJSON": encode(json.dumps(data).encode()), **response},
        }
