"""The pure parts of `make stack`: what its programs are configured with, the figures of its probe, and the verdicts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.cli.local.embedded.process import wait_until
from bench.topology import configurations as configured
from bench.topology.configurations import Member, Passwords
from bench.topology.faults import FAULTS, Fault
from bench.topology.hosts import RESTART_SECONDS, Host, Kept
from bench.topology.probe import Asked, fault_of, figures_of
from bench.topology.topology import keep_logs, sockets_in
from bench.topology.verdicts import HEAD, table, verdict_of

MEMBERS = [Member(f"postgres-{n}", "127.0.0.1", 5400 + i, 8400 + i, Path("/data") / n) for i, n in enumerate("abc")]
PASSWORDS = Passwords("super", "replicator's", "own")
HARMLESS = Fault("restart", "rolling restart", lambda _: None, harmless=True)
HARMFUL = Fault("primary", "kill -9", lambda _: None)
RESYNCS = Fault("restore", "restore", lambda _: None, resyncs=True)
PROVEN: dict[str, Any] = {
    "verdict": "proven",
    "faults": [],
    "unknown": 0,
    "resyncs": 0,
    "subscribers": 20,
    "lost": 0,
    "acknowledged": 1_200,
    "missing": 0,
    "receipts": 24_000,
    "duplicates": 0,
}


def test_a_write_is_acknowledged_by_two_servers_and_a_crashed_primary_is_not_waited_for() -> None:
    text = configured.patroni(MEMBERS[0], ["127.0.0.1:1", "127.0.0.1:2"], Path("/bin"), PASSWORDS, Path("/f"))
    given = json.loads(text)
    shared = given["bootstrap"]["dcs"]
    assert (shared["synchronous_mode"], shared["synchronous_mode_strict"], shared["primary_start_timeout"]) == (
        True,
        True,
        0,
    )
    assert shared["loop_wait"] + 2 * shared["retry_timeout"] <= shared["ttl"], "Patroni would change them"
    assert given["etcd3"]["hosts"] == ["127.0.0.1:1", "127.0.0.1:2"]
    assert given["postgresql"]["listen"] == given["postgresql"]["connect_address"] == "127.0.0.1:5400"


def test_every_member_of_etcd_knows_all_others() -> None:
    peers = {"etcd-a": "http://127.0.0.1:1", "etcd-b": "http://127.0.0.1:2"}
    given = configured.etcd("etcd-b", "http://127.0.0.1:3", peers, Path("/data"))
    assert "--initial-cluster=etcd-a=http://127.0.0.1:1,etcd-b=http://127.0.0.1:2" in given
    assert "--listen-peer-urls=http://127.0.0.1:2" in given


def test_haproxy_asks_patroni_at_each_server() -> None:
    text = configured.haproxy("127.0.0.1", 5000, MEMBERS)
    for member in MEMBERS:
        assert f"server {member.name} 127.0.0.1:{member.port} port {member.api_port}\n" in text
    assert "on-marked-down shutdown-sessions" in text, "connections to an earlier primary would stay"


def test_pgbouncer_leads_to_haproxy() -> None:
    text = configured.pgbouncer("127.0.0.1", 6000, 5000, Path("/users"))
    assert "rollcall = host=127.0.0.1 port=5000 dbname=rollcall\n" in text
    assert "pool_mode = transaction\n" in text


def asked(*faults: str | None) -> list[Asked]:
    """A request a second from the second 10 on, each of which takes a tenth of a second more than the one before."""
    return [Asked(10.0 + n, 0.1 * (n + 1), writes=False, fault=f) for n, f in enumerate(faults)]


def test_the_window_is_from_the_first_failure_to_the_first_request_after_the_last_one() -> None:
    found = figures_of(asked(None, "HTTP 503", None, "HTTP 502", None, None), 0, 100)
    assert (found.requests, found.failed, found.faults) == (6, 2, ("HTTP 502", "HTTP 503"))
    assert found.window == pytest.approx(3.0)
    assert found.slowest == found.p99 == pytest.approx(0.6)


def test_a_window_that_does_not_end_lasts_to_the_last_answer() -> None:
    assert figures_of(asked(None, "timeout", "timeout"), 0, 100).window == pytest.approx(1.3)


def test_only_the_requests_of_the_period_count_and_none_are_no_failure() -> None:
    assert figures_of(asked("early", None, "late"), 11, 12).failed == 0
    empty = figures_of([], 0, 100)
    assert (empty.requests, empty.window, empty.p99, empty.slowest) == (0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, '{"data": {"me": {"id": "1"}}}', None),
        (200, '{"data": {"updateUser": {"__typename": "UserPayload"}}}', None),
        (200, '{"data": {"updateUser": {"__typename": "Conflict", "code": "STALE"}}}', "STALE"),
        (200, '{"errors": [{"message": "m", "extensions": {"code": "UNAVAILABLE"}}]}', "UNAVAILABLE"),
        (200, "<html>", "not JSON"),
        (503, "{}", "HTTP 503"),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_a_failure(status: int, body: str, fault: str | None) -> None:
    assert fault_of(httpx.Response(status, text=body)) == fault


def figures(*faults: str | None) -> Any:
    return figures_of(asked(*faults), 0, 100)


def test_a_harmless_fault_may_fail_no_request() -> None:
    assert verdict_of(HARMLESS, figures(None), PROVEN).why is None
    assert verdict_of(HARMFUL, figures(None, "HTTP 503"), PROVEN).why is None
    assert verdict_of(HARMLESS, figures(None, "HTTP 503"), PROVEN).why == "1 requests failed: HTTP 503"
    assert verdict_of(HARMLESS, figures(None), PROVEN | {"unknown": 2}).why == "2 writes without an answer"


def test_what_verify_finds_is_wrong_after_any_fault() -> None:
    lost = PROVEN | {"verdict": "disproved", "faults": ["the create of x was acknowledged and is not in the log"]}
    assert verdict_of(HARMFUL, figures(None), lost).why == lost["faults"][0]
    assert verdict_of(HARMFUL, figures(None), PROVEN | {"verdict": "not proven"}).why == "rollcall verify saw nothing"


def test_after_a_restore_writes_are_lost_but_every_subscriber_is_sent_to_read_again() -> None:
    lost = {"verdict": "disproved", "faults": ["the create of x was acknowledged and is not in the log"]}
    assert verdict_of(RESYNCS, figures(None), PROVEN | lost | {"resyncs": 20}).why is None
    assert verdict_of(RESYNCS, figures(None), PROVEN | lost | {"resyncs": 19}).why is not None
    twice = PROVEN | {"verdict": "disproved", "faults": ["subscriber 1 saw 2 events twice"], "resyncs": 20}
    assert verdict_of(RESYNCS, figures(None), twice).why == "subscriber 1 saw 2 events twice"


def test_the_table_has_a_cell_for_each_column() -> None:
    lines = table([verdict_of(HARMFUL, figures(None, "HTTP 503", None), PROVEN)]).splitlines()
    assert {line.count("|") for line in lines} == {len(HEAD) + 1}
    assert lines[-1].startswith("| kill -9 | 1.0 | 3 | 1 |")
    assert lines[-1].endswith("| 0 of 1,200 | 0 of 24,000 | 0 | as expected |")


def test_the_names_of_the_faults_are_different() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_the_open_sockets_are_read_from_the_metrics() -> None:
    assert sockets_in("# TYPE rollcall_sockets gauge\nrollcall_sockets 17.0\nrollcall_sockets_closed_total 3\n") == 17
    assert sockets_in("") == 0


def test_a_program_that_ends_by_itself_is_started_again_until_it_is_stopped(tmp_path: Path) -> None:
    def starts() -> int:
        return kept.log.read_text().count("started") if kept.log.exists() else 0

    kept = Kept("ends", Host("gate"), ["/bin/sh", "-c", "echo started"], tmp_path, lambda: starts() > 0)
    with kept:
        assert wait_until(lambda: starts() >= 3, 30)
    after = starts()
    assert not wait_until(lambda: starts() > after, 5 * RESTART_SECONDS)


def test_the_logs_of_the_last_run_are_kept(tmp_path: Path) -> None:
    folder, kept = tmp_path / "run", tmp_path / "kept"
    folder.mkdir()
    for name in ("rollcall-a.log", "caddy.log"):
        (folder / name).write_text(name)
        keep_logs(folder, kept)
        (folder / name).unlink()
    assert [(file.name, file.read_text()) for file in kept.iterdir()] == [("caddy.log", "caddy.log")]
