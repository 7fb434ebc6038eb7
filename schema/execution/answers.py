"""Answers that are given again from ready bytes, to equal queries of viewers who see the same, until an event changes them.

An answer is kept for the users that it shows, or for all users if it shows a page of them. An event about one of them
drops it as soon as it arrives here. What is committed but has not arrived yet is asked of the database, once for all
requests that are under way (`Unreceived`), so that an answer is never older than the request for it:

* An event that was committed before the request either has arrived here, or the database names it, and the answer is not
  used.
* One that arrived before the answer was computed is part of it, because its commit was earlier still. One that arrived
  later has dropped it, even while it was being computed.

An answer is kept from the second time that it is asked for.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import NamedTuple
from uuid import UUID

from domain.models.event import Event
from domain.models.event_types import changes_user
from domain.models.log import Unreceived

ANSWERS_MAX = 10_000
SIGHTED_MAX = 20_000
"""How many queries are remembered as asked for once."""
BODY_MAX, OVERHEAD = 256 * 1024, 1_500
"""The largest answer that is kept, and what one takes besides its bytes and those of its key, rather too much."""
OUTCOMES = ("served", "changed", "computed")
"""Given again; not used, because the database names an event that has not arrived; computed, to be kept."""


class AnswerKey(NamedTuple):
    """What an answer depends on, besides the users it shows. `viewer` is `policies.view_of` the actor."""

    document: int
    operation: str | None
    variables: bytes
    viewer: Hashable


class Answer:
    """What a query is answered with; `body` is None while it is computed. `users` is None for an answer that shows a page."""

    __slots__ = ("body", "dropped", "key", "size", "users")

    def __init__(self, key: AnswerKey, users: frozenset[UUID] | None) -> None:
        self.key, self.users = key, users
        self.body: bytes | None = None
        self.dropped, self.size = False, 0


class Answers:
    """One per process, of at most `bytes_max` (0: none is kept). `unreceived` asks the database; None if it does not know."""

    def __init__(self, unreceived: Callable[[], Awaitable[Unreceived | None]], bytes_max: int) -> None:
        self._unreceived, self.bytes_max = unreceived, bytes_max
        self._kept: OrderedDict[AnswerKey, Answer] = OrderedDict()
        self._sighted: OrderedDict[int, None] = OrderedDict()
        self._pages: set[Answer] = set()
        self._by_user: defaultdict[UUID, set[Answer]] = defaultdict(set)
        self._server: Hashable = None
        self._next_seq = 0
        self.bytes = 0
        self.outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))

    def __len__(self) -> int:
        return len(self._kept)

    async def find(self, key: AnswerKey) -> bytes | None:
        """The answer, if it is kept and still what the database says."""
        answer = self.ready(key)
        if answer is None:
            return None
        unreceived = await self._unreceived()
        return None if unreceived is None else self.serve(answer, unreceived)

    def ready(self, key: AnswerKey) -> Answer | None:
        """The answer that is kept under this key; what has not arrived yet must be asked for after this."""
        answer = self._kept.get(key)
        return None if answer is None or answer.body is None else answer

    def serve(self, answer: Answer, unreceived: Unreceived) -> bytes | None:
        """The bytes of an answer, unless an event has changed what it shows."""
        if unreceived.server != self._server:  # after a restart it may be another history under the same epoch
            self._server = unreceived.server
            self.forget()
        if answer.dropped or _shows(answer, unreceived.users):
            self.outcomes["changed"] += 1
            return None
        self._kept.move_to_end(answer.key)
        self.outcomes["served"] += 1
        return answer.body

    def begin(self, key: AnswerKey, users: frozenset[UUID] | None) -> Answer | None:
        """An answer that the caller will compute, which must not have begun, and `keep` or `drop`.

        None for the first request, and while an answer of this key is computed or kept.
        """
        if key in self._kept or not self._is_sighted(hash(key)):
            return None
        answer = self._kept[key] = Answer(key, users)
        for answers in self._places(answer):
            answers.add(answer)
        self.outcomes["computed"] += 1
        return answer

    def keep(self, answer: Answer, body: bytes) -> None:
        """Keep what was computed, unless an event has arrived meanwhile that changes it."""
        if answer.dropped:
            return
        size = len(body) + len(answer.key.variables) + OVERHEAD
        if len(body) > BODY_MAX or size > self.bytes_max:
            self.drop(answer)
            return
        answer.body, answer.size = body, size
        self.bytes += size
        while self.bytes > self.bytes_max or len(self._kept) > ANSWERS_MAX:
            self.drop(next(iter(self._kept.values())))

    def drop(self, answer: Answer) -> None:
        """Remove an answer, if it is still there; one that is being computed will not be kept."""
        if answer.dropped:
            return
        answer.dropped = True
        self.bytes -= answer.size
        del self._kept[answer.key]
        for answers in self._places(answer):
            answers.discard(answer)
        for user_id in answer.users or ():
            if not self._by_user[user_id]:
                del self._by_user[user_id]

    def received(self, events: Sequence[Event]) -> None:
        """Events have arrived: drop what they change, and everything if others before them have been missed."""
        expected, self._next_seq = self._next_seq, events[-1].seq + 1
        if events[0].seq != expected:
            self.forget()
        if not self._kept:
            return
        for event in events:
            if not changes_user(event.type):
                continue
            if event.user_id is None:
                self.forget()
                return
            for answer in [*self._pages, *self._by_user.get(event.user_id, ())]:
                self.drop(answer)

    def forget(self) -> None:
        """Drop everything: the log is another one, or parts of it were missed."""
        for answer in list(self._kept.values()):
            self.drop(answer)

    def _places(self, answer: Answer) -> Sequence[set[Answer]]:
        return [self._pages] if answer.users is None else [self._by_user[user_id] for user_id in answer.users]

    def _is_sighted(self, key: int) -> bool:
        """Whether this query was asked for before."""
        if key in self._sighted:
            self._sighted.move_to_end(key)
            return True
        self._sighted[key] = None
        if len(self._sighted) > SIGHTED_MAX:
            self._sighted.popitem(last=False)
        return False


def _shows(answer: Answer, changed: frozenset[UUID | None]) -> bool:
    """Whether an answer shows one of these users, of whom None is any."""
    if not changed:
        return False
    return answer.users is None or None in changed or not changed.isdisjoint(answer.users)
