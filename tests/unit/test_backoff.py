"""The delay after each failure."""

from __future__ import annotations

from domain.backoff import Backoff


def test_the_delay_doubles_up_to_its_maximum() -> None:
    backoff = Backoff(0.5, 3.0)
    assert [backoff.take() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_a_success_resets_the_delay() -> None:
    backoff = Backoff(0.5, 3.0)
    backoff.take(), backoff.take()
    backoff.reset()
    assert backoff.take() == 0.5
