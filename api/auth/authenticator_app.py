"""TOTP (RFC 6238) for authenticator apps: secrets encrypted under SECRET_KEY, codes, QR codes, and recovery codes.

Secrets have 160 bits (RFC 4226 section 4); codes have six digits and change every 30 seconds. One step before and after the
current one is accepted, because clocks differ.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from uuid import UUID

import pyotp
import structlog

from api.auth.sealing import Sealer
from domain.models.second_factor import Totp
from domain.models.user import User
from domain.services.second_factor import Enrolment

log = structlog.get_logger(__name__)

STEP_SECONDS, DIGITS = 30, 6
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of recovery codes: none that is easily taken for another."""
GROUPS, GROUP = 4, 4
"""A recovery code has 16 letters, about 79 bits."""


class AuthenticatorApp:
    """Makes, encrypts and checks TOTP secrets. The first secret key encrypts, each of them decrypts."""

    def __init__(self, secret_keys: Sequence[str], issuer: str) -> None:
        self._sealer = Sealer(secret_keys, "totp secrets")
        self._issuer = issuer

    def enrol(self, user: User, now: datetime) -> tuple[Totp, Enrolment]:
        """A new secret for the user, and how it is shown to them."""
        secret = pyotp.random_base32()
        sealed = self._sealer.seal(secret.encode(), user.id.bytes)
        uri = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(
            name=user.email, issuer_name=self._issuer
        )
        return Totp(user.id, sealed, now), Enrolment(secret, uri, _qr_svg(uri))

    def step_of(self, totp: Totp, code: str, now: datetime) -> int | None:
        """The time step whose code this is, at most one from now and later than `last_step`; spaces in it are ignored."""
        digits, current = "".join(code.split()), int(now.timestamp()) // STEP_SECONDS
        if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
            return None
        if (secret := self._opened(totp)) is None:
            return None
        codes = pyotp.HOTP(secret, digits=DIGITS)
        fitting = [step for step in (current - 1, current, current + 1) if hmac.compare_digest(codes.at(step), digits)]
        return next((step for step in fitting if totp.last_step is None or step > totp.last_step), None)

    def resealed(self, totp: Totp) -> bytes | None:
        """The secret under the first secret key; None if it is, or if none of the keys opens it."""
        return self._sealer.resealed(totp.sealed, totp.user_id.bytes)

    def recovery_codes(self, count: int) -> Sequence[str]:
        """New codes to write down."""
        groups = ["".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS * count)]
        return ["-".join(groups[i : i + GROUPS]) for i in range(0, len(groups), GROUPS)]

    def recovery_hash(self, user_id: UUID, code: str) -> bytes:
        """SHA-256, salted with the user's id: the code is random, and too long to be guessed."""
        return hashlib.sha256(user_id.bytes + "".join(c for c in code.lower() if c.isalnum()).encode()).digest()

    def _opened(self, totp: Totp) -> str | None:
        """The secret, or None if it was encrypted under another SECRET_KEY: then only recovery codes are accepted."""
        opened = self._sealer.open(totp.sealed, totp.user_id.bytes)
        if opened is None:
            log.warning("second_factor.secret_unreadable", user_id=str(totp.user_id), hint="was SECRET_KEY changed?")
        return None if opened is None else opened.decode()


def _qr_svg(uri: str) -> str:
    """The QR code, dark on light in every theme: not every app reads the inverse."""
    import segno  # noqa: PLC0415 - a server makes few of them

    out = BytesIO()
    segno.make(uri, error="m", micro=False).save(
        out, kind="svg", scale=4, border=2, xmldecl=False, svgns=True, omitsize=True, light="#fff"
    )
    return out.getvalue().decode()
