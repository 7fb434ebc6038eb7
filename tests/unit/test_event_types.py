"""The traits of each event type, as a table; a type without traits cannot be defined."""

from __future__ import annotations

from typing import Any

import pytest

from domain.models.event_types import PERSONAL_FIELDS, EventType, SubjectKind, changes_user

USERS = {
    "user_created",
    "user_updated",
    "user_role_changed",
    "user_disabled",
    "user_enabled",
    "user_deleted",
    "user_restored",
    "user_erased",
}
ABOUT_USERS = {SubjectKind.USER, SubjectKind.SESSION, SubjectKind.API_KEY}
"""The traits in these tables; who sees the events of another noun is decided with that noun."""
ENDING = {
    "user_role_changed",
    "user_disabled",
    "user_deleted",
    "user_erased",
    "password_changed",
    "session_revoked",
    "session_reuse_detected",
    "api_key_revoked",
}


@pytest.mark.parametrize(
    ("trait", "types"),
    [("is_public", USERS), ("ends_sessions", ENDING), ("changes_directory", USERS | {"email_verified"})],
)
def test_which_types_have_a_trait(trait: str, types: set[str]) -> None:
    assert {t.value for t in EventType if t.traits.about in ABOUT_USERS and getattr(t.traits, trait)} == types


def test_the_personal_fields() -> None:
    assert {t.value: t.traits.personal for t in EventType if t.traits.personal} == {
        "user_created": {"email", "display_name"},
        "user_updated": {"email", "display_name"},
    }
    assert {"email", "display_name"} == PERSONAL_FIELDS


def test_members_see_no_private_field() -> None:
    about_users = [t.traits for t in EventType if t.traits.about in ABOUT_USERS]
    assert {f for traits in about_users for f in traits.public_fields} == {"display_name", "role", "status"}
    assert not [t for t in EventType if t.traits.public_fields and not t.traits.is_public]


def test_only_events_about_users_change_the_directory() -> None:
    """The feed reads the subject of such an event as a user."""
    assert {t.traits.about for t in EventType if t.traits.changes_directory} == {SubjectKind.USER}


def test_a_type_of_a_newer_release_is_carried_by_its_name_and_may_have_changed_the_user() -> None:
    type_ = EventType.named("user_moved")
    assert (type_, type_.value, type_.is_known) == ("user_moved", "user_moved", False)
    assert type_ is EventType.named("user_moved")
    assert type_ not in set(EventType), "no list of types has it, so the schema does not either"
    traits = type_.traits
    assert (traits.is_public, traits.ends_sessions, traits.changes_directory) == (False, True, True)
    assert changes_user(type_)
    assert EventType.named("user_created") is EventType.USER_CREATED
    assert EventType.USER_CREATED.is_known


def test_an_event_about_a_new_noun_is_not_about_a_user() -> None:
    """Nothing takes the subject of such an event for a user, whose leaving a feed would report."""
    kind = SubjectKind.named("starship")
    type_ = EventType.named("starship_sold", kind)
    assert (kind.value, type_.traits.about, type_.traits.changes_directory) == ("starship", kind, False)
    assert kind not in set(SubjectKind)
    assert SubjectKind.named("user") is SubjectKind.USER


@pytest.mark.parametrize("name", [None, 7, "", "two words", "a-b"])
def test_what_is_no_name_is_no_type(name: Any) -> None:
    with pytest.raises(ValueError, match="is not a name"):
        EventType.named(name)


def test_a_type_without_traits_or_description_cannot_be_defined() -> None:
    new = vars(EventType)["__new_member__"]
    with pytest.raises(TypeError, match="team_created has no traits"):
        new(EventType, "team_created")
    with pytest.raises(TypeError, match="team_created has no description"):
        new(EventType, "team_created", EventType.USER_CREATED.traits)
