"""`rollcall verify` over real processes that are killed: it confirms what holds, and detects what does not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.cli.local.embedded.process import wait_until
from bench.verify.faults import end_leader, kill_instance, kill_postgres, kill_valkey
from bench.verify.stand import Stand, Verdict

LEFT = "select count(*) from users where email like 'rollcall-verify-%'"
OPEN = "select count(*) from sessions where ended_at is null"
LONG = "600"
"""Seconds of writing; a test ends it earlier with `terminate`."""
NONE_WRONG = dict.fromkeys(("resyncs", "gaps", "missing", "duplicates", "misordered", "strange", "lost"), 0)


def weakened(without: str) -> tuple[str, ...]:
    """The command of a server without one of its guarantees."""
    return (sys.executable, "-m", "tests.faults.weakened", without)


def begun(stand: Stand, events: int = 20) -> None:
    """Return once the writers have written this many events."""
    start = stand.events()
    assert wait_until(lambda: stand.events() >= start + events, 120)


def nothing_left(stand: Stand) -> None:
    """Assert that the accounts and all sessions are removed."""
    assert stand.fetch_value(LEFT) == 0
    assert stand.fetch_value(OPEN) == 0


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Two instances; both are restored after each test."""
    with Stand(tmp_path_factory.mktemp("stand"), fast=True) as running:
        yield running


def test_everything_holds_during_every_fault(stand: Stand) -> None:
    child = stand.verify("--seconds", LONG, "--subscribers", "20", "--writers", "4")
    begun(stand)
    for strike in (kill_instance, end_leader, kill_valkey, kill_postgres):
        strike(stand)
        begun(stand, 60)
    kill_instance(stand, 1)
    assert child.poll() is None, "every fault was caused while it ran"
    child.terminate()
    verdict = stand.verdict(child)
    assert verdict.code == 0, verdict
    report = verdict.report
    assert {name: report[name] for name in NONE_WRONG} == NONE_WRONG
    assert report["faults"] == []
    assert report["acknowledged"] > 200
    assert report["refused"] > 20
    assert report["reconnects"] - report["reconnects_chosen"] >= 10, (
        "half of them were connected to each killed instance"
    )
    assert report["receipts"] == 20 * report["events"]
    nothing_left(stand)


def test_a_thousand_subscribers_on_one_instance(stand: Stand) -> None:
    verdict = stand.verdict(stand.verify("--seconds", "10", "--subscribers", "1000", only=0), 120)
    assert verdict.code == 0, verdict
    assert verdict.report["receipts"] == 1000 * verdict.report["events"]
    nothing_left(stand)


def test_an_interruption_ends_the_writing_but_not_the_check(stand: Stand) -> None:
    child = stand.verify("--seconds", LONG)
    begun(stand)
    child.terminate()
    verdict = stand.verdict(child, 60)
    assert verdict.code == 0, verdict
    assert verdict.report["acknowledged"] > 10
    nothing_left(stand)


def test_a_second_interruption_ends_the_check_and_cleans_up(stand: Stand) -> None:
    child = stand.verify("--seconds", LONG, "--subscribers", "4")
    begun(stand)
    stand.instances[1].freeze()  # so that the check cannot end by itself
    try:
        child.terminate()
        assert wait_until(lambda: bool((stand.folder / "said").read_text()), 60), "the interruption was not noticed"
        child.terminate()
    finally:
        stand.instances[1].thaw()
    verdict = stand.verdict(child, 60)
    assert verdict.code in (0, 2), verdict
    assert "Traceback" not in verdict.said
    nothing_left(stand)


def verdict_without(folder: Path, without: str, strike: Callable[[Stand], None]) -> Verdict:
    """The verdict on two servers without this guarantee, after a fault that needs it."""
    with Stand(folder, [weakened(without)] * 2, fast=True) as running:
        child = running.verify("--seconds", LONG, "--subscribers", "12", "--patience", "5")
        begun(running)
        strike(running)
        begun(running, 60)
        child.terminate()
        return running.verdict(child, 120)


def test_without_gap_detection_the_lost_events_are_named(tmp_path: Path) -> None:
    verdict = verdict_without(tmp_path, "gaps", kill_valkey)
    assert verdict.code == 1, verdict
    assert verdict.report["verdict"] == "disproved"
    assert verdict.report["gaps"] > 0
    assert verdict.report["missing"] > 0
    assert verdict.report["lost"] == 0, "the table has the events"
    assert any(
        "never saw USER_UPDATED rollcall-verify-" in fault and "(event " in fault for fault in verdict.report["faults"]
    )


def test_without_replay_the_lost_events_are_named(tmp_path: Path) -> None:
    verdict = verdict_without(tmp_path, "replay", kill_instance)
    assert verdict.code == 1, verdict
    assert verdict.report["reconnects"] > 0, "those who were connected to the killed instance"
    assert verdict.report["missing"] > 0


def test_an_event_received_twice_is_detected(tmp_path: Path) -> None:
    verdict = verdict_without(tmp_path, "twice", kill_instance)
    assert verdict.code == 1, verdict
    assert verdict.report["duplicates"] > 0
    assert verdict.report["missing"] == 0


def test_an_acknowledged_write_without_a_commit_is_detected(tmp_path: Path) -> None:
    verdict = verdict_without(tmp_path, "commit", kill_instance)
    assert verdict.code == 1, verdict
    assert verdict.report["lost"] > 0
    assert any("was acknowledged and is not in the log" in fault for fault in verdict.report["faults"])
