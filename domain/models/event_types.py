"""The types of events, and the traits of each type. Everything else reads them from here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self


class SubjectKind(StrEnum):
    """What an event can be about."""

    USER = "user"
    SESSION = "session"
    API_KEY = "api_key"


@dataclass(frozen=True, slots=True)
class Traits:
    """What is true of every event of a type.

    `is_public`: everyone who may see the subject may see the event; otherwise only the user concerned, auditors and
    admins. `ends_sessions`: sessions and live sockets of the user concerned must be checked again.
    `changes_directory`: the event can change which users match a query, or what is shown of them.
    `public_fields`: the fields of its changes that everyone who may see a public event can see.
    `personal`: the fields of its changes whose values are removed when the user concerned is erased.
    """

    about: SubjectKind
    is_public: bool = False
    ends_sessions: bool = False
    changes_directory: bool = False
    public_fields: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()


_PUBLIC = frozenset({"display_name", "role", "status"})
_DIRECTORY = Traits(SubjectKind.USER, is_public=True, changes_directory=True, public_fields=_PUBLIC)
_PROFILE = replace(_DIRECTORY, personal=frozenset({"email", "display_name"}))
_ACCESS = replace(_DIRECTORY, ends_sessions=True)


class EventType(StrEnum):
    """What happened, in the past tense."""

    traits: Traits
    """The traits of this type; the enum value is its name in the log."""

    def __new__(cls, name: str, traits: Traits | None = None) -> Self:
        """Raises TypeError for a type that is defined without traits."""
        if traits is None:
            raise TypeError(f"{name} has no traits")
        member = str.__new__(cls, name)
        member._value_ = name
        member.traits = traits
        return member

    USER_CREATED = "user_created", _PROFILE
    USER_UPDATED = "user_updated", _PROFILE
    USER_ROLE_CHANGED = "user_role_changed", _ACCESS
    USER_DISABLED = "user_disabled", _ACCESS
    USER_ENABLED = "user_enabled", _DIRECTORY
    USER_DELETED = "user_deleted", _ACCESS
    USER_RESTORED = "user_restored", _DIRECTORY
    USER_ERASED = "user_erased", _ACCESS
    EMAIL_VERIFIED = "email_verified", Traits(SubjectKind.USER, changes_directory=True)
    PASSWORD_CHANGED = "password_changed", Traits(SubjectKind.USER, ends_sessions=True)
    SESSION_STARTED = "session_started", Traits(SubjectKind.SESSION)
    SESSION_REVOKED = "session_revoked", Traits(SubjectKind.SESSION, ends_sessions=True)
    SESSION_REUSE_DETECTED = "session_reuse_detected", Traits(SubjectKind.SESSION, ends_sessions=True)
    SIGN_IN_FAILED = "sign_in_failed", Traits(SubjectKind.USER)
    API_KEY_CREATED = "api_key_created", Traits(SubjectKind.API_KEY)
    API_KEY_REVOKED = "api_key_revoked", Traits(SubjectKind.API_KEY)


PERSONAL_FIELDS = frozenset[str]().union(*(t.traits.personal for t in EventType))
"""The fields that erasing a user clears in every entry that concerns them, whatever its type."""
