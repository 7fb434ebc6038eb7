"""Answers that are given again: a model of the log around them, in which none may ever be stale, and their bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, cast
from uuid import UUID

import pytest

from domain.models.event import Event
from domain.models.event_types import EventType, changes_user
from domain.models.log import Unreceived
from schema.execution.answers import ANSWERS_MAX, BODY_MAX, OVERHEAD, SIGHTED_MAX, AnswerKey, Answers
from tests.unit.test_compiled import ENTRY

STEPS = 1_000_000
USERS = [UUID(int=n) for n in range(1, 5)]
SCOPES = ("admin", "member")
CONCURRENT = 8
MEGABYTES = 1 << 20


def event(seq: int, user: UUID | None, type_: EventType = EventType.USER_UPDATED) -> Event:
    entry: Event = object.__new__(Event)
    for name, value in (("seq", seq), ("user_id", user), ("type", type_)):
        object.__setattr__(entry, name, value)
    return entry


class Directory:
    """Users with versions, a log whose entries are numbered and received some time after their commit, and its answers."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.versions = dict.fromkeys(USERS, 0)
        self.unnumbered: list[UUID] = []
        self.numbered: list[UUID] = []
        self.head = 0
        self.answers = Answers(_not_asked, MEGABYTES)
        self.served = self.computed = self.renewals = 0

    def write(self) -> None:
        """Commit a change with its event."""
        user = self.random.choice(USERS)
        self.versions[user] += 1
        self.unnumbered.append(user)

    def number(self) -> None:
        """Number some events, in another order than that of their commits."""
        self.random.shuffle(self.unnumbered)
        count = self.random.randint(0, len(self.unnumbered))
        self.numbered += self.unnumbered[:count]
        del self.unnumbered[:count]

    def receive(self) -> None:
        """Some numbered events arrive."""
        count = self.random.randint(0, len(self.numbered) - self.head)
        arrived = self.numbered[self.head : self.head + count]
        if arrived:
            self.head += count
            self.answers.received([event(self.head - count + n + 1, user) for n, user in enumerate(arrived)])

    def renew(self) -> None:
        """The log has a new epoch."""
        self.renewals += 1
        self.answers.forget()

    def request(self, shown: Sequence[UUID], scope: str, *, page: bool) -> Iterator[None]:
        """A request, which others interrupt wherever it waits."""
        least = [self.versions[user] for user in shown]
        key = AnswerKey(0, None, b"page" if page else shown[0].bytes, scope)
        ready = self.answers.ready(key)
        if ready is not None:
            yield  # until its statement is sent, with the head of that moment
            head = self.head
            yield  # until the database has taken its snapshot
            unreceived = frozenset([*self.numbered[head:], *self.unnumbered])
            yield  # until the answer has come
            body = self.answers.serve(ready, Unreceived("server", unreceived))
            if body is not None:
                self.served += 1
                self._check(body, scope, least)
                return
        answer = self.answers.begin(key, None if page else frozenset(shown))
        yield
        read = []
        for user in shown:
            read.append(self.versions[user])
            yield  # between two statements
        if answer is not None:
            self.computed += 1
            self.answers.keep(answer, cast("Any", (scope, read)))

    @staticmethod
    def _check(body: Any, scope: str, least: Sequence[int]) -> None:
        said, versions = body
        assert said == scope, "an answer was given in another scope"
        for seen, wanted in zip(versions, least, strict=True):
            assert seen >= wanted, "a stale answer"


async def _not_asked() -> None:
    raise AssertionError


