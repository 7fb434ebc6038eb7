"""Edge cases of the domain's value objects. Each of these rules was once a surviving mutant."""

from __future__ import annotations

import asyncio
import gc
import weakref
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain import errors
from domain.cursors import FRESH, UNFINISHED, LogCursor, fresh_cursor, parse_cursor, unfinished_cursor
from domain.errors import FieldFault, ValidationFailed
from domain.models.actor import Role, system
from domain.models.directory import UserFilter
from domain.models.log import LogRange
from domain.models.session import EndReason, Session, session_ended
from domain.models.text import canonical_email
from domain.services.user import new_user
from domain.tasks import Tasks

EPOCH = UUID(int=1 << 96)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_cursors_without_a_role_name_their_purpose() -> None:
    assert parse_cursor(fresh_cursor(EPOCH, 7)) == LogCursor.reached(EPOCH, 7, FRESH)
    assert parse_cursor(unfinished_cursor(EPOCH)) == LogCursor.reached(EPOCH, 0, UNFINISHED)


def test_a_range_of_the_log_counts_its_entries() -> None:
    assert LogRange(horizon=3, last=10).count == 7


def test_a_fault_without_a_value_shows_none() -> None:
    assert ValidationFailed([FieldFault("email", "Missing", None)]).details == {"field": "email"}
    assert ValidationFailed([FieldFault("email", "Wrong", "x")]).details == {"field": "email", "value": "x"}


@pytest.mark.parametrize(("days", "after", "before"), [(-1, False, True), (0, False, False), (1, True, False)])
def test_the_filter_of_creation_excludes_both_ends(days: int, after: bool, before: bool) -> None:
    user = new_user("ada@example.com", "Ada", Role.MEMBER, NOW + timedelta(days=days))
    assert UserFilter(created_after=NOW).matches(user, frozenset()) is after
    assert UserFilter(created_before=NOW).matches(user, frozenset()) is before


@pytest.mark.parametrize("reason", list(EndReason))
def test_the_end_of_a_session_has_its_reason(reason: EndReason) -> None:
    user = new_user("ada@example.com", "Ada", Role.MEMBER, NOW)
    [change] = session_ended(system(), user, uuid4(), reason, NOW).changes
    assert (change.field, change.before, change.after) == ("reason", None, reason.value)


def test_a_cursor_with_a_character_outside_the_alphabet_is_invalid() -> None:
    text = str(LogCursor("0123abcd", seq=7))
    assert parse_cursor(text) == LogCursor("0123abcd", seq=7)
    assert parse_cursor(text[:4] + "!" + text[4:]) is None


def test_an_address_may_have_many_blanks_around_it() -> None:
    assert canonical_email(" " * 600 + "ada@example.com") == "ada@example.com"
    with pytest.raises(errors.ValidationFailed):
        canonical_email(" " * 6000 + "ada@example.com")


def test_a_session_is_live_until_the_moment_it_expires() -> None:
    session = Session(uuid4(), uuid4(), NOW, NOW, NOW + timedelta(days=1))
    assert session.is_live(session.expires_at - timedelta(microseconds=1))
    assert not session.is_live(session.expires_at)


async def test_a_task_that_has_ended_is_not_kept() -> None:
    tasks, ran = Tasks(), asyncio.Event()

    async def work() -> None:
        ran.set()

    tasks.spawn(work(), "short")
    [task] = [weakref.ref(t) for t in asyncio.all_tasks() if t.get_name() == "short"]
    async with asyncio.timeout(60):
        await ran.wait()
        while task() is not None:
            await asyncio.sleep(0)
            gc.collect()
