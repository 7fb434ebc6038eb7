"""`rollcall verify` while the database is replaced by an older one: it names the lost writes and reports nothing else.

Acknowledged writes that the other database does not have are lost; no server can prevent that, and the verdict names
them. But no subscriber misses an event of the present log, gets one twice or out of order, or keeps one that is not in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.verify.stand import Stand, Verdict
from tests.faults.databases import Clusters, clusters, cut_off, promoted
from tests.faults.test_verify import LONG, begun

NONE_WRONG = dict.fromkeys(("gaps", "missing", "duplicates", "misordered", "strange"), 0)


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    """Two instances."""
    with Stand(tmp_path, fast=True) as running:
        yield running


@pytest.fixture
def standbys(stand: Stand) -> Iterator[Clusters]:
    """The copies of their database."""
    with clusters(stand.engines) as found:
        yield found


def assert_only_lost_writes_reported(verdict: Verdict) -> None:
    """Assert that the report names lost acknowledged writes, and nothing else."""
    report = verdict.report
    assert {name: report[name] for name in NONE_WRONG} == NONE_WRONG, verdict
    assert [fault for fault in report["faults"] if not fault.endswith("was acknowledged and is not in the log")] == []
    assert report["lost"] == len(report["faults"]) > 10, verdict
    assert report["withdrawn"] > 0
    assert report["resyncs"] >= 1
    assert report["events"] > 20


def test_a_standby_is_promoted_without_the_last_writes(stand: Stand, standbys: Clusters) -> None:
    standby = standbys.standby()
    child = stand.verify("--seconds", LONG, "--subscribers", "12", "--allow-resync")
    begun(stand, 40)
    asyncio.run(cut_off(standbys, standby))
    begun(stand, 40)
    standbys.postgres.kill()
    asyncio.run(promoted(standbys, standby))
    standby.stop()
    standby.port = standbys.postgres.port
    standby.start()
    begun(stand, 100)
    assert child.poll() is None, "the command ended before the fault"
    child.terminate()
    assert_only_lost_writes_reported(stand.verdict(child))


def test_a_dump_is_restored_in_place(stand: Stand, standbys: Clusters) -> None:
    child = stand.verify("--seconds", LONG, "--subscribers", "12", "--allow-resync")
    begun(stand, 40)
    dump = standbys.dump()
    begun(stand, 40)
    standbys.restore_in_place(dump)
    begun(stand, 100)
    assert child.poll() is None, "the command ended before the fault"
    child.terminate()
    assert_only_lost_writes_reported(stand.verdict(child))
