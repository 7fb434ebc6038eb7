"""Which events a member sees: those whose subject they may see now, whenever the event occurred."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import policies
from domain.models.actor import Actor, Role
from domain.models.event import Audience, Change, Event, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.models.user import Status, User

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SUBJECT = User(UUID(int=1), "sam@example.com", "Sam Secret", Role.MEMBER, Status.ACTIVE, 3, NOW, NOW)
MEMBER, AUDITOR = Actor(UUID(int=8), Role.MEMBER), Actor(UUID(int=9), Role.AUDITOR)
AUDIENCES = [None, *Audience]
PERSONAL = ["sam@example.com", "Sam Secret"]

events = st.builds(
    Event,
    type=st.sampled_from(EventType),
    subject=st.just(Subject(SubjectKind.USER, SUBJECT.id)),
    user_id=st.just(SUBJECT.id),
    occurred_at=st.just(NOW),
    changes=st.lists(
        st.sampled_from(
            [
                Change("email", None, "sam@example.com"),
                Change("display_name", "Sam Secret", "Sam"),
                Change("role", "member", "auditor"),
                Change("status", "active", "disabled"),
                Change("reason", None, "signed_out"),
            ]
        )
    ),
    audience_before=st.sampled_from(AUDIENCES),
    audience_after=st.sampled_from(AUDIENCES),
    request_id=st.just("r"),
    ip_address=st.just("192.0.2.1"),
)
hidden = st.sampled_from([None, replace(SUBJECT, status=Status.DISABLED), replace(SUBJECT, status=Status.DELETED)])


@given(events, hidden)
def test_of_a_hidden_user_a_member_sees_only_that_they_left(event: Event, subject: User | None) -> None:
    left = event.audience_before is Audience.EVERYONE and event.audience_after is not Audience.EVERYONE
    assert policies.can_see_event(MEMBER, event, subject) == (left and event.type.traits.is_public)
    seen = policies.event_as_seen(MEMBER, event, subject)
    assert {c.field for c in seen.changes} <= {"status"}
    assert (seen.ip_address, seen.request_id, seen.session_id) == (None, None, None)


@given(events)
def test_of_a_visible_user_a_member_sees_the_public_fields(event: Event) -> None:
    public = event.type.traits.is_public and Audience.EVERYONE in (event.audience_before, event.audience_after)
    assert policies.can_see_event(MEMBER, event, SUBJECT) == public
    assert {c.field for c in policies.event_as_seen(MEMBER, event, SUBJECT).changes} <= {
        "display_name",
        "role",
        "status",
    }


@given(events, st.sampled_from([SUBJECT, replace(SUBJECT, status=Status.DISABLED)]))
def test_auditors_see_everything_and_each_user_their_own_events(event: Event, subject: User) -> None:
    for actor in (AUDITOR, Actor(SUBJECT.id, Role.MEMBER)):
        assert policies.can_see_event(actor, event, subject)
        assert policies.event_as_seen(actor, event, subject) is event


@pytest.mark.parametrize("actor", [MEMBER, AUDITOR, Actor(UUID(int=7), Role.ADMIN)])
@given(event=events)
def test_personal_data_of_an_erased_user_is_shown_to_no_actor(actor: Actor, event: Event) -> None:
    seen = policies.event_as_seen(actor, event, None)
    assert not [c for c in seen.changes if c.before in PERSONAL or c.after in PERSONAL]
    assert seen.ip_address is None


@pytest.mark.parametrize(("who", "status", "sees"), [(MEMBER, "active", True), (MEMBER, "deleted", False)])
def test_a_member_filters_only_by_visible_actors(who: Actor, status: str, *, sees: bool) -> None:
    assert policies.can_see_by_actor(who, replace(SUBJECT, status=Status(status))) is sees
    assert not policies.can_see_by_actor(who, None)
    assert policies.can_see_by_actor(AUDITOR, None)


@given(events, st.sampled_from([SUBJECT, replace(SUBJECT, status=Status.DISABLED), None]))
def test_an_event_that_concerns_no_user_belongs_to_no_actor(event: Event, user: User | None) -> None:
    """An actor without a user is not the user concerned by an event that concerns none."""
    unrelated = replace(event, subject=Subject(SubjectKind.API_KEY, UUID(int=2)), user_id=None)
    anonymous = Actor(None, Role.MEMBER)
    public = event.type.traits.is_public and Audience.EVERYONE in (event.audience_before, event.audience_after)
    for actor in (anonymous, MEMBER):
        assert policies.can_see_event(actor, unrelated, user) == public
        assert policies.event_as_seen(actor, unrelated, user).ip_address is None
    assert policies.can_see_event(AUDITOR, unrelated, None)
    assert policies.event_as_seen(AUDITOR, unrelated, None) is unrelated, "no user is concerned, so nothing is personal"
    assert not policies.can_see_history(anonymous, None)


@given(events)
def test_erasing_removes_personal_data_of_the_user_concerned_and_the_actor_s_address(event: Event) -> None:
    acting_user, other = UUID(int=6), UUID(int=5)
    done = replace(event, actor_id=acting_user)
    assert policies.without_erased(done, {other}) is done
    assert policies.without_erased(done, {SUBJECT.id}) == policies.without_personal_data(done)
    by_erased = policies.without_erased(done, {acting_user})
    assert by_erased == replace(done, ip_address=None), "events of other users stay readable, as in the table"
