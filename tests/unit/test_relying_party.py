"""What this service accepts of an authenticator, against one written from the standard."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.auth.challenges import Ceremony, Challenges
from api.auth.relying_party import WebAuthn
from domain.models.actor import Role
from domain.models.passkey import CHALLENGE_LIFETIME, Passkey
from domain.models.user import Status, User
from tests.authenticator import Authenticator, decode, encode

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORIGIN = "https://rollcall.example.com"
ADA = User(UUID(int=1), "ada@example.com", "Ada", Role.MEMBER, Status.ACTIVE, 1, NOW, NOW)
BO = replace(ADA, id=UUID(int=2))
CHALLENGES = Challenges(["k" * 40])
PARTY = WebAuthn(ORIGIN, "Rollcall", CHALLENGES)


def registered(
    device: Authenticator, party: WebAuthn = PARTY, *, by: User = ADA, later: timedelta = timedelta()
) -> Any:
    return party.registered(by.id, device.create(party.registration_options(ADA, [], NOW)), NOW + later)


def passkey(device: Authenticator, user: User = ADA) -> Passkey:
    """As it is stored."""
    made = registered(device)
    return Passkey(UUID(int=9), user.id, "Phone", made.credential_id, made.public_key, made.sign_count, NOW)


def test_the_options_ask_for_a_discoverable_passkey_that_verifies_its_user() -> None:
    options = PARTY.registration_options(ADA, [b"known"], NOW)
    assert options["rp"] == {"name": "Rollcall", "id": "rollcall.example.com"}
    assert (decode(options["user"]["id"]), options["user"]["name"]) == (ADA.id.bytes, ADA.email)
    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["requireResidentKey"]) == ("required", True)
    assert (chosen["userVerification"], options["attestation"]) == ("required", "none")
    assert [decode(c["id"]) for c in options["excludeCredentials"]] == [b"known"]
    signing = PARTY.sign_in_options(NOW)
    assert (signing["rpId"], signing["userVerification"]) == ("rollcall.example.com", "required")
    assert not signing.get("allowCredentials")
    assert signing["challenge"] != PARTY.sign_in_options(NOW)["challenge"]


def test_a_passkey_is_registered_and_signs() -> None:
    device = Authenticator(ORIGIN)
    stored = passkey(device)
    answer = device.get(PARTY.sign_in_options(NOW))
    assert PARTY.credential_of(answer) == stored.credential_id == device.credential_id
    said = PARTY.verified(stored, answer, NOW)
    assert said is not None
    assert (said.sign_count, said.challenge.expires_at) == (2, NOW + CHALLENGE_LIFETIME)


@pytest.mark.parametrize(
    "device",
    [
        Authenticator("https://rollcall.example.com.evil.example"),
        Authenticator("http://rollcall.example.com"),
        Authenticator("https://rollcall.example.com:8443"),
        Authenticator(ORIGIN, rp_id="evil.example"),
        Authenticator(ORIGIN, verifies=False),
        Authenticator(ORIGIN, cross_origin=True),
    ],
    ids=["origin", "scheme", "port", "relying party", "not verified", "embedded"],
)
def test_an_answer_of_another_place_or_without_verification_is_refused(device: Authenticator) -> None:
    assert registered(device) is None
    honest = replace(device, origin=ORIGIN, rp_id=None, verifies=True, cross_origin=False)
    stored = passkey(honest)
    device.user_handle = honest.user_handle
    assert PARTY.verified(stored, device.get(PARTY.sign_in_options(NOW)), NOW) is None
    assert PARTY.verified(stored, honest.get(PARTY.sign_in_options(NOW)), NOW) is not None


def test_a_challenge_expires_and_is_for_one_user_and_one_ceremony() -> None:
    device = Authenticator(ORIGIN)
    assert registered(device, later=CHALLENGE_LIFETIME) is None
    assert registered(device, later=CHALLENGE_LIFETIME - timedelta(seconds=1)) is not None
    assert registered(device, by=BO) is None
    stored = passkey(device)
    late = device.get(PARTY.sign_in_options(NOW))
    assert PARTY.verified(stored, late, NOW + CHALLENGE_LIFETIME) is None
    registration = PARTY.registration_options(ADA, [], NOW)["challenge"]
    swapped = device.get({**PARTY.sign_in_options(NOW), "challenge": registration})
    assert PARTY.verified(stored, swapped, NOW) is None


@pytest.mark.parametrize("position", [0, 8, 30, 55])
def test_a_challenge_that_was_altered_or_invented_is_refused(position: int) -> None:
    made = bytearray(CHALLENGES.make(Ceremony.SIGN_IN, None, NOW))
    assert CHALLENGES.read(bytes(made), Ceremony.SIGN_IN, None, NOW) is not None
    made[position] ^= 1
    for text in (bytes(made), b"", bytes(made[:-1]), bytes(made) + b"0"):
        assert CHALLENGES.read(text, Ceremony.SIGN_IN, None, NOW) is None


def test_a_challenge_of_an_earlier_secret_key_is_read_while_it_is_listed() -> None:
    made = CHALLENGES.make(Ceremony.SIGN_IN, None, NOW)
    assert Challenges(["n" * 40, "k" * 40]).read(made, Ceremony.SIGN_IN, None, NOW) is not None
    assert Challenges(["n" * 40]).read(made, Ceremony.SIGN_IN, None, NOW) is None


def test_a_passkey_signs_for_its_own_user_only() -> None:
    device, other = Authenticator(ORIGIN), Authenticator(ORIGIN)
    stored = passkey(device)
    passkey(other)
    device.user_handle = BO.id.bytes
    assert PARTY.verified(stored, device.get(PARTY.sign_in_options(NOW)), NOW) is None
    other.credential_id = device.credential_id
    assert PARTY.verified(stored, other.get(PARTY.sign_in_options(NOW)), NOW) is None


def test_a_changed_answer_is_refused() -> None:
    device = Authenticator(ORIGIN)
    stored = passkey(device)
    answer = device.get(PARTY.sign_in_options(NOW))
    data = bytearray(decode(answer["response"]["authenticatorData"]))
    data[-1] += 1
    answer["response"]["authenticatorData"] = encode(bytes(data))
    assert PARTY.verified(stored, answer, NOW) is None


def test_the_default_port_of_the_public_address_is_not_in_an_origin() -> None:
    party = WebAuthn(f"{ORIGIN}:443", "Rollcall", CHALLENGES)
    assert registered(Authenticator(ORIGIN), party) is not None


def test_a_format_of_attestation_that_was_not_asked_for_is_refused() -> None:
    device = Authenticator(ORIGIN)
    answer = device.create(PARTY.registration_options(ADA, [], NOW))
    said = cbor2.loads(decode(answer["response"]["attestationObject"]))
    for fmt in ("android-safetynet", "tpm", "unknown"):
        answer["response"]["attestationObject"] = encode(cbor2.dumps(said | {"fmt": fmt}))
        assert PARTY.registered(ADA.id, answer, NOW) is None


def test_a_key_that_cannot_verify_is_refused_at_once() -> None:
    answer = Authenticator(ORIGIN).create(PARTY.registration_options(ADA, [], NOW))
    said = cbor2.loads(decode(answer["response"]["attestationObject"]))
    head, off_curve = said["authData"][: 37 + 16 + 2 + 32], {1: 2, 3: -7, -1: 1, -2: b"\1" * 32, -3: b"\1" * 32}
    answer["response"]["attestationObject"] = encode(cbor2.dumps(said | {"authData": head + cbor2.dumps(off_curve)}))
    assert PARTY.registered(ADA.id, answer, NOW) is None


DEVICE = Authenticator(ORIGIN)
STORED = passkey(DEVICE)
REGISTRATION = DEVICE.create(PARTY.registration_options(ADA, [], NOW))
SIGN_IN = DEVICE.get(PARTY.sign_in_options(NOW))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
FIELDS = (
    "id",
    "rawId",
    "type",
    "response",
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
)


def altered(answer: dict[str, Any], field: str, value: object) -> dict[str, Any]:
    """The answer with another value of a field, wherever it has it."""
    inside = answer["response"]
    if field in inside:
        return {**answer, "response": {**inside, field: value}}
    return {**answer, field: value}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(FIELDS), JSON | st.binary(max_size=80).map(encode))
def test_whatever_a_client_sends_is_refused_without_an_error(field: str, value: object) -> None:
    PARTY.registered(ADA.id, altered(REGISTRATION, field, value), NOW)
    answer = altered(SIGN_IN, field, value)
    PARTY.credential_of(answer)
    PARTY.verified(STORED, answer, NOW)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_any_json_in_place_of_client_data_is_refused_without_an_error(value: object) -> None:
    for answer in (REGISTRATION, SIGN_IN):
        data = json.loads(decode(answer["response"]["clientDataJSON"]))
        for said in (value, {**data, "challenge": value}, {**data, "origin": value}, {**data, "tokenBinding": value}):
            sent = altered(answer, "clientDataJSON", encode(json.dumps(said).encode()))
            PARTY.registered(ADA.id, sent, NOW)
            PARTY.verified(STORED, sent, NOW)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 200), st.integers(1, 255))
def test_no_flipped_byte_of_a_registration_raises(position: int, flip: int) -> None:
    data = bytearray(decode(REGISTRATION["response"]["attestationObject"]))
    data[position % len(data)] ^= flip
    PARTY.registered(ADA.id, altered(REGISTRATION, "attestationObject", encode(bytes(data))), NOW)
