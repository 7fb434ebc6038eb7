"""What receivers get: the JSON of an event, signed as the specification says, and verified as its receivers do."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from api.webhooks.messages import sign, write_message
from api.webhooks.secrets import SealedWebhookSecrets
from domain.cursors import sequence_cursor
from domain.models.event import Change, Event, Subject
from domain.models.event_types import EventType, SubjectKind

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
EPOCH, ENDPOINT = UUID(int=7), UUID(int=8)
KEY = "x1y2z3k4l5m6n7o8p9q0r1s2t3u4v5w6x7y8"
EVENT = Event(
    EventType.USER_UPDATED,
    Subject(SubjectKind.USER, UUID(int=1)),
    UUID(int=1),
    NOW,
    actor_id=UUID(int=2),
    changes=[Change("display_name", "Ada", "Ada \N{SNOWMAN}")],
    user_version=3,
    request_id="r1",
    ip_address="192.0.2.7",
    id=UUID(int=9),
    seq=42,
)


def test_a_signature_is_that_of_the_specification() -> None:
    """The example of its reference libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_has_the_event_and_one_signature_for_each_secret() -> None:
    message = write_message(EVENT, EPOCH, "https://example.com/hook", [b"new", b"old"], NOW)
    headers = dict(message.headers)
    assert orjson.loads(message.body) == {
        "type": "user_updated",
        "timestamp": "2026-01-02T03:04:05+00:00",
        "data": {
            "id": str(EVENT.id),
            "cursor": sequence_cursor(EPOCH, 42),
            "subjectKind": "user",
            "subjectId": str(UUID(int=1)),
            "userId": str(UUID(int=1)),
            "userVersion": 3,
            "actorId": str(UUID(int=2)),
            "requestId": "r1",
            "changes": [{"field": "display_name", "before": "Ada", "after": "Ada \N{SNOWMAN}"}],
        },
    }
    assert headers["webhook-id"] == str(EVENT.id)
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert headers["content-type"] == "application/json"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + message.body
    for secret, signature in zip((b"new", b"old"), headers["webhook-signature"].split(" "), strict=True):
        version, _, digest = signature.partition(",")
        assert version == "v1"
        assert base64.b64decode(digest) == hmac.new(secret, signed, hashlib.sha256).digest()


def test_neither_address_nor_body_nor_signature_is_shown_by_accident() -> None:
    message = write_message(EVENT, EPOCH, "https://example.com/?key=hunter2", [b"secret"], NOW)
    assert "hunter2" not in repr(message)
    assert "Ada" not in repr(message)


def test_a_secret_is_32_random_bytes_and_is_stored_encrypted() -> None:
    secrets = SealedWebhookSecrets([KEY])
    one, other = secrets.make(ENDPOINT), secrets.make(ENDPOINT)
    assert one.text.startswith("whsec_")
    raw = base64.b64decode(one.text.removeprefix("whsec_"), validate=True)
    assert len(raw) == 32
    assert one.text != other.text
    assert raw not in one.sealed
    assert secrets.open(one.sealed, ENDPOINT) == raw


@pytest.mark.parametrize("change", ["endpoint", "key", "bytes"])
def test_a_secret_of_another_endpoint_or_key_is_not_opened(change: str) -> None:
    made = SealedWebhookSecrets([KEY]).make(ENDPOINT)
    opener = SealedWebhookSecrets(["another key of the test, long enough" if change == "key" else KEY])
    sealed = made.sealed[:-1] + bytes([made.sealed[-1] ^ 1]) if change == "bytes" else made.sealed
    assert opener.open(sealed, UUID(int=99) if change == "endpoint" else ENDPOINT) is None


def test_after_a_change_of_secret_key_the_old_one_still_opens() -> None:
    made = SealedWebhookSecrets([KEY]).make(ENDPOINT)
    assert SealedWebhookSecrets(["the new key of the test, long enough", KEY]).open(made.sealed, ENDPOINT) is not None
