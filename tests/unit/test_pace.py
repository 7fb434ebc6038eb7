"""How fast a socket is read: a permitted burst is not delayed, a lasting flood is."""

from __future__ import annotations

import pytest

from api.sockets.operations import OPERATIONS_MAX
from api.sockets.pace import BURST, DELAYED_MAX, PER_SECOND, Flood, Pace


def test_a_burst_allows_each_operation_twice() -> None:
    assert BURST >= 2 * OPERATIONS_MAX + 50
    pace = Pace()
    assert [pace.delay(0.0) for _ in range(BURST)] == [0.0] * BURST
    assert pace.delay(0.0) == pytest.approx(1 / PER_SECOND)


def test_a_flood_is_read_at_the_permitted_rate_and_then_refused() -> None:
    pace, now = Pace(), 0.0
    for _ in range(BURST + DELAYED_MAX):
        now += pace.delay(now)
    assert now == pytest.approx(DELAYED_MAX / PER_SECOND)
    with pytest.raises(Flood):
        pace.delay(now)


def test_the_permitted_rate_may_last_and_bursts_may_recur() -> None:
    pace = Pace()
    assert not any(pace.delay(n / PER_SECOND) for n in range(1, 10_000))
    now = 10_000 / PER_SECOND
    for _ in range(20):
        now += BURST / PER_SECOND
        assert not any(pace.delay(now) for _ in range(BURST))


def test_delays_are_reset_after_a_pause() -> None:
    pace, now = Pace(), 0.0
    for _ in range(5):
        for _ in range(BURST + DELAYED_MAX - 1):
            now += pace.delay(now)
        now += BURST / PER_SECOND + 1
