"""The parts of `rollcall serve --workers`: handing out, replacing, and the metrics of all."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from api.settings import ConfigurationError
from api.workers.handout import Handout, listen
from api.workers.process import Worker
from api.workers.siblings import Siblings, merged
from api.workers.supervisor import LONGEST_DELAY, Supervisor, delay_after
from tests.integration.logs import until
from tests.unit.test_bootstrap import NOWHERE


def exposed(value: float) -> bytes:
    """The metrics of a process."""
    registry = CollectorRegistry()
    Gauge("a_gauge", "One", registry=registry).set(value)
    Counter("a_count", "Two", ["by"], registry=registry).labels('a "}{ \\ b').inc(value)
    Histogram("a_time", "Three", registry=registry).observe(value)
    return generate_latest(registry)


def test_the_metrics_of_workers_have_their_number_as_a_label() -> None:
    text = merged({1: exposed(1), 2: exposed(2), 3: None}).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert len([line for line in text.splitlines() if line.startswith("# TYPE a_gauge")]) == 1
    found = {(s.name, *sorted(s.labels.items())): s.value for family in families.values() for s in family.samples}
    for worker in ("1", "2"):
        assert found["a_gauge", ("worker", worker)] == float(worker)
        assert found["a_count_total", ("by", 'a "}{ \\ b'), ("worker", worker)] == float(worker)
        assert found["a_time_sum", ("worker", worker)] == float(worker)
        assert found["rollcall_worker_up", ("worker", worker)] == 1
    assert found["rollcall_worker_up", ("worker", "3")] == 0
    assert families["a_time"].type == "histogram"


async def test_each_worker_answers_with_the_metrics_of_all(tmp_path: Path) -> None:
    async def own() -> bytes:
        return b"# HELP n N\n# TYPE n gauge\nn 2.0\n"

    one, two = (Siblings(number, 2, tmp_path) for number in (1, 2))
    alone = await one.together(b"")
    assert b'rollcall_worker_up{worker="2"} 0' in alone
    async with two.asked(own), Siblings(2, 2, tmp_path).asked(own):  # the second takes the place of the first
        assert b'n{worker="2"} 2.0\n' in await one.together(b"")


def test_delays_grow_and_end() -> None:
    assert [delay_after(n) for n in range(4)] == [0, 0.5, 1, 2]
    assert delay_after(1000) == LONGEST_DELAY


class FakeWorker:
    """A worker without a process; it counts the connections it was given, and takes at most `room`."""

    def __init__(self, number: int, changed: Callable[[], None], *, takes: bool = True, room: int = 100) -> None:
        self.number, self.pid, self.seconds = number, 0, 0.0
        self._changed, self.takes, self.was_ready, self.room = changed, takes, takes, room
        self.given, self.signals, self.left = 0, list[int](), False
        self._ended = asyncio.get_running_loop().create_future()
        self.ended = asyncio.ensure_future(self._ended)

    def give(self, _: socket.socket) -> bool:
        if not self.takes or self.given >= self.room:
            return False
        self.given += 1
        return True

    async def became_ready(self) -> bool:
        return self.was_ready

    def leave(self) -> None:
        self.left = True
        self.end(0)

    def signal(self, number: int) -> None:
        self.signals.append(number)
        self.end(-number)

    def end(self, code: int) -> None:
        self.takes = False
        if not self._ended.done():
            self._ended.set_result(code)
        self._changed()


def connected(port: int, count: int) -> list[socket.socket]:
    """Connections to a port of this machine."""
    return [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]


@asynccontextmanager
async def handing(*workers: FakeWorker) -> AsyncIterator[tuple[Handout, int]]:
    """A handout to these workers, and its port."""
    listening = listen("127.0.0.1", 0)
    handout = Handout(listening, lambda: cast("Any", workers))
    try:
        yield handout, listening[0].getsockname()[1]
    finally:
        handout.close()


async def test_connections_are_handed_out_in_turn_and_wait_while_nothing_takes_them() -> None:
    one, two = (FakeWorker(number, lambda: None, takes=False) for number in (1, 2))
    async with handing(one, two) as (handout, port):
        handout.refresh()
        clients = connected(port, 20)
        one.takes = two.takes = True
        handout.refresh()
        await until(lambda: one.given + two.given == 20)
        assert one.given == two.given
        two.takes = False
        clients += connected(port, 5)
        await until(lambda: one.given == 15)
    for client in clients:
        client.close()


async def test_a_connection_for_which_there_is_no_room_is_kept() -> None:
    one = FakeWorker(1, lambda: None, room=3)
    async with handing(one) as (handout, port):
        handout.refresh()
        clients = connected(port, 8)
        await until(lambda: one.given == 3)
        one.room = 100
        await until(lambda: one.given == 8)
    for client in clients:
        client.close()


def test_a_taken_port_is_named() -> None:
    [taken] = listen("127.0.0.1", 0)
    with taken, pytest.raises(ConfigurationError, match="API_PORT: 127"):
        listen("127.0.0.1", taken.getsockname()[1])


class Starter:
    """Starts fake workers; those after the first `good` never become ready."""

    def __init__(self, good: int) -> None:
        self._good = good
        self.started: list[FakeWorker] = []
        self.failures: list[int] = []

    async def start(self, number: int, changed: Callable[[], None]) -> Worker:
        """A fake worker."""
        works = len(self.started) < self._good
        worker = FakeWorker(number, changed, takes=works)
        self.started.append(worker)
        changed_later = (worker.end, 1) if not works else (changed,)
        asyncio.get_running_loop().call_soon(*changed_later)
        return cast("Worker", worker)

    def delay(self, failures: int) -> float:
        """No delay."""
        self.failures.append(failures)
        return 0


@asynccontextmanager
async def supervised(starter: Starter) -> AsyncIterator[asyncio.Task[int]]:
    """A supervisor of two workers, until the block ends."""
    supervisor = Supervisor(NOWHERE, 2, listen("127.0.0.1", 0), starter.start, starter.delay)
    running = asyncio.create_task(supervisor.run())
    try:
        yield running
    finally:
        supervisor._stop(signal.SIGTERM)
        await running


async def test_a_worker_that_cannot_be_replaced_is_tried_again_while_another_serves() -> None:
    starter = Starter(good=2)
    async with supervised(starter) as running:
        await until(lambda: len(starter.started) == 2)
        starter.started[1].end(-9)
        await until(lambda: len(starter.failures) >= 5)
        assert starter.failures[:5] == [1, 2, 3, 4, 5]
        assert {worker.number for worker in starter.started[2:]} == {2}
        assert not running.done()
        starter.started[0].end(-9)  # then nothing serves, and what is started does not become ready
        assert await running == 1


async def test_a_first_worker_that_cannot_start_ends_it_without_another_attempt() -> None:
    starter = Starter(good=0)
    async with supervised(starter) as running:
        assert await running == 1
        assert len(starter.started) == 1


async def test_a_restart_replaces_each_worker_by_one_that_is_ready() -> None:
    starter = Starter(good=4)
    async with supervised(starter):
        await until(lambda: len(starter.started) == 2)
        signal.raise_signal(signal.SIGHUP)
        await until(lambda: len(starter.started) == 4 and all(worker.left for worker in starter.started[:2]))
        signal.raise_signal(signal.SIGHUP)  # of which the first successor does not start
        await until(lambda: len(starter.started) == 5)
        assert [worker.left for worker in starter.started] == [True, True, False, False, False]
