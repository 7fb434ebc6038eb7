"""What each type of event means: a table to read, and that nothing can be named without a meaning."""

from __future__ import annotations

import pytest

from domain.models.event_types import PERSONAL_FIELDS, EventType, SubjectKind

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
PEOPLE = {SubjectKind.USER, SubjectKind.SESSION, SubjectKind.API_KEY}
"""What the tables tell of; who sees the events of another noun is decided with the noun."""
ENDING = {
    "user_role_changed",
    "user_disabled",
    "user_deleted",
    "user_erased",
    "password_changed",
    "session_revoked",
    "session_reuse_detected",
}


@pytest.mark.parametrize(
    ("trait", "types"),
    [("is_public", USERS), ("ends_sessions", ENDING), ("changes_directory", USERS | {"email_verified"})],
)
def test_which_types_have_a_trait(trait: str, types: set[str]) -> None:
    assert {t.value for t in EventType if t.traits.about in PEOPLE and getattr(t.traits, trait)} == types


def test_what_is_personal() -> None:
    assert {t.value: t.traits.personal for t in EventType if t.traits.personal} == {
        "user_created": {"email", "display_name"},
        "user_updated": {"email", "display_name"},
    }
    assert {"email", "display_name"} == PERSONAL_FIELDS


def test_members_see_no_private_field() -> None:
    about_people = [t.traits for t in EventType if t.traits.about in PEOPLE]
    assert {f for traits in about_people for f in traits.public_fields} == {"display_name", "role", "status"}
    assert not [t for t in EventType if t.traits.public_fields and not t.traits.is_public]


def test_only_what_is_about_users_changes_the_directory() -> None:
    """The feed takes the subject of such an event for a user."""
    assert {t.traits.about for t in EventType if t.traits.changes_directory} == {SubjectKind.USER}


def test_a_type_without_traits_or_without_a_description_cannot_be_named() -> None:
    new = vars(EventType)["__new_member__"]
    with pytest.raises(TypeError, match="team_created has no traits"):
        new(EventType, "team_created")
    with pytest.raises(TypeError, match="team_created has no description"):
        new(EventType, "team_created", EventType.USER_CREATED.traits)
