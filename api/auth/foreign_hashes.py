"""Password hashes that were made elsewhere and are verified as they are: by an import, until the next sign-in replaces them.

Known are Argon2 (RFC 9106), bcrypt, PBKDF2 with SHA-256 or SHA-512 (RFC 8018; in Django's form and in those of the PHC) and
scrypt (RFC 7914; in the PHC's form, and in Firebase's variant). What a hash may cost is bounded, because its author chooses the cost.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable

import argon2
import bcrypt
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

LENGTH_MAX = 500
"""Characters of a hash."""
ARGON2_KIB, ARGON2_PASSES, ARGON2_LANES = 128 * 1024, 10, 8
BCRYPT_COST = 14
PBKDF2_ROUNDS = 2_000_000
SCRYPT_BYTES, SCRYPT_LANES = 128 * 1024 * 1024, 4
"""The most expensive hashes that are accepted: about a second of one core."""
BCRYPT_BYTES = 72
"""bcrypt ignores the rest of a password."""
AES_KEY_BYTES, AES_BLOCK_BYTES = 32, 16

_BCRYPT = re.compile(r"\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}")
_DJANGO = re.compile(r"pbkdf2_(sha256|sha512)\$([0-9]{1,8})\$([^$]{1,64})\$([A-Za-z0-9+/]{40,90}={0,2})")
_PBKDF2 = re.compile(
    r"\$pbkdf2-(sha256|sha512)\$(?:i=)?([0-9]{1,8})(?:,l=[0-9]{1,3})?\$([./A-Za-z0-9+]{1,90})\$([./A-Za-z0-9+]{20,90})"
)
_SCRYPT = re.compile(
    r"\$scrypt\$ln=([0-9]{1,2}),r=([0-9]{1,2}),p=([0-9]{1,2})\$([A-Za-z0-9+/]{1,90})\$([A-Za-z0-9+/]{20,90})"
)
_FIREBASE = re.compile(
    r"\$fbscrypt\$v=1,n=([0-9]{1,2}),r=([0-9]{1,2}),p=1,ss=([A-Za-z0-9+/]{1,90}={0,2}),"
    r"sk=([A-Za-z0-9+/]{40,130}={0,2})\$([A-Za-z0-9+/]{1,90}={0,2})\$([A-Za-z0-9+/]{40,130}={0,2})"
)
_ARGON2 = re.compile(
    r"\$argon2(?:id|i)\$v=19\$m=[0-9]{1,7},t=[0-9]{1,2},p=[0-9]{1,2}\$[A-Za-z0-9+/]{10,90}\$[A-Za-z0-9+/]{15,90}"
)

Verifier = Callable[[str], bool]


def verifier_of(password_hash: str) -> Verifier | None:
    """A function that tells whether a password has this hash; None for a form that is not known, or that costs too much."""
    if len(password_hash) > LENGTH_MAX:
        return None
    forms = (_argon2, _bcrypt, _pbkdf2, _scrypt, _firebase)
    return next((verifier for form in forms if (verifier := form(password_hash)) is not None), None)


def _argon2(text: str) -> Verifier | None:
    if not _ARGON2.fullmatch(text):
        return None
    given = argon2.extract_parameters(text)
    if given.memory_cost > ARGON2_KIB or given.time_cost > ARGON2_PASSES or given.parallelism > ARGON2_LANES:
        return None

    def verify(password: str) -> bool:
        try:
            return argon2.PasswordHasher().verify(text, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    return verify


def _bcrypt(text: str) -> Verifier | None:
    found = _BCRYPT.fullmatch(text)
    if found is None or not 4 <= int(found[1]) <= BCRYPT_COST:
        return None

    def verify(password: str) -> bool:
        try:
            return bool(bcrypt.checkpw(password.encode()[:BCRYPT_BYTES], text.encode()))
        except ValueError:
            return False

    return verify


def _pbkdf2(text: str) -> Verifier | None:
    found = _DJANGO.fullmatch(text) or _PBKDF2.fullmatch(text)
    if found is None:
        return None
    kind, salt, expected = found[1], _bytes(found[3]), _bytes(found[4])
    if found.re is _DJANGO:  # whose salt is text
        salt = found[3].encode()
    rounds = int(found[2])
    if not salt or not expected or not 1 <= rounds <= PBKDF2_ROUNDS:
        return None
    return lambda password: hmac.compare_digest(
        hashlib.pbkdf2_hmac(kind, password.encode(), salt, rounds, len(expected)), expected
    )


def _scrypt(text: str) -> Verifier | None:
    found = _SCRYPT.fullmatch(text)
    if found is None:
        return None
    salt, expected = _bytes(found[4]), _bytes(found[5])
    derive = _derivation(salt, 1 << int(found[1]), int(found[2]), int(found[3]), len(expected))
    if derive is None or not expected:
        return None
    return lambda password: hmac.compare_digest(derive(password), expected)


def _firebase(text: str) -> Verifier | None:
    """The project's signer key, encrypted with AES-256-CTR under a key from scrypt (github.com/firebase/scrypt).

    The form holds the project's parameters beside the salt and the hash of the user: `n` is Firebase's `mem_cost`, `r` its
    `rounds`, `ss` its salt separator and `sk` its signer key.
    """
    found = _FIREBASE.fullmatch(text)
    if found is None:
        return None
    separator, signer_key, salt, expected = (_bytes(found[i]) for i in (3, 4, 5, 6))
    derive = _derivation(salt + separator, 1 << int(found[1]), int(found[2]), 1, AES_KEY_BYTES)
    if derive is None or not salt or not signer_key or len(signer_key) != len(expected):
        return None

    def verify(password: str) -> bool:
        encryptor = Cipher(algorithms.AES(derive(password)), modes.CTR(bytes(AES_BLOCK_BYTES))).encryptor()
        return hmac.compare_digest(encryptor.update(signer_key) + encryptor.finalize(), expected)

    return verify


def _derivation(salt: bytes, n: int, r: int, p: int, size: int) -> Callable[[str], bytes] | None:
    """Scrypt with these parameters (RFC 7914 section 6); None if they are not valid, or cost too much."""
    if not salt or n < 2 or r < 1 or not 1 <= p <= SCRYPT_LANES or 128 * n * r > SCRYPT_BYTES:
        return None
    room = SCRYPT_BYTES + (1 << 20)
    return lambda password: hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=room, dklen=size)


def _bytes(text: str) -> bytes:
    """Base64 with or without padding, also with passlib's `.` for `+`; empty for what is none."""
    bare = text.rstrip("=").replace(".", "+")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return b""