@pytest.mark.parametrize(("seed", "writes", "served"), [(1, 2, 10_000), (2, 40, 1_000)])
def test_no_answer_is_stale_or_of_another_scope(seed: int, writes: int, served: int) -> None:
    """A million steps in all, with few writes and with many; of a thousand steps, `writes` commit."""
    random = Random(seed)  # noqa: S311 - a test
    directory, requests = Directory(random), list[Iterator[None]]()
    shapes = [([user], scope, False) for user in USERS for scope in SCOPES] + 4 * [(USERS, s, True) for s in SCOPES]
    for _ in range(STEPS // 2):
        draw = int(random.random() * 1000)
        if draw >= 3 * writes + 1:
            place = draw % CONCURRENT
            if place >= len(requests):
                shown, scope, page = shapes[int(random.random() * len(shapes))]
                requests.append(directory.request(shown, scope, page=page))
            elif next(requests[place], StopIteration) is StopIteration:
                del requests[place]
        elif draw < writes:
            directory.write()
        elif draw < 2 * writes:
            directory.number()
        elif draw < 3 * writes:
            directory.receive()
        else:
            directory.renew()
    assert directory.served > served
    assert directory.computed > 1_000
    assert directory.renewals > 100
    assert len(directory.answers) <= len(SCOPES) * (1 + len(USERS))


def key(number: int = 0, variables: bytes = b"") -> AnswerKey:
    return AnswerKey(number, None, variables, "admin")


def kept(answers: Answers, asked: AnswerKey, body: bytes = b"{}", users: frozenset[UUID] | None = None) -> None:
    """Ask twice."""
    assert answers.begin(asked, users) is None
    answer = answers.begin(asked, users)
    assert answer is not None
    answers.keep(answer, body)


def test_an_answer_is_kept_from_the_second_time_and_computed_once() -> None:
    answers = Answers(_not_asked, MEGABYTES)
    assert answers.begin(key(), None) is None
    answer = answers.begin(key(), None)
    assert answer is not None
    assert answers.begin(key(), None) is None, "another request computes it"
    assert answers.ready(key()) is None
    answers.drop(answer)
    answers.drop(answer)
    assert len(answers) == 0
    kept(Answers(_not_asked, MEGABYTES), key())


def test_events_drop_what_they_change() -> None:
    answers = Answers(_not_asked, MEGABYTES)
    one, other, page = key(1), key(2), key(3)
    answers.received([event(1, USERS[3])])
    for asked, users in ((one, frozenset(USERS[:1])), (other, frozenset(USERS[1:2])), (page, None)):
        kept(answers, asked, users=users)
    answers.received([event(2, USERS[0], EventType.SESSION_STARTED), event(3, USERS[0], EventType.SIGN_IN_FAILED)])
    assert all(answers.ready(k) for k in (one, other, page))
    answers.received([event(4, USERS[0])])
    assert [bool(answers.ready(k)) for k in (one, other, page)] == [False, True, False]
    answers.received([event(5, None)])
    assert (len(answers), answers.bytes) == (0, 0)


def test_a_hole_in_the_log_drops_everything() -> None:
    answers = Answers(_not_asked, MEGABYTES)
    answers.received([event(1, USERS[3])])
    kept(answers, key(), users=frozenset(USERS[:1]))
    answers.received([event(3, USERS[3])])
    assert len(answers) == 0


def test_a_restarted_database_drops_everything() -> None:
    answers = Answers(_not_asked, MEGABYTES)
    for server, served in (("one", False), ("one", True), ("two", False), ("two", True)):
        if answers.ready(key()) is None:
            begun = answers.begin(key(), None) or answers.begin(key(), None)
            assert begun is not None
            answers.keep(begun, b"{}")
        ready = answers.ready(key())
        assert ready is not None
        assert (answers.serve(ready, Unreceived(server, frozenset())) is not None) is served


def test_an_event_about_an_unknown_user_drops_any_answer() -> None:
    answers = Answers(_not_asked, MEGABYTES)
    kept(answers, key(), users=frozenset(USERS[:1]))
    ready = answers.ready(key())
    assert ready is not None
    answers.serve(ready, Unreceived("server", frozenset()))
    kept_again = answers.begin(key(), frozenset(USERS[:1]))
    assert kept_again is not None
    answers.keep(kept_again, b"{}")
    assert answers.serve(kept_again, Unreceived("server", frozenset({USERS[1]}))) == b"{}"
    assert answers.serve(kept_again, Unreceived("server", frozenset({None}))) is None


def test_bounds() -> None:
    answers = Answers(_not_asked, 100 * (OVERHEAD + 1000))
    for number in range(300):
        kept(answers, key(number, b"v" * 500), b"b" * 500, frozenset(USERS[:2]))
    assert (len(answers), answers.bytes) == (100, 100 * (OVERHEAD + 1000))
    assert answers.ready(key(0, b"v" * 500)) is None
    kept(answers, key(1000), b"b" * (BODY_MAX + 1))
    assert answers.ready(key(1000)) is None
    answers.forget()
    assert (answers.bytes, len(answers._by_user), len(answers._pages)) == (0, 0, 0)
    for number in range(SIGHTED_MAX + 10):
        answers.begin(key(number), None)
    assert len(answers._sighted) == SIGHTED_MAX
    assert ANSWERS_MAX * OVERHEAD < 16 * MEGABYTES


async def test_without_the_database_nothing_is_served() -> None:
    asked: list[Unreceived | None] = [None, Unreceived("server", frozenset()), Unreceived("server", frozenset())]

    async def unreceived() -> Unreceived | None:
        return asked.pop(0)

    answers = Answers(unreceived, MEGABYTES)
    assert await answers.find(key()) is None
    assert len(asked) == 3, "no statement for what is not kept"
    kept(answers, key())
    assert await answers.find(key()) is None
    assert await answers.find(key()) is None, "the first run of a server that is seen"
    answer = answers.begin(key(), None)
    assert answer is not None
    answers.keep(answer, b"{}")
    assert await answers.find(key()) == b"{}"


def test_which_events_change_users() -> None:
    assert changes_user(ENTRY.type)
    assert {str(t) for t in EventType if not changes_user(t)} == {
        "session_started",
        "session_revoked",
        "session_reuse_detected",
        "sign_in_failed",
        "api_key_created",
        "api_key_revoked",
        "invitation_sent",
        "invitation_accepted",
        "invitation_withdrawn",
        "signing_key_rotated",
        "webhook_endpoint_created",
        "webhook_endpoint_updated",
        "webhook_endpoint_deleted",
        "webhook_secret_rotated",
    }
