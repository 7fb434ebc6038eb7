"""Compiled selections answer exactly as the executor does, or leave the message to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

import orjson
import pytest
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    parse,
    validate,
)
from graphql.execution import Executor, execute_subscription_event
from hypothesis import given
from hypothesis import strategies as st

from domain.models.actor import Actor, Role
from domain.models.event import Audience, Change, Subject
from domain.models.event import Event as LogEvent
from domain.models.event_types import EventType, SubjectKind
from domain.models.user import Status, User
from schema.event import Event, changes_as_seen
from schema.execution.compiled import compile_message
from schema.feeds.messages import Heartbeat, PresenceChange, ResyncRequired, UserChanged, UserEntered, UserLeft
from schema.root import build_schema
from schema.scalars import Cursor
from schema.user import User as UserType
from tests.unit.fakes import FakePresence

SCHEMA = build_schema()._schema
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
EPOCH = UUID(int=7)
SUBJECT = User(UUID(int=1), "sam@example.com", "Sam \N{SNOWMAN}", Role.MEMBER, Status.ACTIVE, 2, NOW, NOW)
ADMIN = User(UUID(int=2), "ada@example.com", 'A "quoted" name', Role.ADMIN, Status.DISABLED, 1, NOW, NOW, NOW, NOW)
ENTRY = LogEvent(
    type=EventType.USER_UPDATED,
    subject=Subject(SubjectKind.USER, SUBJECT.id),
    user_id=SUBJECT.id,
    occurred_at=NOW,
    actor_id=ADMIN.id,
    changes=(Change("email", "s@example.com", "sam@example.com"), Change("display_name", None, "Sam")),
    audience_before=Audience.EVERYONE,
    audience_after=Audience.EVERYONE,
    user_version=2,
    request_id="r1",
    ip_address="127.0.0.1",
    id=UUID(int=3),
    seq=12,
    ord=11,
)
VIEWERS = [Actor(UUID(int=9), role) for role in Role] + [Actor(SUBJECT.id, Role.MEMBER), Actor(None, Role.AUDITOR)]
POSITION = Cursor("here")


@dataclass
class Loader:
    """Finds no user, as if all had been erased."""

    async def load(self, _: UUID) -> None:
        """No user is found."""


@dataclass
class Loaders:
    """The users that were loaded beforehand."""

    known: dict[UUID, User]
    user_by_id: Loader = field(default_factory=Loader)


@dataclass
class Services:
    """The services that the fields of a message use."""

    presence: FakePresence = field(default_factory=FakePresence)


@dataclass
class Seen:
    """A context with what messages need."""

    viewer: Actor
    loaders: Loaders
    services: Services = field(default_factory=Services)

    @property
    def person(self) -> Actor:
        """The viewer, who has a whole session."""
        return self.viewer


def seen_by(viewer: Actor, *known: User) -> Seen:
    """The context in which a message is rendered for a viewer."""
    return Seen(viewer, Loaders({u.id: u for u in known}))


def event_messages(viewer: Actor) -> list[object]:
    """One of each message of `userEvents`."""
    seen = Event.seen(ENTRY, viewer, EPOCH, SUBJECT)
    assert seen is not None
    return [seen, Heartbeat(cursor=POSITION, at=NOW), ResyncRequired(reason="pruned", cursor=POSITION)]


def feed_messages(viewer: Actor) -> list[object]:
    """One of each message that only `userFeed` has."""
    seen = Event.seen(ENTRY, viewer, EPOCH, SUBJECT)
    assert seen is not None
    return [
        UserEntered(user=UserType(entity=ADMIN), cursor=POSITION),
        UserChanged(user=UserType(entity=SUBJECT), cursor=POSITION, changes=changes_as_seen(seen.entity)),
        UserLeft(user_id=cast("Any", "1"), cursor=POSITION),
    ]


@cache
def parsed(text: str, schema: GraphQLSchema) -> DocumentNode:
    """A valid document."""
    document = parse(text)
    assert not validate(schema, document)
    return document


def executor(text: str, variables: dict[str, object] | None = None, schema: GraphQLSchema = SCHEMA) -> Executor[Any]:
    """The operation of a document, ready for execution."""
    found = Executor.build(schema, parsed(text, schema), None, None, variables, None, hide_suggestions=True)
    assert isinstance(found, Executor), found
    return found


def executed(of: Executor[Any], message: object, context: Seen) -> ExecutionResult:
    """The result of graphql-core."""

    async def run() -> ExecutionResult:
        one = of.build_per_event_executor(message)
        one.context_value = context
        outcome = execute_subscription_event(one)
        return outcome if isinstance(outcome, ExecutionResult) else await outcome

    return asyncio.run(run())


def agree(text: str, message: object, context: Seen, variables: dict[str, object] | None = None) -> None:
    """Fail unless there is a compiled result and it equals the executor's, byte for byte."""
    of = executor(text, variables)
    compiled = compile_message(of)
    assert compiled is not None
    answer = compiled(message, context)
    assert answer is not None
    result = executed(of, message, context)
    assert not result.errors
    assert orjson.dumps(answer) == orjson.dumps(result.data)


def left_to_the_executor(text: str, message: object, context: Seen) -> ExecutionResult:
    """The executor's result; fails if the selection was compiled."""
    of = executor(text)
    compiled = compile_message(of)
    assert compiled is None or compiled(message, context) is None
    return executed(of, message, context)


