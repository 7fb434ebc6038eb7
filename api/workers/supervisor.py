"""Starts the workers, watches and replaces them, and passes on what the process is told by signals."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from api.settings import Settings
from api.workers.handout import Handout
from api.workers.process import Worker

STEADY_SECONDS = 60.0
"""A worker that ran for so long is replaced at once when it ends."""
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
"""Seconds before others are replaced: doubled each time."""
MARGIN_SECONDS = 10.0
"""How much longer than DRAIN_SECONDS and SHUTDOWN_SECONDS a worker may take to end before it is killed."""

Start = Callable[[int, Callable[[], None]], Awaitable[Worker]]
"""Starts the worker of a number, which calls the function when it begins or ceases to take connections."""

log = structlog.get_logger("supervisor")


def delay_after(failures: int) -> float:
    """Seconds until the next start, after so many workers in a row that did not run for long."""
    return 0.0 if failures == 0 else float(min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(failures - 1, 10)))


def supervise(settings: Settings, count: int, listening: Sequence[socket.socket]) -> int:
    """Run so many workers until a signal; the exit code.

    SIGTERM and SIGINT stop them, SIGHUP replaces one after the other, unless it says that the terminal was closed.
    """
    with tempfile.TemporaryDirectory(prefix="rollcall-workers-") as folder:
        start = partial(Worker.start, count=count, folder=folder)
        return asyncio.run(Supervisor(settings, count, listening, start).run())


class Supervisor:
    """The first worker is started alone: if it cannot start, it has said why, and nothing else is started.

    A worker that ends is replaced as long as another one takes connections or it has done so itself.
    """

    def __init__(
        self,
        settings: Settings,
        count: int,
        listening: Sequence[socket.socket],
        start: Start,
        delay: Callable[[int], float] = delay_after,
    ) -> None:
        self._count, self._listening, self._start, self._delay = count, listening, start, delay
        self._patience = settings.drain_seconds + settings.shutdown_seconds + MARGIN_SECONDS
        self._current: dict[int, Worker] = {}
        self._running = set[Worker]()
        self._begun, self._stopping = asyncio.Event(), asyncio.Event()
        self._restarting: asyncio.Task[None] | None = None
        self._code = 0

    async def run(self) -> int:
        """Run until stopped."""
        self._handout = Handout(self._listening, lambda: list(self._current.values()))
        self._follow_signals()
        keeping = [asyncio.create_task(self._keep(1))]
        await self._begun.wait()
        if not self._stopping.is_set():
            keeping += [asyncio.create_task(self._keep(number)) for number in range(2, self._count + 1)]
        await self._stopping.wait()
        while self._running:
            await self._end()
        for task in keeping:
            task.cancel()
        self._handout.close()
        return self._code

    def _follow_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, number)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            closed = sys.stdin is not None and sys.stdin.isatty()
            loop.add_signal_handler(signal.SIGHUP, *((self._stop, signal.SIGTERM) if closed else (self._restart,)))

    def _stop(self, number: int) -> None:
        self._stopping.set()
        self._begun.set()
        for worker in self._running:
            worker.signal(number)

    def _restart(self) -> None:
        if self._restarting is None or self._restarting.done():
            self._restarting = asyncio.create_task(self._replace_all())

    def _changed(self) -> None:
        """A worker has begun or ceased to take connections."""
        if any(worker.takes for worker in self._running):
            self._begun.set()
        elif self._stopping.is_set():
            self._handout.close()
        self._handout.refresh()

    async def _launch(self, number: int) -> Worker:
        worker = await self._start(number, self._changed)
        self._running.add(worker)
        worker.ended.add_done_callback(lambda _: self._running.discard(worker))
        if self._stopping.is_set():
            worker.signal(signal.SIGTERM)
        log.info("worker.started", worker=number, pid=worker.pid)
        return worker

    async def _keep(self, number: int) -> None:
        """Start a worker of this number, and another one whenever it ends."""
        worker = self._current[number] = await self._launch(number)
        failures = 0
        while True:
            code = await worker.ended
            if self._stopping.is_set():
                return
            if self._current[number] is worker:
                if not worker.was_ready and not any(one.takes for one in self._running):
                    self._fail(code)  # it has said why
                    return
                self._say_ended(worker, code)
                failures = 0 if worker.seconds > STEADY_SECONDS else failures + 1
                await asyncio.sleep(self._delay(failures))
                if self._stopping.is_set():
                    return
                self._put(await self._launch(number), worker)
            worker = self._current[number]

    async def _replace_all(self) -> None:
        """Replace one worker after the other, each once its successor answers requests."""
        for number in range(1, self._count + 1):
            successor = await self._launch(number)
            if not await successor.became_ready():
                log.error("worker.restart_failed", worker=number, pid=successor.pid)
                return
            self._put(successor, self._current[number])

    def _put(self, successor: Worker, before: Worker) -> None:
        """Put a worker in the place of another one; if that has been replaced already, it is not needed."""
        if self._current[before.number] is before:
            self._current[before.number] = successor
            unneeded = before
        else:
            unneeded = successor
        unneeded.leave()
        asyncio.get_running_loop().call_later(self._patience, unneeded.signal, signal.SIGKILL)

    def _fail(self, code: int) -> None:
        self._code = max(code, 1)
        self._stop(signal.SIGTERM)

    async def _end(self) -> None:
        """Wait until the workers have ended, and kill those that do not."""
        _, late = await asyncio.wait({worker.ended for worker in self._running}, timeout=self._patience)
        if late:
            for worker in self._running:
                worker.signal(signal.SIGKILL)
            await asyncio.wait(late)
        await asyncio.sleep(0)  # their callbacks take them out of the set

    def _say_ended(self, worker: Worker, code: int) -> None:
        how = {"signal": signal.Signals(-code).name} if code < 0 else {"code": code}
        log.warning("worker.ended", worker=worker.number, pid=worker.pid, seconds=round(worker.seconds, 1), **how)
