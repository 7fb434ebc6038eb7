"""The base of both containers: their parts are made when first needed, and can be replaced by name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import cached_property
from typing import Any, NoReturn, Self


class Parts:
    """Base of the containers. A part is a `cached_property`, made of other parts, unless it was given."""

    def __init__(self, replaced: Mapping[str, Any], **given: Any) -> None:
        """`replaced` has parts by name. Raises TypeError for a name that is not a part."""
        if unknown := replaced.keys() - self.names():
            raise TypeError(f"{type(self).__name__} has no part named {', '.join(sorted(unknown))}")
        vars(self).update(given, **replaced)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: replace {name} when it is built")

    @classmethod
    def names(cls) -> set[str]:
        """The names of the parts."""
        return {name for c in cls.__mro__ for name, value in vars(c).items() if isinstance(value, cached_property)}

    def in_order(self) -> Sequence[AbstractAsyncContextManager[object]]:
        """The parts that run, in the order in which they are entered."""
        raise NotImplementedError

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Enter the parts in order; leave those that were entered in reverse, also if a later one fails to enter."""
        async with AsyncExitStack() as stack:
            for part in self.in_order():
                await stack.enter_async_context(part)
            yield self
