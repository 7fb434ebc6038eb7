"""The composition root: parts start in order and end in reverse, also when one fails, and each can be replaced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import uuid4

import pytest

from api.bootstrap.commits import Commits
from api.bootstrap.container import Container, build
from api.bootstrap.core import Core, open_core
from api.settings import Settings
from domain.errors import TokenExpired, Unavailable
from domain.models.actor import Origin, system
from domain.services.sign_in import SignIn
from domain.services.user import CreateUser
from tests.unit.fakes import FakeClock, FakeHasher, FakeLimiter, FakePresence, FakeStore

CORE = ("database", "hasher", "limiter", "result_store", "failures")
ORDER = (
    *CORE,
    "slow_statements",
    "failures.writing",
    "broadcast",
    "publisher",
    "hub",
    "live",
    "revocation",
    "sockets",
    "watchdog",
    "presence",
    "relay",
    "pruner",
    "mail_jobs",
    "webhook_jobs",
)
"""Names of the parts that run; the listeners and the background tasks have none."""
NOWHERE = Settings.load(
    _env_file=None,
    database_url="postgresql://u@127.0.0.1:1/db",  # nothing listens on port 1
    redis_url="redis://127.0.0.1:1",
    secret_key="x1y2z3k4l5m6n7o8p9q0r1s2t3u4v5w6x7y8",
)


class Recorder:
    """A part that records when it is entered and left; any other call does nothing."""

    def __init__(self, name: str, steps: list[str], *, fails: bool = False) -> None:
        self._name, self._steps, self._fails = name, steps, fails

    async def __aenter__(self) -> Self:
        if self._fails:
            raise Unavailable
        self._steps.append(f"+{self._name}")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._steps.append(f"-{self._name}")

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None

    def writing(self) -> Recorder:
        """The one part that is entered a second time, through this method."""
        return Recorder(f"{self._name}.writing", self._steps)

    @asynccontextmanager
    async def subscribe(self, _: str) -> AsyncIterator[asyncio.Queue[None]]:
        """A stream without messages."""
        yield asyncio.Queue()


def recorded(steps: list[str], failing: str | None = None) -> Container:
    """A container whose running parts are all recorders."""
    parts = {name: Recorder(name, steps, fails=name == failing) for name in ORDER if "." not in name}
    return build(NOWHERE, store=FakeStore(), answers=Recorder("answers", steps), **parts)


def others() -> set[asyncio.Task[Any]]:
    """The tasks other than the test's own."""
    return asyncio.all_tasks() - {asyncio.current_task()}


async def test_parts_are_entered_in_order_and_left_in_reverse() -> None:
    steps: list[str] = []
    async with recorded(steps).running():
        assert steps == [f"+{name}" for name in ORDER]
        assert {t.get_name() for t in others()} == {"nudges", "last-seen", "signing-keys"}
    assert steps[len(ORDER) :] == [f"-{name}" for name in reversed(ORDER)]
    assert not others()


@pytest.mark.parametrize("failing", [name for name in ORDER if "." not in name])
async def test_when_a_part_fails_to_enter_those_before_it_are_left_in_reverse(failing: str) -> None:
    steps: list[str] = []
    with pytest.raises(Unavailable):
        async with recorded(steps, failing).running():
            pytest.fail("it ran without one of its parts")
    entered = ORDER[: ORDER.index(failing)]
    assert steps == [*(f"+{name}" for name in entered), *(f"-{name}" for name in reversed(entered))]
    assert not others()


async def test_all_tasks_end_if_the_database_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        async with build(NOWHERE).running():
            pytest.fail("the hub started without knowing where the log ends")
    assert not others()


async def test_a_replaced_store_and_clock_are_used_by_every_part() -> None:
    store, clock = FakeStore(), FakeClock()
    async with open_core(NOWHERE, store=store, clock=clock, hasher=Recorder("hasher", []), limiter=Recorder("l", [])):
        pass  # entered and left without a database: the pool is created, and no connection is requested
    core = build(NOWHERE, store=store, clock=clock, hasher=FakeHasher(), limiter=FakeLimiter()).core
    await core.read_signing_keys()
    created = (await core.users.create(system(), CreateUser("ada@example.com", "Ada", password="long enough"))).value
    signed_in = await core.sessions.sign_in(Origin(), SignIn("ada@example.com", "long enough"))
    assert store.state.users[created.id].created_at == clock.now()
    assert (await core.principals.get_many([signed_in.session.id]))[signed_in.session.id].user_id == created.id
    assert core.tokens.read_access(signed_in.access_token, clock.now()).user_id == created.id
    clock.move(minutes=11)
    with pytest.raises(TokenExpired):
        core.tokens.read_access(signed_in.access_token, clock.now())


async def test_a_replaced_presence_is_what_resolvers_see() -> None:
    presence = FakePresence()
    container = build(NOWHERE, presence=presence, store=FakeStore(), clock=FakeClock())
    presence.online = frozenset({uuid4()})
    assert container.services.presence.online_ids() == presence.online
    assert container.core.presence is container.services.presence


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(TypeError, match="Container has no part named stoer"):
        build(NOWHERE, stoer=FakeStore())
    with pytest.raises(TypeError, match="Core has no part named hub"):
        open_core(NOWHERE, hub=None)
    assert not Core.names() & Container.names(), "a name belongs to one of the two"


def test_a_container_is_frozen() -> None:
    container: Any = build(NOWHERE)
    for parts in (container, container.core):
        with pytest.raises(AttributeError, match="is frozen"):
            parts.clock = FakeClock()


def test_listeners_receive_commits_during_the_block_in_order() -> None:
    commits, received = Commits(), list[str]()
    commits.announce([])
    with commits.notifying(lambda _: received.append("first"), lambda _: received.append("second")):
        commits.announce([])
    commits.announce([])
    assert received == ["first", "second"]
