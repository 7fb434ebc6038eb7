"""Exponential backoff with jitter, so that an unavailable service is not retried in a busy loop."""

from __future__ import annotations

import asyncio

from domain.jitter import JITTER


class Backoff:
    """Doubles from `first` up to `longest` seconds; call `reset` after a success."""

    def __init__(self, first: float, longest: float) -> None:
        self._first, self._longest, self._next = first, longest, first

    def take(self) -> float:
        """The seconds to wait this time, without jitter."""
        seconds, self._next = self._next, min(2 * self._next, self._longest)
        return seconds

    async def wait(self) -> None:
        """Wait 0.5 to 1.5 times as long, so that clients that failed together do not all retry together."""
        await asyncio.sleep(self.take() * (0.5 + JITTER.random()))

    def reset(self) -> None:
        """Start again with the shortest wait."""
        self._next = self._first
