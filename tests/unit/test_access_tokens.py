"""Access tokens: who can make one, what it says, and what is refused (RFC 8725, RFC 9068)."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest

from api.auth.access_tokens import AccessTokens
from api.auth.sealed_keys import OpenedKey, SealedKeys, thumbprint
from domain.errors import TokenExpired, TokenInvalid
from domain.models.signing_key import SigningKey
from tests.unit.keys import AUDIENCE, ISSUER, RULES, Table, ring_of

SECRET, FORMER = "a secret of the test that is long enough to sign", b"the former key of the test, 32 b"
NOW = datetime.now(UTC)
SESSION, USER = uuid4(), uuid4()


class Desk:
    """Tokens over a ring of one key, and the opened key, which a test may misuse."""

    def __init__(self, algorithm: str = "EdDSA", others: Sequence[SigningKey] = ()) -> None:
        self.maker = SealedKeys([SECRET])
        self.key = self.maker.make(NOW, NOW, algorithm)
        self.ring, self.table = ring_of(self.maker, self.key, *others)
        self.tokens = AccessTokens(self.ring, RULES, FORMER)

    @property
    def opened(self) -> OpenedKey:
        found = self.maker.open(self.key)
        assert found is not None
        return found

    def forged(self, headers: dict[str, Any] | None = None, key: Any = None, alg: str = "EdDSA", **changes: Any) -> str:
        """A token like ours except for these headers and claims; a change to None removes it."""
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(USER), "sid": str(SESSION), "jti": str(uuid4())}
        times = {"iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 600}
        kept = {k: v for k, v in (claims | times | changes).items() if v is not None}
        given = {"typ": "at+jwt", "kid": self.key.kid} | (headers or {})
        named = {k: v for k, v in given.items() if v is not None or k == "typ"}
        return jwt.encode(kept, self.opened.private if key is None else key, algorithm=alg, headers=named)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_a_token_names_session_and_user_until_it_expires(algorithm: str) -> None:
    tokens = Desk(algorithm).tokens
    token, expires = tokens.issue(SESSION, USER, NOW)
    claims = tokens.read(token, NOW)
    assert (claims.session_id, claims.user_id, claims.expires_at) == (SESSION, USER, expires)
    assert timedelta(minutes=9, seconds=58) < expires - NOW <= timedelta(minutes=10)
    assert tokens.read(token, expires - timedelta(seconds=1)) == claims
    for _ in range(2):
        with pytest.raises(TokenExpired):
            tokens.read(token, expires)


def test_a_token_holds_exactly_the_claims_of_the_contract(desk: Desk) -> None:
    token, _ = desk.tokens.issue(SESSION, USER, NOW)
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "typ": "at+jwt", "kid": desk.key.kid}
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == {"iss", "aud", "sub", "sid", "iat", "exp", "jti"}
    assert (claims["iss"], claims["aud"], claims["sub"], claims["sid"]) == (ISSUER, AUDIENCE, str(USER), str(SESSION))
    other = jwt.decode(desk.tokens.issue(SESSION, USER, NOW)[0], options={"verify_signature": False})
    assert other["jti"] != claims["jti"]


def test_an_unchanged_forgery_is_accepted(desk: Desk) -> None:
    assert desk.tokens.read(desk.forged(), NOW).session_id == SESSION
    assert desk.tokens.read(desk.forged({"typ": "application/AT+JWT"}), NOW).session_id == SESSION


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "sid", "iat", "exp", "jti"])
def test_every_claim_is_required(desk: Desk, claim: str) -> None:
    missing: dict[str, Any] = {claim: None}
    with pytest.raises(TokenInvalid):
        desk.tokens.read(desk.forged(**missing), NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example.com"},
        {"aud": "elsewhere"},
        {"sid": "no uuid"},
        {"sid": 7},
        {"sub": "no uuid"},
        {"exp": "soon"},
        {"exp": 10**30},
        {"iat": int(NOW.timestamp()) + 3600},
    ],
)
def test_foreign_claims_are_refused(desk: Desk, changes: dict[str, Any]) -> None:
    with pytest.raises(TokenInvalid):
        desk.tokens.read(desk.forged(**changes), NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"typ": "id+jwt"},
        {"kid": None},
        {"kid": "unknown"},
        {"jku": "https://evil.example.com/jwks.json"},
        {"x5u": "https://evil.example.com/cert"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": True},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}},
        {"cty": "JWT"},
    ],
)
def test_a_header_with_anything_else_is_refused(desk: Desk, headers: dict[str, Any]) -> None:
    with pytest.raises(TokenInvalid):
        desk.tokens.read(desk.forged(headers), NOW)


def test_the_algorithm_is_that_of_the_key(desk: Desk) -> None:
    public = desk.opened.jwk["x"].encode()
    secrets = {"none": "", "HS256": public + b"=" * 32, "HS512": public + b"=" * 32}
    for alg, secret in secrets.items():
        with pytest.raises(TokenInvalid):
            desk.tokens.read(desk.forged(key=secret, alg=alg), NOW)
    stranger = desk.maker.open(desk.maker.make(NOW, NOW, "ES256"))
    assert stranger is not None
    with pytest.raises(TokenInvalid):
        desk.tokens.read(desk.forged(key=stranger.private, alg="ES256"), NOW)


def test_a_key_of_someone_else_signs_nothing(desk: Desk) -> None:
    for maker in (SealedKeys([SECRET]), SealedKeys([SECRET + "!"])):
        stranger = maker.open(maker.make(NOW, NOW))
        assert stranger is not None
        for kid in (desk.key.kid, stranger.key.kid):
            with pytest.raises(TokenInvalid):
                desk.tokens.read(desk.forged({"kid": kid}, key=stranger.private), NOW)


def test_an_altered_token_is_refused(desk: Desk) -> None:
    head, body, signature = desk.tokens.issue(SESSION, USER, NOW)[0].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    other = base64.urlsafe_b64encode(json.dumps(claims | {"sub": str(UUID(int=1))}).encode()).rstrip(b"=").decode()
    with pytest.raises(TokenInvalid):
        desk.tokens.read(f"{head}.{other}.{signature}", NOW)


@pytest.mark.parametrize("junk", ["", ".", "a.b.c", "é", "\udcff", "eyJhbGciOiJFZERTQSJ9..", "x" * 100_000])
def test_malformed_tokens_are_refused(desk: Desk, junk: str) -> None:
    for read in (lambda: desk.tokens.read(junk, NOW), lambda: desk.tokens.session(junk)):
        with pytest.raises(TokenInvalid):
            read()


def former(**changes: Any) -> str:
    """A token as they were before keys were in the database."""
    claims = {"iss": "rollcall", "aud": "rollcall-api", "sub": str(USER), "sid": str(SESSION), "iat": 1, "exp": 601}
    return jwt.encode(claims | changes, FORMER, algorithm="HS256")


def test_a_former_token_is_refused_but_shows_its_session(desk: Desk) -> None:
    assert desk.tokens.session(former()) == SESSION
    with pytest.raises(TokenInvalid):
        desk.tokens.read(former(exp=int(NOW.timestamp()) + 600), NOW)
    stranger = jwt.encode({"sid": str(SESSION), "aud": "rollcall-api"}, b"x" * 32, algorithm="HS256")
    with pytest.raises(TokenInvalid):
        desk.tokens.session(stranger)


def test_the_session_of_a_token_is_known_whatever_its_age_and_issuer(desk: Desk) -> None:
    token, expires = desk.tokens.issue(SESSION, USER, NOW - timedelta(days=20))
    assert expires < NOW
    assert desk.tokens.session(token) == SESSION
    desk.ring.replace([replace(desk.key, revoked_at=NOW), desk.maker.make(NOW, NOW)])
    assert desk.tokens.session(token) == SESSION, "so that its refresh token can renew it"
    moved = AccessTokens(desk.ring, replace(RULES, issuer="https://new.example.com"), FORMER)
    assert moved.session(token) == SESSION


async def test_a_token_of_a_key_that_was_just_made_is_accepted(desk: Desk) -> None:
    new = desk.maker.make(NOW, NOW)
    elsewhere, _ = ring_of(desk.maker, new)
    token, _ = AccessTokens(elsewhere, RULES, FORMER).issue(SESSION, USER, NOW)
    desk.table.keys = [desk.key, new]
    with pytest.raises(TokenInvalid):
        desk.tokens.read(token, NOW)
    assert (await desk.tokens.verify(token, NOW)).session_id == SESSION
    assert desk.table.reads == 1
    await desk.tokens.verify(token, NOW)
    assert desk.table.reads == 1


async def test_what_is_wrong_otherwise_reads_no_keys(desk: Desk) -> None:
    for token in ("junk", desk.forged({"typ": "JWT"}), desk.forged(aud="elsewhere"), former()):
        with pytest.raises(TokenInvalid):
            await desk.tokens.verify(token, NOW)
    assert desk.table.reads == 0


def test_a_revoked_key_is_refused_at_once_also_from_the_cache(desk: Desk) -> None:
    token, _ = desk.tokens.issue(SESSION, USER, NOW)
    desk.tokens.read(token, NOW)
    desk.ring.replace([replace(desk.key, revoked_at=NOW), desk.maker.make(NOW, NOW)])
    with pytest.raises(TokenInvalid):
        desk.tokens.read(token, NOW)


def test_the_cache_of_verified_tokens_is_bounded_and_drops_expired_ones(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.auth.access_tokens.TOKENS_KEPT", 3)
    issued = [desk.tokens.issue(uuid4(), USER, NOW) for _ in range(5)]
    for token, _ in issued:
        desk.tokens.read(token, NOW)
    token, expires = issued[-1]
    assert len(desk.tokens._known) == 3
    with pytest.raises(TokenExpired):
        desk.tokens.read(token, expires)
    assert len(desk.tokens._known) == 2


def test_a_stored_key_reveals_nothing_without_the_secret(desk: Desk) -> None:
    raw = desk.opened.private.private_bytes_raw()
    assert raw not in desk.key.sealed
    assert desk.key.sealed.hex() not in repr(desk.key)
    assert SealedKeys([SECRET + "!"]).open(desk.key) is None
    assert SealedKeys(["new" * 20, SECRET]).open(desk.key) is not None, "an earlier secret still decrypts"
    assert desk.maker.open(replace(desk.key, kid="another name")) is None
    assert desk.maker.open(replace(desk.key, sealed=b"")) is None
    assert hmac.digest(SECRET.encode(), b"signing keys", "sha256") not in desk.key.sealed


def test_the_name_of_a_key_is_its_thumbprint() -> None:
    """RFC 8037, appendix A.3."""
    members = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(members) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


async def test_readings_are_shared(desk: Desk) -> None:
    table = Table([desk.key])
    desk.ring._load = table.load
    await asyncio.gather(*(desk.ring.renew() for _ in range(20)))
    assert table.reads <= 2
