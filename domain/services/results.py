"""Results that are dear to compute, kept for every instance for some seconds: `cache_result` decorates what computes them.

The key of a result names the scope it was computed in, its arguments, and the newest event that could have changed it. So
a result is never shown in another scope; an instance that has received such an event asks for another key, and what was
kept before expires unread. Nothing is deleted, and no message is needed. Callers at the same time share one computation.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from domain.cursors import LogCursor
from domain.models.actor import Actor
from domain.models.event import Event
from domain.models.event_types import EventType

T = TypeVar("T")
P = ParamSpec("P")
S = TypeVar("S", bound="Caching")

OUTCOMES = ("kept", "shared", "computed")


class ResultStore(Protocol):
    """Keeps texts for some seconds, for all instances. Neither method raises: without a store there is nothing in it."""

    async def get(self, kind: str, key: str) -> str | None:
        """The text that is kept under this key, if there still is one."""
        ...

    async def put(self, kind: str, key: str, text: str, seconds: int) -> None:
        """Keep a text for so many seconds."""
        ...


@dataclass(frozen=True)
class Codec(Generic[T]):
    """Writes a result as a JSON value, and reads it; `read` raises KeyError, TypeError or ValueError for another value."""

    write: Callable[[T], Any]
    read: Callable[[Any], T]


class Results:
    """One per process. Until it follows the log, nothing is kept. `outcomes` counts how results were found (OUTCOMES)."""

    def __init__(self, store: ResultStore) -> None:
        self._store = store
        self._position: Callable[[], LogCursor] | None = None
        self._began: int | None = None
        self._newest: dict[EventType, int] = {}
        self._newest_unknown = 0
        self._flights: dict[str, asyncio.Task[Any]] = {}
        self.outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))

    def follow(self, position: Callable[[], LogCursor]) -> None:
        """Keep results from now on. `position` gives the newest position of the log that has arrived in this process."""
        self._position = position

    def noticed(self, events: Sequence[Event]) -> None:
        """Events have arrived: what they may have changed is computed anew."""
        for event in events:
            if event.type.is_known:
                self._newest[event.type] = event.seq
            else:
                self._newest_unknown = event.seq

    def forget(self) -> None:
        """The log has a new epoch: nothing of before is used."""
        self._newest.clear()
        self._began, self._newest_unknown = None, 0

    def generation(self, here: LogCursor, types: Collection[EventType]) -> str:
        """Names the newest event of these or of unknown types; one from before this process began is named by where it began."""
        if self._began is None:
            self._began = here.seq or 0
        return (
            f"{here.epoch}:{max(self._began, self._newest_unknown, *(self._newest.get(type_, 0) for type_ in types))}"
        )

    def reached(self, at_least: LogCursor | None) -> LogCursor | None:
        """The newest position that has arrived here, None if it is not known to be at or after the required one."""
        here = None if self._position is None else self._position()
        if at_least is None or at_least.seq is None or here is None or here.seq is None:
            return None
        return here if at_least.epoch == here.epoch and at_least.seq <= here.seq else None

    async def find(self, kind: str, key: str, seconds: int, codec: Codec[T], compute: Callable[[], Awaitable[T]]) -> T:
        """The kept result, or the one that is being computed, or a new one. Raises what `compute` raises, and keeps no failure."""
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._read_or_compute(kind, key, seconds, codec, compute), name="result")
            self._flights[key] = flight
            flight.add_done_callback(lambda _: self._flights.pop(key, None))
        else:
            self.outcomes["shared"] += 1
        found: T = await asyncio.shield(flight)  # a caller that leaves ends it for nobody else
        return found

    async def _read_or_compute(
        self, kind: str, key: str, seconds: int, codec: Codec[T], compute: Callable[[], Awaitable[T]]
    ) -> T:
        text = await self._store.get(kind, key)
        if text is not None:
            try:
                found = codec.read(json.loads(text))
            except (KeyError, TypeError, ValueError):
                pass  # another version of this program wrote it
            else:
                self.outcomes["kept"] += 1
                return found
        self.outcomes["computed"] += 1
        result = await compute()
        await self._store.put(kind, key, json.dumps(codec.write(result)), seconds)
        return result


class Caching(Protocol):
    """A service some of whose results are kept; None keeps none."""

    @property
    def results(self) -> Results | None: ...


def by_actor(actor: Actor) -> str:
    """The scope of a result that nobody else may see."""
    return f"{actor.role}:{actor.user_id}:{actor.session_id}"


def by_role(actor: Actor) -> str:
    """The scope of a result that depends on the actor's role alone."""
    return str(actor.role)


def cache_result(
    kind: str,
    *,
    seconds: int,
    changed_by: Collection[EventType],
    codec: Codec[T],
    scope: Callable[[Actor], str] = by_actor,
) -> Callable[
    [Callable[Concatenate[S, Actor, P], Coroutine[Any, Any, T]]],
    Callable[Concatenate[S, Actor, P], Coroutine[Any, Any, T]],
]:
    """Keep what a method of a service returns, which takes an actor first and a position `at_least`, for so many seconds.

    It is computed anew after each event of `changed_by` types, and whenever the caller requires a position that has not
    arrived here yet, or none: such a caller gets what the database says now. The other arguments are JSON values or have a
    text (`str`) that names them.
    """

    def decorate(
        method: Callable[Concatenate[S, Actor, P], Coroutine[Any, Any, T]],
    ) -> Callable[Concatenate[S, Actor, P], Coroutine[Any, Any, T]]:
        signature = inspect.signature(method)

        @wraps(method)
        async def cached(service: S, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> T:
            results, bound = service.results, signature.bind(service, actor, *args, **kwargs)
            here = None if results is None else results.reached(bound.arguments.get("at_least"))
            if results is None or here is None:
                return await method(service, actor, *args, **kwargs)
            others = [value for name, value in list(bound.arguments.items())[2:] if name != "at_least"]
            key = _key(kind, scope(actor), results.generation(here, changed_by), others)
            bound.arguments["at_least"] = here  # others will see it too, who may have seen more than this caller
            return await results.find(kind, key, seconds, codec, lambda: method(*bound.args, **bound.kwargs))

        return cached

    return decorate


def _key(*parts: Any) -> str:
    """A name that is the same in every process and every version of Python."""
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()