LOADED = {"events", "sessions", "pendingEmail", "secondFactors", "passkeys", "hasPassword"}
"""The fields of a user that are read from the database."""


@st.composite
def selections(draw: st.DrawFn, type_name: str, depth: int = 2) -> str:
    """Fields of an object type: repeated, aliased, in fragments, conditional."""
    type_ = SCHEMA.get_type(type_name)
    assert isinstance(type_, GraphQLObjectType)
    parts: list[str] = []
    for number in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(["__typename", *sorted(set(type_.fields) - LOADED)]))
        alias = f"{name}{depth}{number}: " if draw(st.booleans()) else ""
        condition = draw(st.sampled_from(["", "@include(if: $yes)", "@skip(if: $yes)", "@include(if: $no)"]))
        inner = None if name == "__typename" else get_named_type(type_.fields[name].type)
        below = ""
        if isinstance(inner, GraphQLObjectType):
            below = f"{{ {draw(selections(inner.name, depth - 1))} }}"
        elif isinstance(inner, GraphQLInterfaceType):
            below = f"{{ __typename id ... on User {{ {draw(selections('User', depth - 1))} }} }}"
        if below and not depth:
            continue
        around = draw(st.sampled_from(["", "...", f"... on {type_name}"]))
        part = f"{alias}{name} {condition} {below}"
        parts.append(f"{around} {{ {part} }}" if around else part)
    return " ".join(parts) or "__typename"


HEAD = "subscription ($yes: Boolean = true, $no: Boolean!)"


@given(st.data())
def test_any_selection_of_an_event_is_answered_as_by_the_executor(data: st.DataObject) -> None:
    viewer = data.draw(st.sampled_from(VIEWERS))
    fields = data.draw(selections("Event"))
    text = f"""{HEAD} {{ live: userEvents {{
      __typename @skip(if: $no)
      ... on Node @include(if: $yes) {{ nodeId: id }}
      ... on Event {{ {fields} }}
      ... on Heartbeat {{ at cursor }}
      ... on ResyncRequired {{ reason }} }} }}"""
    for message in event_messages(viewer):
        agree(text, message, seen_by(viewer, SUBJECT, ADMIN), {"no": False})


@given(st.data())
def test_any_selection_of_a_feed_is_answered_as_by_the_executor(data: st.DataObject) -> None:
    viewer = data.draw(st.sampled_from(VIEWERS))
    user, again = data.draw(selections("User")), data.draw(selections("User"))
    text = f"""{HEAD} {{ userFeed {{
      ...Entered
      ... on UserChanged {{ cursor user {{ {user} }} again: user {{ {again} }} changes {{ field before after }} }}
      ... on UserLeft {{ userId @skip(if: $no) __typename @include(if: $yes) }} }} }}
    fragment Entered on UserEntered {{ user {{ id }} user {{ {user} id }} }}"""
    for message in feed_messages(viewer):
        agree(text, message, seen_by(viewer), {"no": False})


def test_presence_is_compiled() -> None:
    message = PresenceChange(user_id=cast("Any", "1"), online=True, at=NOW)
    agree("subscription { presence { userId online at } }", message, seen_by(VIEWERS[0]))


def test_a_user_who_is_not_loaded_is_left_to_the_executor(recwarn: pytest.WarningsRecorder) -> None:
    viewer = VIEWERS[0]
    message = event_messages(viewer)[0]
    text = "subscription { userEvents { ... on Event { cursor user { id } actor { id } } } }"
    result = left_to_the_executor(text, message, seen_by(viewer, ADMIN))
    assert result.data is not None
    assert not result.errors
    assert result.data["userEvents"]["user"] is None
    assert not [w for w in recwarn if "never awaited" in str(w.message)]


def test_an_error_is_left_to_the_executor() -> None:
    viewer = VIEWERS[0]
    broken = replace(ENTRY, seq=cast("Any", None), ord=cast("Any", None), occurred_at=cast("Any", None))
    message = Event(entity=broken, epoch=EPOCH)
    text = "subscription { userEvents { ... on Event { id occurredAt } } }"
    result = left_to_the_executor(text, message, seen_by(viewer))
    assert result.errors is not None
    assert [e.path for e in result.errors] == [["userEvents", "occurredAt"]]


@pytest.mark.parametrize(
    "fields",
    [
        "user { events(first: 1) { edges { cursor } } }",
        "actor { id sessions { edges { cursor } } }",
        "user { pendingEmail }",
        "user { secondFactors }",
        "user { passkeys { id } }",
        "user { hasPassword }",
    ],
)
def test_arguments_and_async_fields_disable_compilation_only_of_their_own_type(fields: str) -> None:
    viewer = VIEWERS[0]
    event, heartbeat, _ = event_messages(viewer)
    compiled = compile_message(
        executor(f"subscription {{ userEvents {{ ... on Event {{ {fields} }} ... on Heartbeat {{ at }} }} }}")
    )
    assert compiled is not None
    assert compiled(event, seen_by(viewer, SUBJECT, ADMIN)) is None
    assert compiled(heartbeat, seen_by(viewer)) == {"userEvents": {"at": "2026-01-02T03:04:05.678901Z"}}


def test_a_message_of_an_unexpected_type_is_left_to_the_executor() -> None:
    result = left_to_the_executor("subscription { userEvents { ... on Event { id } } }", object(), seen_by(VIEWERS[0]))
    assert result.errors
