"""Connections that stay out of SQLAlchemy's pool between the reads that are sent directly to the driver.

To take a connection out of the pool and to put it back took 56 to 106 µs of processor time on a busy machine, as much as
the driver takes for a small statement. Half of a pool's connections at most are spare, and none that is needed elsewhere: a
unit of work that begins while all others are in use sends one back.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.pool import Pool
from sqlalchemy.util import greenlet_spawn


class Spares:
    """Those of one pool of `size` connections. A holder of a connection calls `begin` and `end`."""

    def __init__(self, pool: Pool, size: int) -> None:
        self._pool, self._size = pool, size
        self._most = size // 2
        self._holders = 0
        self._spare: list[Any] = []
        self._closed = False

    def __len__(self) -> int:
        return len(self._spare)

    def begin(self) -> None:
        """A connection is going to be taken, here or from the pool."""
        self._holders += 1
        if self._spare and self._holders + len(self._spare) > self._size:
            self._spare.pop(0).close()

    def end(self) -> None:
        """It was put back."""
        self._holders -= 1

    async def take(self) -> Any:
        """A connection as the pool gives it, the one that was used last. Raises what the pool raises."""
        while self._spare:
            connection = self._spare.pop()
            if not connection.driver_connection.is_closed():
                return connection
            connection.close()
        return await greenlet_spawn(self._pool.connect)

    def put(self, connection: Any) -> None:
        """Take it back; one that is closed, or that others may need, goes to the pool."""
        room = self._holders + len(self._spare) <= self._size and len(self._spare) < self._most
        if self._closed or not room or connection.driver_connection.is_closed():
            connection.close()
        else:
            self._spare.append(connection)

    def close(self) -> None:
        """Put all of them back into the pool, which is going to be closed."""
        self._closed = True
        while self._spare:
            self._spare.pop().close()
