"""Announces the commits of this process to the parts that listen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from domain.models.event import NewEvent

Listener = Callable[[Sequence[NewEvent]], None]


class Commits:
    """One per process. The store announces without depending on the listeners, which may depend on the store."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def announce(self, events: Sequence[NewEvent]) -> None:
        """Call the listeners with the events of a transaction that is durable."""
        for listener in self._listeners:
            listener(events)

    @contextmanager
    def notifying(self, *listeners: Listener) -> Iterator[None]:
        """Call these listeners during the block, in this order; they must neither block nor raise."""
        self._listeners += listeners
        try:
            yield
        finally:
            for listener in listeners:
                self._listeners.remove(listener)
