"""The judge of the timing of sign-ins: what can be told is told, and noise is not."""

from __future__ import annotations

import random

from bench.oracle.__main__ import accuracy


def test_times_that_differ_are_told_apart_in_either_direction() -> None:
    fast, slow = [1.0, 1.1, 1.2, 1.3] * 10, [2.0, 2.1, 2.2, 2.3] * 10
    assert accuracy(fast, slow) == accuracy(slow, fast) == 1.0


def test_one_attempt_in_four_that_tells_is_seen() -> None:
    known = [1.0, 1.0, 1.0, 9.0] * 25
    assert accuracy([1.0] * 100, known) > 0.6


def test_noise_reveals_nothing() -> None:
    chance = random.Random(4711)  # noqa: S311 - always the same noise
    unknown, known = ([chance.gauss(20, 3) for _ in range(2000)] for _ in range(2))
    assert 0.45 < accuracy(unknown, known) < 0.55
