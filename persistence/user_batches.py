"""Users by id for all callers at once: those who ask while a statement is under way share the next one.

The first caller is not delayed: it reads at once and alone. What arrives until its statement has ended is read together
by one of those who wait. A statement only answers callers who asked before it was sent, so that each reads what was
committed when they asked. Rights are applied afterwards, by each caller for its own actor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from uuid import UUID

from domain.models.user import User

IN_FLIGHT = 2
"""Statements at a time: a slow one does not stop all others."""
IDS_MAX = 1000
"""Ids of one statement; a caller with more of them reads alone."""

Read = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, User]]]


class _Waiter:
    """A caller who waits to be answered or to read for all who wait."""

    __slots__ = ("ids", "woken")

    def __init__(self, ids: Sequence[UUID], woken: asyncio.Future[Mapping[UUID, User] | None]) -> None:
        self.ids, self.woken = ids, woken


class UserBatches:
    """One per process; `read` reads users by id."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._under_way = 0
        self._waiting: list[_Waiter] = []

    async def get_many(self, user_ids: Sequence[UUID]) -> dict[UUID, User]:
        """Those that exist, by id. Raises Unavailable."""
        if not user_ids:
            return {}
        others: list[_Waiter] = []
        if self._under_way >= IN_FLIGHT:
            waiter = _Waiter(user_ids, asyncio.get_running_loop().create_future())
            self._waiting.append(waiter)
            found = await self._woken(waiter)
            if found is not None:
                return {i: found[i] for i in user_ids if i in found}
            others = self._take(len(user_ids))
        else:
            self._under_way += 1
        found = await self._read_for(user_ids, others)
        return {i: found[i] for i in user_ids if i in found}

    async def _woken(self, waiter: _Waiter) -> Mapping[UUID, User] | None:
        """What was read for this caller; None if it is to read itself."""
        try:
            return await waiter.woken
        except asyncio.CancelledError:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            elif _is_to_read(waiter):
                self._next()  # another one reads
            raise

    def _take(self, count: int) -> list[_Waiter]:
        """Those who wait, up to so many ids together."""
        taken: list[_Waiter] = []
        for waiter in self._waiting:
            count += len(waiter.ids)
            if count > IDS_MAX:
                break
            taken.append(waiter)
        del self._waiting[: len(taken)]
        return taken

    async def _read_for(self, user_ids: Sequence[UUID], others: Sequence[_Waiter]) -> Mapping[UUID, User]:
        try:
            found = await self._read(_together(user_ids, others))
        except Exception as error:
            for waiter in _still_there(others):
                waiter.woken.set_exception(error)
            raise
        except BaseException:  # only this caller leaves; the others have to be read for again
            self._waiting[:0] = _still_there(others)
            raise
        else:
            for waiter in _still_there(others):
                waiter.woken.set_result(found)
            return found
        finally:
            self._next()

    def _next(self) -> None:
        """A place is free: wake the first who waits, to read for all."""
        while self._waiting:
            waiter = self._waiting.pop(0)
            if not waiter.woken.done():
                waiter.woken.set_result(None)
                return
        self._under_way -= 1


def _together(user_ids: Sequence[UUID], others: Iterable[_Waiter]) -> Sequence[UUID]:
    if not others:
        return user_ids
    return list(dict.fromkeys([*user_ids, *(i for waiter in others for i in waiter.ids)]))


def _is_to_read(waiter: _Waiter) -> bool:
    woken = waiter.woken
    return woken.done() and not woken.cancelled() and woken.exception() is None and woken.result() is None


def _still_there(waiters: Iterable[_Waiter]) -> list[_Waiter]:
    return [w for w in waiters if not w.woken.done()]
