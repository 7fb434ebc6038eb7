"""One spelling of an event: as a record, on the wire, in a file, and as the columns of its table."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli.files.events import event_of, line_of
from domain.models.actor import Actor, Role
from domain.models.event import APPENDED, PLACED, Audience, Change, Event, NewEvent, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.models.session import EndReason, Session, session_ended, session_started
from domain.models.user import Status, User, password_changed, sign_in_failed, user_changed, user_created, user_erased
from persistence.log.table import events as table
from persistence.log.wire import decode, encode
from persistence.user import WRITTEN
from persistence.user_table import users

EPOCH = UUID(int=7)
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
USER = User(UUID(int=1), "sam@example.com", "Sam", Role.MEMBER, Status.ACTIVE, 3, NOW, NOW)
ids = st.uuids()
texts = st.none() | st.text(st.characters(codec="utf-8"), max_size=20)
entries = st.builds(
    Event,
    type=st.sampled_from(EventType),
    subject=st.builds(Subject, st.sampled_from(SubjectKind), ids),
    user_id=st.none() | ids,
    occurred_at=st.datetimes(timezones=st.just(UTC)),
    actor_id=st.none() | ids,
    session_id=st.none() | ids,
    changes=st.lists(st.builds(Change, st.text(max_size=5), texts, texts | st.booleans()), max_size=3),
    audience_before=st.none() | st.sampled_from(Audience),
    audience_after=st.none() | st.sampled_from(Audience),
    user_version=st.none() | st.integers(1, 99),
    request_id=texts,
    ip_address=texts,
    id=ids,
    seq=st.integers(1, 2**53),
    ord=st.integers(1, 2**53),
)


@given(entries)
def test_an_event_is_the_same_from_its_record_a_message_and_a_file(event: Event) -> None:
    assert Event.from_record(event.to_record()) == event
    assert decode(encode([event, event], EPOCH)) == (EPOCH, [event, event])
    assert event_of(line_of(event, EPOCH)) == event


def test_an_event_of_a_newer_release_is_the_same_from_a_message_and_a_file() -> None:
    """A process that does not know a type numbers it, passes it on and exports it for those that do."""
    known = Event(EventType.USER_ENABLED, Subject(SubjectKind.USER, USER.id), USER.id, NOW)
    record = known.to_record() | {"type": "team_made", "subject_kind": "team"}
    event = Event.from_record(record)
    assert event.to_record() == record
    assert decode(encode([event], EPOCH)) == (EPOCH, [event])
    assert event_of(line_of(event, EPOCH)) == event


@given(entries)
def test_a_record_holds_plain_values_only(event: Event) -> None:
    """The drivers and the serializers need no class of this project."""
    values = [*event.to_record().values()]
    known = {str, int, bool, list, dict, type(None), UUID, datetime}
    assert {type(v) for v in values} <= known


def test_a_record_has_every_field_and_the_table_every_name() -> None:
    spelled = {"subject_kind", "subject_id"}
    assert set(APPENDED) == {f.name for f in fields(NewEvent)} - {"subject"} | spelled
    assert set(PLACED) == {f.name for f in fields(Event)} - {"subject"} | spelled
    assert set(PLACED) == set(table.c.keys())


def test_a_user_is_written_with_every_field_and_the_keys_of_name_and_address() -> None:
    of_password = {"can_sign_in"}
    assert {c.name for c in WRITTEN} == {f.name for f in fields(User)} - of_password | {"name_key", "email_key"}
    assert set(users.c.keys()) - {c.name for c in WRITTEN} == {"password_hash", "has_passkey", "traits"}


@pytest.mark.parametrize("name", PLACED)
def test_a_record_without_a_name_is_refused(name: str) -> None:
    record = Event(EventType.USER_ENABLED, Subject(SubjectKind.USER, USER.id), USER.id, NOW).to_record()
    del record[name]
    with pytest.raises(KeyError):
        Event.from_record(record)


def legacy_line(type_: str, session: str | None, before: str | None, after: str | None) -> bytes:
    """A line as `rollcall log prune --export` wrote it while every event was about a user."""
    record = {"cursor": "c", "seq": 4, "id": str(UUID(int=9)), "ord": 5, "type": type_}
    record |= {"occurred_at": NOW.isoformat(), "user_id": str(USER.id), "actor_id": None, "session_id": session}
    record |= {"changes": [], "status_before": before, "status_after": after, "user_version": 3}
    return orjson.dumps(record | {"request_id": "r", "ip_address": None}) + b"\n"


@pytest.mark.parametrize(
    ("type_", "before", "after", "audiences"),
    [
        ("user_created", None, "active", (None, "everyone")),
        ("user_disabled", "active", "disabled", ("everyone", "auditors")),
        ("user_erased", "deleted", None, ("auditors", None)),
        ("session_started", "active", "active", (None, "owner")),
        ("session_revoked", "active", "active", ("owner", None)),
    ],
)
def test_files_of_earlier_versions_are_read(
    type_: str, before: str | None, after: str | None, audiences: tuple[str | None, str | None]
) -> None:
    session = UUID(int=2)
    about_session = type_.startswith("session")
    event = event_of(legacy_line(type_, str(session) if about_session else None, before, after))
    subject = Subject(SubjectKind.SESSION, session) if about_session else Subject(SubjectKind.USER, USER.id)
    assert (event.subject, event.user_id, event.seq, event.occurred_at) == (subject, USER.id, 4, NOW)
    assert (event.audience_before, event.audience_after) == audiences


def test_each_event_has_the_subject_of_its_type_and_names_the_user_concerned() -> None:
    actor, session = Actor(UUID(int=8), Role.ADMIN), Session(UUID(int=2), USER.id, NOW, NOW, NOW)
    _, changes = USER.changed(NOW, role=Role.AUDITOR, display_name="Other", status=Status.DISABLED)
    events = [
        user_created(actor, USER),
        *user_changed(actor, USER, USER.changed(NOW, status=Status.DISABLED)[0], changes),
        user_erased(actor, USER, NOW),
        password_changed(actor, USER, NOW),
        session_started(actor, USER, session),
        session_ended(actor, USER, session.id, EndReason.REVOKED, NOW),
        session_ended(None, USER, session.id, EndReason.REUSED, NOW),
        sign_in_failed(actor, USER, NOW),
    ]
    for event in events:
        assert event.subject.kind is event.type.traits.about
        assert event.subject.id == (session.id if event.subject.kind is SubjectKind.SESSION else USER.id)
        assert (event.user_id, event.user_version is not None) == (USER.id, True)
    audiences = {e.type.value: (e.audience_before, e.audience_after) for e in events}
    assert audiences["user_created"] == (None, Audience.EVERYONE)
    assert audiences["user_updated"] == audiences["user_disabled"] == (Audience.EVERYONE, Audience.AUDITORS)
    assert audiences["user_erased"] == (Audience.EVERYONE, None)
    assert audiences["session_started"] == (None, Audience.OWNER)
    assert audiences["session_revoked"] == audiences["session_reuse_detected"] == (Audience.OWNER, None)
