"""A message from Redis is accepted only if this deployment wrote it, for this log and this channel, and only once."""

from __future__ import annotations

from uuid import UUID

import pytest

from persistence.redis.namespace import RedisNamespace

ONE, OTHER = UUID(int=1), UUID(int=2)


def bound(secret: str = "a secret", epoch: UUID = ONE) -> RedisNamespace:
    made = RedisNamespace(secret)
    made.bind(epoch)
    return made


def test_an_instance_opens_what_another_one_sealed() -> None:
    sender, receiver = bound(), bound()
    assert sender.name("events") == receiver.name("events")
    for text in ("", "[1]", "Zoë \u2603", "1" * 200):
        assert receiver.open("events", sender.seal("events", text)) == text
    assert receiver.refused == 0


@pytest.mark.parametrize("sender", [bound("another secret"), bound(epoch=OTHER)], ids=["secret", "log"])
def test_deployments_and_logs_share_neither_names_nor_messages(sender: RedisNamespace) -> None:
    receiver = bound()
    assert sender.name("events") != receiver.name("events")
    assert sender.hidden("limit", "b", "a@example.com") != receiver.hidden("limit", "b", "a@example.com")
    assert receiver.open("events", sender.seal("events", "[]")) is None
    assert receiver.verified("presence", sender.sign("presence", "u:i")) is None
    assert receiver.refused == 2


def test_a_message_is_opened_once_on_its_own_channel_and_only_unaltered() -> None:
    sender, receiver = bound(), bound()
    old, sealed = sender.seal("events", "[old]"), sender.seal("events", "[new]")
    assert receiver.open("nudge", sealed) is None
    for place in range(len(sealed)):
        changed = "x" if sealed[place] != "x" else "y"
        assert receiver.open("events", sealed[:place] + changed + sealed[place + 1 :]) is None, place
        assert receiver.open("events", sealed[:place]) is None, place
    assert receiver.open("events", sealed) == "[new]"
    before = receiver.refused
    assert receiver.open("events", sealed) is None, "sent again"
    assert receiver.open("events", old) is None, "recorded before, and sent after"
    assert receiver.refused == before + 2


def test_a_message_from_before_a_fork_is_not_accepted_in_the_new_log() -> None:
    sender, receiver = bound(), bound()
    recorded, moved = sender.seal("events", "[9]"), []
    receiver.listen(lambda: moved.append(receiver.name("events")))
    receiver.bind(ONE)
    assert not moved, "the same log is no change"
    receiver.bind(OTHER)
    assert moved == [bound(epoch=OTHER).name("events")]
    assert receiver.open("events", recorded) is None


def test_a_name_contains_neither_client_address_nor_email() -> None:
    name = bound().hidden("limit", "sign_in_account", "pat@example.com")
    assert name.startswith("rollcall:")
    assert "pat" not in name
    assert name != bound().hidden("limit", "sign_in_accountp", "at@example.com"), (
        "the parts are separated unambiguously"
    )


def test_nothing_is_named_or_sealed_before_the_log_is_known() -> None:
    made = RedisNamespace("a secret")
    assert not made.bound
    with pytest.raises(RuntimeError):
        made.hidden("limit", "a")
    with pytest.raises(RuntimeError):
        made.seal("events", "")
    with pytest.raises(RuntimeError):
        made.sign("presence", "u")
