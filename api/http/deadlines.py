"""One deadline for many pieces of work, without a timer for each: overdue ones are looked for once in a while."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any


class Deadlines:
    """Work in `with deadlines.work():` is cancelled `seconds` after it began, at most `step` seconds late."""

    def __init__(self, seconds: float, step: float = 1.0) -> None:
        self._seconds, self._step = seconds, step
        self._running: dict[Work, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def work(self) -> Work:
        """A block that raises TimeoutError after the deadline, as `asyncio.timeout` does."""
        return Work(self)

    def begin(self, work: Work, loop: asyncio.AbstractEventLoop) -> None:
        """Called by the block; the timer runs while there is work."""
        self._running[work] = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_later(self._step, self._look, loop)

    def end(self, work: Work) -> None:
        """Called by the block."""
        del self._running[work]

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for work in [w for w, due in self._running.items() if due <= now]:
            work.cancel()
        self._timer = loop.call_later(self._step, self._look, loop) if self._running else None


class Work:
    """One block; not to be used twice."""

    __slots__ = ("_cancelling", "_deadlines", "_late", "_task")
    _task: asyncio.Task[Any]
    _cancelling: int

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines, self._late = deadlines, False

    def cancel(self) -> None:
        """The deadline is over."""
        if not self._late:
            self._late = True
            self._task.cancel()

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task, self._cancelling = task, task.cancelling()
        self._deadlines.begin(self, task.get_loop())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._deadlines.end(self)
        if self._late and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
