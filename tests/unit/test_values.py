"""The domain's value objects, with their edge cases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.backoff import Backoff
from domain.cursors import parse_cursor, sequence_cursor
from domain.errors import RateLimited, Taken, ValidationFailed
from domain.models.actor import Role
from domain.models.directory import UserFilter, UserQuery
from domain.models.event import NIL, Event, NewEvent, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.models.relevance import parse_search
from domain.models.text import EMAIL_MAX, canonical_email
from domain.services.user import new_user
from domain.turns import Turns

ADA, BO = uuid4(), uuid4()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("user_id", "actor_id", "id_", "named"),
    [
        (ADA, BO, ADA, True),
        (ADA, BO, BO, True),
        (ADA, None, BO, False),
        (None, None, None, False),
        (None, BO, None, False),
        (ADA, BO, None, False),
    ],
)
def test_an_event_knows_its_user_and_its_actor(
    user_id: UUID | None, actor_id: UUID | None, id_: UUID | None, named: bool
) -> None:
    event = NewEvent(EventType.USER_UPDATED, Subject(SubjectKind.USER, ADA), user_id, NOW, actor_id)
    assert event.names(id_) is named


def test_an_event_read_from_text_has_ids_again() -> None:
    event = Event(
        EventType.USER_UPDATED, Subject(SubjectKind.USER, ADA), ADA, NOW, BO, uuid4(), id=uuid4(), seq=1, ord=1
    )
    record: dict[str, Any] = {k: str(v) if isinstance(v, UUID) else v for k, v in event.to_record().items()}
    record["occurred_at"] = NOW.isoformat()
    read = Event.from_record(record)
    assert (read.actor_id, read.session_id, read.user_id, read.id) == (BO, event.session_id, ADA, event.id)
    assert Event.from_record(record | {"actor_id": None, "session_id": None}).names(NIL) is False


@pytest.mark.parametrize("wanted", [True, False, None])
@pytest.mark.parametrize("verified", [True, False])
def test_the_filter_of_verified_addresses(wanted: bool | None, verified: bool) -> None:
    user = replace(new_user("ada@example.com", "Ada", Role.MEMBER, NOW), email_verified_at=NOW if verified else None)
    assert UserFilter(email_verified=wanted).matches(user, frozenset()) is (wanted in (None, verified))


def test_only_a_search_waits_for_the_other_searches_of_its_requester() -> None:
    assert UserQuery(requester=ADA).searcher is None
    assert UserQuery(search=parse_search("ada"), requester=ADA).searcher == ADA


def test_a_rate_limit_states_when_to_try_again() -> None:
    assert RateLimited(7).details == {"retry_after": 7}
    assert RateLimited(0).details == {"retry_after": 1}


def test_a_taken_field_is_named_in_words() -> None:
    assert Taken("display_name").message == "This display name is taken"
    assert Taken("email").message == "This e-mail address is taken"


def test_the_longest_address() -> None:
    address = "a@" + ".".join(["d" * 63] * 3 + ["d" * 60])
    assert len(address) == EMAIL_MAX
    assert canonical_email(address) == address
    with pytest.raises(ValidationFailed):
        canonical_email(address + "d")


@pytest.mark.parametrize("added", ["!", " ", "\n", "é"])
def test_a_cursor_with_other_content_is_not_valid(added: str) -> None:
    cursor = sequence_cursor(uuid4(), 12)
    assert parse_cursor(cursor) is not None
    for place in (0, 3, len(cursor)):
        assert parse_cursor(cursor[:place] + added + cursor[place:]) is None


async def test_delays_are_half_to_one_and_a_half_times_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    backoff = Backoff(8.0, 8.0)
    for _ in range(200):
        await backoff.wait()
    assert all(4.0 <= seconds <= 12.0 for seconds in waited)
    assert max(waited) - min(waited) > 4.0, "the delays differ"


async def test_a_cancelled_waiter_is_skipped() -> None:
    turns = Turns(each=1)
    async with turns.turn("one"):
        waiting = [asyncio.create_task(_once(turns)) for _ in range(2)]
        while turns.waiting < 2:
            await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.wait(waiting[:1])
        assert turns.waiting == 1
    await waiting[1]
    assert turns.running == turns.waiting == 0


async def _once(turns: Turns) -> None:
    async with turns.turn("one"):
        pass
