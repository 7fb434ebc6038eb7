"""Who may see and do what, as a table: a row for each policy and subject, a column for each actor."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain import policies
from domain.errors import Forbidden
from domain.models.actor import Actor, Role, system
from domain.models.user import Status, User

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SUBJECT = User(UUID(int=1), "sam@example.com", "Sam", Role.MEMBER, Status.ACTIVE, 1, NOW, NOW)
ACTORS = {
    "nobody": Actor(None, Role.MEMBER),
    "member": Actor(UUID(int=2), Role.MEMBER),
    "auditor": Actor(UUID(int=3), Role.AUDITOR),
    "admin": Actor(UUID(int=4), Role.ADMIN),
    "system": system(),
    "self": Actor(SUBJECT.id, Role.MEMBER),
    "auditing self": Actor(SUBJECT.id, Role.AUDITOR),
    "admin self": Actor(SUBJECT.id, Role.ADMIN),
}
Check = tuple[Callable[..., Any], tuple[Any, ...]]


def at(status: Status) -> User:
    """The subject with another status."""
    return replace(SUBJECT, status=status)


def editing(*fields: str) -> Check:
    """Whether these fields of the subject may be set."""
    return policies.can_edit, (SUBJECT.id, fields)


# Columns: anonymous, member, auditor, admin, system; then the subject as a member, an auditor and an admin.
TABLE: list[tuple[Check, str]] = [
    ((policies.require_admin, ()), "- - - y y  - - y"),
    ((policies.require_set_password, (SUBJECT.id,)), "- - - y y  - - -"),
    ((policies.require_reset_second_factor, (SUBJECT.id,)), "- - - y y  - - -"),
    ((policies.require_auditor, ()), "- - y y y  - y y"),
    ((policies.require_system, ()), "- - - - y  - - -"),
    ((policies.require_user, ()), "- y y y -  y y y"),
    ((policies.can_see, (at(Status.ACTIVE),)), "y y y y y  y y y"),
    ((policies.can_see, (at(Status.DISABLED),)), "- - y y y  y y y"),
    ((policies.can_see, (at(Status.DELETED),)), "- - y y y  y y y"),
    ((policies.can_see_email, (SUBJECT.id,)), "- - y y y  y y y"),
    ((policies.can_see_access, (SUBJECT.id,)), "- - y y y  y y y"),
    ((policies.can_see_sessions, (SUBJECT.id,)), "- - - y y  y y y"),
    ((policies.can_see_api_keys, (SUBJECT.id,)), "- - - y y  y y y"),
    ((policies.can_see_pending_email, (SUBJECT.id,)), "- - - y y  y y y"),
    ((policies.can_see_second_factors, (SUBJECT.id,)), "- - - y y  y y y"),
    ((policies.can_see_webhooks, ()), "- - - y y  - - y"),
    ((policies.can_see_settings, ()), "- - - y y  - - y"),
    ((policies.can_see_history, (SUBJECT.id,)), "- - y y y  y y y"),
    ((policies.can_see_history, (None,)), "- - y y y  - y y"),
    ((policies.can_see_by_actor, (at(Status.ACTIVE),)), "y y y y y  y y y"),
    ((policies.can_see_by_actor, (at(Status.DISABLED),)), "- - y y y  y y y"),
    ((policies.can_see_by_actor, (at(Status.DELETED),)), "- - y y y  y y y"),
    ((policies.can_see_by_actor, (None,)), "- - y y y  - y y"),
    (editing(), "- - - y y  y y y"),
    (editing("email"), "- - - y y  y y y"),
    (editing("display_name"), "- - - y y  y y y"),
    (editing("email", "display_name"), "- - - y y  y y y"),
    (editing("role"), "- - - y y  - - y"),
    (editing("status"), "- - - y y  - - y"),
    (editing("password"), "- - - y y  - - y"),
    (editing("display_name", "role"), "- - - y y  - - y"),
]
CASES = [
    pytest.param(check, actor, cell == "y", id=f"{check[0].__name__}-{name}-{number}")
    for number, (check, cells) in enumerate(TABLE)
    for (name, actor), cell in zip(ACTORS.items(), cells.split(), strict=True)
]
OF_ENTRIES = {"leaves_view", "can_see_event", "event_as_seen", "_is_in_view", "without_personal_data", "without_erased"}
TESTED_ELSEWHERE = OF_ENTRIES | {"audiences", "visible_statuses", "require_session", "view_of"}
"""Policies tested elsewhere: three of them below, those of log entries in test_event_policies.py, view_of in test_repeatable.py."""


def permits(check: Check, actor: Actor) -> bool:
    """Whether the policy allows it; one that raises Forbidden does not."""
    ask, about = check
    try:
        return ask(actor, *about) is not False
    except Forbidden:
        return False


@pytest.mark.parametrize(("check", "actor", "expected"), CASES)
def test_every_actor_has_the_rights_in_the_table(check: Check, actor: Actor, *, expected: bool) -> None:
    assert permits(check, actor) is expected


@pytest.mark.parametrize("actor", ACTORS.values(), ids=ACTORS)
def test_the_visible_statuses_are_those_of_the_users_an_actor_sees(actor: Actor) -> None:
    other_user = replace(SUBJECT, id=UUID(int=9))
    seen = {s for s in Status if policies.can_see(actor, replace(other_user, status=s))}
    assert policies.visible_statuses(actor) == seen


def test_only_a_session_changes_how_its_user_signs_in() -> None:
    session, key = UUID(int=8), UUID(int=7)
    assert policies.require_session(Actor(SUBJECT.id, Role.MEMBER, session)) == SUBJECT.id
    for without in (Actor(SUBJECT.id, Role.ADMIN), Actor(SUBJECT.id, Role.ADMIN, key_id=key), system()):
        with pytest.raises(Forbidden, match="no key"):
            policies.require_session(without, "no key")


def test_every_policy_has_a_row() -> None:
    own = {n for n, f in inspect.getmembers(policies, inspect.isfunction) if f.__module__ == policies.__name__}
    assert own - TESTED_ELSEWHERE == {check[0].__name__ for check, _ in TABLE}
