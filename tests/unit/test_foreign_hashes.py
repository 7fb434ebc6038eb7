"""Hashes from elsewhere are verified as they are, by the vectors of their standards, and none may cost without bound."""

from __future__ import annotations

import base64

import pytest
from argon2.low_level import Type, hash_secret
from hypothesis import given
from hypothesis import strategies as st

from api.auth.foreign_hashes import BCRYPT_COST, verifier_of
from api.auth.passwords import Argon2Hasher


def b64(data: str | bytes, padding: str = "") -> str:
    """Base64 of hexadecimal digits or of bytes."""
    raw = bytes.fromhex(data) if isinstance(data, str) else data
    return base64.b64encode(raw).decode().rstrip("=") + padding


SHA256 = "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"
SHA512 = (
    "867f70cf1ade02cff3752599a3a53dc4af34c7a669815ae5d513554e1c8cf252"
    "c02d470a285a0501bad999bfe943c08f050235d7d68b1da55e63f73b60a57fce"
)
SCRYPT = (
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
)
"""The vectors for PBKDF2 ("password", "salt", 4,096 rounds and 1) and of RFC 7914, section 12."""
FIREBASE = (
    "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpj"
    "eJ9WmXA==$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="
)
"""The example of github.com/firebase/scrypt."""
KNOWN = {
    "django": (f"pbkdf2_sha256$4096$salt${b64(SHA256, '=')}", "password"),
    "pbkdf2-sha256": (f"$pbkdf2-sha256$4096${b64(b'salt')}${b64(SHA256)}", "password"),
    "pbkdf2-phc": (f"$pbkdf2-sha256$i=4096,l=32${b64(b'salt')}${b64(SHA256)}", "password"),
    "passlib": (f"$pbkdf2-sha512$1${b64(b'salt')}${b64(SHA512).replace('+', '.')}", "password"),
    "scrypt": (f"$scrypt$ln=14,r=8,p=1${b64(b'SodiumChloride')}${b64(SCRYPT)}", "pleaseletmein"),
    "firebase": (FIREBASE, "user1password"),
    "argon2i": (hash_secret(b"password", b"somesalt", 2, 1024, 1, 32, Type.I).decode(), "password"),
    "argon2id": (hash_secret(b"password", b"somesalt", 2, 1024, 2, 32, Type.ID).decode(), "password"),
}


@pytest.mark.parametrize("name", KNOWN)
async def test_a_known_hash_is_verified_and_replaced(name: str) -> None:
    hashed, password = KNOWN[name]
    async with Argon2Hasher() as hasher:
        assert hasher.accepts(hashed)
        assert hasher.needs_rehash(hashed)
        assert await hasher.verify(password, hashed)
        assert not await hasher.verify(password + "x", hashed)


REFUSED = [
    "",
    "password",
    "5f4dcc3b5aa765d61d8327deb882cf99",
    "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
    "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
    f"$2b${BCRYPT_COST + 1}$" + "a" * 53,
    "$2b$03$" + "a" * 53,
    "$2x$10$" + "a" * 53,
    f"pbkdf2_sha256$9999999$salt${b64(SHA256, '=')}",
    f"pbkdf2_sha256$0$salt${b64(SHA256, '=')}",
    f"pbkdf2_md5$1000$salt${b64(SHA256, '=')}",
    f"$scrypt$ln=24,r=8,p=1${b64(b'salt')}${b64(SCRYPT)}",
    f"$scrypt$ln=99,r=99,p=99${b64(b'salt')}${b64(SCRYPT)}",
    f"$scrypt$ln=14,r=8,p=16${b64(b'salt')}${b64(SCRYPT)}",
    FIREBASE.replace("n=14", "n=24"),
    FIREBASE.replace("p=1", "p=2"),
    FIREBASE.replace("uid5lQ==", "uid5"),
    FIREBASE.replace("v=1", "v=2"),
    FIREBASE.replace("sk=jxspr8Ki", "sk=jxsp"),
    "$argon2id$v=19$m=4194304,t=3,p=4$c29tZXNhbHQ$" + "a" * 43,
    "$argon2id$v=19$m=65536,t=99,p=4$c29tZXNhbHQ$" + "a" * 43,
    "$argon2d$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$" + "a" * 43,
]


@pytest.mark.parametrize("hashed", REFUSED)
def test_an_unknown_or_too_costly_hash_is_refused(hashed: str) -> None:
    assert verifier_of(hashed) is None


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
def test_bcrypt_is_known_in_its_three_spellings(prefix: str) -> None:
    assert verifier_of(f"{prefix}05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW") is not None


@given(text=st.text(max_size=80) | st.text("$=,.0123456789abimpltv", max_size=80).map("$argon2id$v=19$".__add__))
def test_any_text_is_known_or_not(text: str) -> None:
    verifier = verifier_of(text)
    assert verifier is None or verifier("password") in (True, False)
