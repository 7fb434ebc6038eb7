"""WebAuthn (Web Authentication, Level 3): this service as the relying party of passkeys, by py_webauthn.

The origin and the id of the relying party are those of PUBLIC_URL. Passkeys are discoverable, so that nobody needs to type
a name, and the authenticator must have verified the user (a PIN, a finger), so that a passkey is two factors. No
attestation is asked for: it is not our business which make of authenticator somebody has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
import webauthn
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api.auth.challenges import Ceremony, Challenges
from domain.models.passkey import CHALLENGE_LIFETIME, Challenge, Passkey
from domain.models.user import User
from domain.services.passkey_check import Assertion, NewCredential

log = structlog.get_logger(__name__)

REFUSALS = (
    WebAuthnException, InvalidSignature, UnsupportedAlgorithm, ArithmeticError, AttributeError, LookupError,
    RecursionError, TypeError, ValueError,
)  # fmt: skip
"""What the library raises for an answer that is wrong or malformed: the answer is whatever a client sends."""
TIMEOUT_MS = int(CHALLENGE_LIFETIME.total_seconds() * 1000)
CREDENTIAL_ID_MAX, PUBLIC_KEY_MAX = 1023, 1100
"""Bytes: the first by the standard (section 4, Credential ID), the second holds an RSA key of 8,192 bits."""
FORMATS = (AttestationFormat.NONE, AttestationFormat.PACKED)
"""What browsers send where no attestation is asked for: none, or a signature by the new key itself (section 5.1.3)."""


class WebAuthn:
    """One per process. `public_url` is an origin as browsers write it."""

    def __init__(self, public_url: str, name: str, challenges: Challenges) -> None:
        parts = urlsplit(public_url)
        self._id, self._name, self._challenges = parts.hostname or "", name, challenges
        default = {"https": ":443", "http": ":80"}[parts.scheme]
        self._origin = public_url.removesuffix(default)

    def registration_options(self, user: User, registered: Sequence[bytes], now: datetime) -> Mapping[str, Any]:
        """PublicKeyCredentialCreationOptionsJSON."""
        options = webauthn.generate_registration_options(
            rp_id=self._id,
            rp_name=self._name,
            user_id=user.id.bytes,
            user_name=user.email,
            user_display_name=user.display_name,
            challenge=self._challenges.make(Ceremony.REGISTRATION, user.id, now),
            timeout=TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=i) for i in registered],
        )
        return options_to_json_dict(options)

    def sign_in_options(self, now: datetime) -> Mapping[str, Any]:
        """PublicKeyCredentialRequestOptionsJSON; without a list of credentials, so that the browser offers those it has."""
        options = webauthn.generate_authentication_options(
            rp_id=self._id,
            challenge=self._challenges.make(Ceremony.SIGN_IN, None, now),
            timeout=TIMEOUT_MS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json_dict(options)

    def registered(self, user_id: UUID, response: object, now: datetime) -> NewCredential | None:
        """The credential that the user's authenticator made (section 7.1)."""
        try:
            answer = parse_registration_credential_json(_as_mapping(response))
            challenge = self._challenge(answer.response.client_data_json, Ceremony.REGISTRATION, user_id, now)
            if parse_attestation_object(answer.response.attestation_object).fmt not in FORMATS:
                raise ValueError("This format of attestation was not asked for")
            verified = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=parse_client_data_json(answer.response.client_data_json).challenge,
                expected_rp_id=self._id,
                expected_origin=self._origin,
                require_user_verification=True,
            )
            if len(verified.credential_id) > CREDENTIAL_ID_MAX or len(verified.credential_public_key) > PUBLIC_KEY_MAX:
                raise ValueError("The credential is too long")
            decoded_public_key_to_cryptography(decode_credential_public_key(verified.credential_public_key))
        except REFUSALS as error:
            _log("passkey.registration_refused", error, user_id)
            return None
        return NewCredential(verified.credential_id, verified.credential_public_key, verified.sign_count, challenge)

    def credential_of(self, response: object) -> bytes | None:
        """The id of the credential that a sign-in names."""
        try:
            return parse_authentication_credential_json(_as_mapping(response)).raw_id
        except REFUSALS as error:
            _log("passkey.sign_in_refused", error, None)
            return None

    def verified(self, passkey: Passkey, response: object, now: datetime) -> Assertion | None:
        """What this passkey has signed (section 7.2). The counter is compared by the domain, in the transaction."""
        try:
            answer = parse_authentication_credential_json(_as_mapping(response))
            challenge = self._challenge(answer.response.client_data_json, Ceremony.SIGN_IN, None, now)
            if answer.response.user_handle != passkey.user_id.bytes or answer.raw_id != passkey.credential_id:
                raise ValueError("The credential is not of the user that it names")
            verified = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=parse_client_data_json(answer.response.client_data_json).challenge,
                expected_rp_id=self._id,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=-1,
                require_user_verification=True,
            )
        except REFUSALS as error:
            _log("passkey.sign_in_refused", error, passkey.user_id)
            return None
        return Assertion(challenge, verified.new_sign_count)

    def _challenge(self, client_data: bytes, ceremony: Ceremony, user_id: UUID | None, now: datetime) -> Challenge:
        """The challenge of an answer from a page of our own. Raises ValueError."""
        data = parse_client_data_json(client_data)
        challenge = self._challenges.read(data.challenge, ceremony, user_id, now)
        if challenge is None:
            raise ValueError("The challenge is not valid or has expired")
        if data.cross_origin:
            raise ValueError("The page was embedded in one of another origin")
        return challenge


def _as_mapping(response: object) -> dict[str, Any]:
    """The answer as an object. Raises ValueError."""
    if not isinstance(response, dict):
        raise ValueError("The answer is no JSON object")
    return response


def _log(event: str, error: Exception, user_id: UUID | None) -> None:
    """Log why an answer was refused; the client is not told."""
    log.info(event, reason=str(error)[:200], user=user_id and str(user_id))
