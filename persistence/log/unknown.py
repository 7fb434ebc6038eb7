"""Lists without events of types that this release does not know: a client could not be given their type.

There are none but while a newer release replaces this one. So a list is read as if there were none, and read again without
those types if it has some: a page stays full, and costs nothing otherwise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol, TypeVar

from domain.models.event_types import EventType

T = TypeVar("T")


class Typed(Protocol):
    """An event, or something about one."""

    @property
    def type(self) -> EventType:
        """The type of the event."""
        ...


async def read_known(read: Callable[[frozenset[str]], Awaitable[T]], entries: Callable[[T], Iterable[Typed]]) -> T:
    """What `read` returns, when it leaves out the types of these names, once its entries are all of known types."""
    without: frozenset[str] = frozenset()
    while True:
        found = await read(without)
        unknown = {e.type.value for e in entries(found) if not e.type.is_known}
        if not unknown:
            return found
        without |= unknown
