"""Up to which position earlier epochs agree with the present one."""

from __future__ import annotations

from uuid import UUID

import pytest

from api.cli.proof.checks import check_subscriber
from api.cli.proof.subscriber import RESYNC
from domain.models.log import Ancestor, LogState

EPOCH = UUID("cccccccc-0000-4000-8000-000000000000")
LOG = LogState(EPOCH, 90, 3, (Ancestor("aaaaaaaa", 50), Ancestor("bbbbbbbb", 40), Ancestor("dddddddd", 60)))


@pytest.mark.parametrize(
    ("epoch", "shared"),
    [("cccccccc", 90), ("dddddddd", 60), ("bbbbbbbb", 40), ("aaaaaaaa", 40), ("eeeeeeee", None)],
)
def test_the_smallest_shared_head_of_the_later_epochs_counts(epoch: str, shared: int | None) -> None:
    assert LOG.shared_head(epoch) == shared


def test_events_that_a_resync_withdrew_are_not_strange() -> None:
    places = {1: 0, 2: 1, 5: 2, 6: 3}
    seen = check_subscriber([1, 2, 8, 9, RESYNC, 6], places, 4, allow_resync=True)
    assert (seen.withdrawn, seen.strange, seen.lost, seen.duplicates, seen.misordered) == (2, 0, 0, 0, 0)
    silent = check_subscriber([1, 2, 8, 9, 5, 6], places, 4, allow_resync=True)
    assert (silent.withdrawn, silent.strange) == (0, 2), "no resync withdrew them"
    forbidden = check_subscriber([1, 2, 8, 9, RESYNC, 5, 6], places, 4, allow_resync=False)
    assert (forbidden.withdrawn, forbidden.strange) == (0, 2)
