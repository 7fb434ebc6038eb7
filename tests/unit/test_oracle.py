"""The check of sign-in timing: it reports a difference that reveals accounts, and does not report noise."""

from __future__ import annotations

import random

from bench.oracle.__main__ import accuracy


def test_different_times_are_detected_in_either_direction() -> None:
    fast, slow = [1.0, 1.1, 1.2, 1.3] * 10, [2.0, 2.1, 2.2, 2.3] * 10
    assert accuracy(fast, slow) == accuracy(slow, fast) == 1.0


def test_a_difference_in_one_attempt_in_four_is_detected() -> None:
    known = [1.0, 1.0, 1.0, 9.0] * 25
    assert accuracy([1.0] * 100, known) > 0.6


def test_noise_is_not_reported() -> None:
    chance = random.Random(4711)  # noqa: S311 - always the same noise
    unknown, known = ([chance.gauss(20, 3) for _ in range(2000)] for _ in range(2))
    assert 0.45 < accuracy(unknown, known) < 0.55
