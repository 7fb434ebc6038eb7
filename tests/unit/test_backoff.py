"""How long is waited after one failure and the next."""

from __future__ import annotations

from domain.backoff import Backoff


def test_it_doubles_up_to_the_longest() -> None:
    backoff = Backoff(0.5, 3.0)
    assert [backoff.take() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_after_a_success_it_is_short_again() -> None:
    backoff = Backoff(0.5, 3.0)
    backoff.take(), backoff.take()
    backoff.reset()
    assert backoff.take() == 0.5
