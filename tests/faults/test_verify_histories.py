"""`rollcall verify` while the database is replaced by an older one: it names what is lost, and everybody else is right.

Writes that were acknowledged and not in the other database are lost, which no server can mend: the verdict says so. But
no subscriber misses an event of the log as it is, sees one twice or out of order, or keeps one that is not in it.
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
def made(stand: Stand) -> Iterator[Clusters]:
    """What is made of their database."""
    with clusters(stand.engines) as found:
        yield found


def only_the_lost_are_wrong(verdict: Verdict) -> None:
    """Assert that the report names acknowledged writes that are lost, and nothing else."""
    report = verdict.report
    assert {name: report[name] for name in NONE_WRONG} == NONE_WRONG, verdict
    assert [fault for fault in report["faults"] if not fault.endswith("was acknowledged and is not in the log")] == []
    assert report["lost"] == len(report["faults"]) > 10, verdict
    assert report["withdrawn"] > 0
    assert report["resyncs"] >= 1
    assert report["events"] > 20


def test_a_standby_is_promoted_without_the_last_writes(stand: Stand, made: Clusters) -> None:
    standby = made.standby()
    child = stand.verify("--seconds", LONG, "--subscribers", "12", "--allow-resync")
    begun(stand, 40)
    asyncio.run(cut_off(made, standby))
    begun(stand, 40)
    made.postgres.kill()
    asyncio.run(promoted(made, standby))
    standby.stop()
    standby.port = made.postgres.port
    standby.start()
    begun(stand, 100)
    assert child.poll() is None, "it was still writing"
    child.terminate()
    only_the_lost_are_wrong(stand.verdict(child))


def test_a_dump_is_restored_in_place(stand: Stand, made: Clusters) -> None:
    child = stand.verify("--seconds", LONG, "--subscribers", "12", "--allow-resync")
    begun(stand, 40)
    dump = made.dump()
    begun(stand, 40)
    made.restore_in_place(dump)
    begun(stand, 100)
    assert child.poll() is None, "it was still writing"
    child.terminate()
    only_the_lost_are_wrong(stand.verdict(child))
