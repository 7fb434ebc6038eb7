"""How a proof judges the writes by the log."""

from __future__ import annotations

import pytest

from api.cli.proof.checks import Entry, check_writes
from api.cli.proof.ledger import Kind, Ledger, Outcome, Person, Write

HOLDER = Person("holder", "a@example.com", 1)
CREATED = Entry("1", "c1", "USER_CREATED", "holder", "A", "a@example.com")
TAKEN = Entry("2", "c2", "USER_CREATED", "other", "B", "a@example.com")


def faults(write: Write, *entries: Entry) -> list[str]:
    return check_writes(Ledger([write]), entries)


def taken() -> Write:
    return Write(Kind.TAKEN, "B", HOLDER.email, HOLDER, Outcome.ACKNOWLEDGED)


def test_a_taken_address_is_refused() -> None:
    assert faults(taken(), CREATED, TAKEN) == ["the taken of B was acknowledged, but should have been refused"]


def test_an_address_whose_account_was_lost_is_free() -> None:
    assert faults(taken(), TAKEN) == []


def test_a_taken_address_that_was_lost_too_should_have_been_refused() -> None:
    assert faults(taken()) == ["the taken of B was acknowledged, but should have been refused"]


@pytest.mark.parametrize("there", [(), (CREATED,)])
def test_a_stale_version_is_always_refused(there: tuple[Entry, ...]) -> None:
    stale = Write(Kind.STALE, "B", HOLDER.email, HOLDER, Outcome.ACKNOWLEDGED)
    renamed = Entry("3", "c3", "USER_UPDATED", "holder", "B")
    assert faults(stale, *there, renamed) == ["the stale of B was acknowledged, but should have been refused"]


@pytest.mark.parametrize(
    ("outcome", "entries", "expected"),
    [
        (Outcome.ACKNOWLEDGED, (CREATED,), []),
        (Outcome.ACKNOWLEDGED, (), ["the create of A was acknowledged and is not in the log"]),
        (Outcome.ACKNOWLEDGED, (CREATED, CREATED), ["the create of A is in the log 2 times"]),
        (Outcome.REFUSED, (), []),
        (Outcome.REFUSED, (CREATED,), ["the create of A was refused and is in the log"]),
        (Outcome.UNKNOWN, (), []),
        (Outcome.UNKNOWN, (CREATED,), []),
        (Outcome.UNKNOWN, (CREATED, CREATED), ["the create of A is in the log 2 times"]),
    ],
)
def test_a_write_is_in_the_log_as_it_was_answered(
    outcome: Outcome, entries: tuple[Entry, ...], expected: list[str]
) -> None:
    assert faults(Write(Kind.CREATE, "A", HOLDER.email, HOLDER, outcome), *entries) == expected
