"""The types of events, and the traits of each type. Everything else reads them from here.

While a new release replaces this one, the log has events of types that only the new one knows. `named` carries them: they
are numbered, passed on and exported under their own names, and shown to no client, because nothing is known of what they
say. What this process keeps of the user concerned is dropped and read anew, as after any event that may have changed it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Self, TypeVar

S = TypeVar("S", bound=StrEnum)
NAMES_MAX = 1_000
"""How many names of a newer release are remembered."""


class SubjectKind(StrEnum):
    """What an event can be about."""

    @classmethod
    @lru_cache(maxsize=NAMES_MAX)
    def named(cls, name: str) -> Self:
        """The kind of this name; one that this release does not know equals its name only."""
        return cls._value2member_map_.get(name) or _unlisted(cls, name)  # type: ignore[return-value]

    USER = "user"
    SESSION = "session"
    API_KEY = "api_key"
    PASSKEY = "passkey"
    SIGNING_KEY = "signing_key"
    INVITATION = "invitation"
    WEBHOOK_ENDPOINT = "webhook_endpoint"


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
_VERIFICATION = Traits(SubjectKind.USER, changes_directory=True)
_WEBHOOK = Traits(SubjectKind.WEBHOOK_ENDPOINT)
_SESSION_END = Traits(SubjectKind.SESSION, ends_sessions=True)


def _unlisted(cls: type[S], name: object) -> S:
    """A member with this name that is not listed in its class, as enum.Flag makes those of combined flags.

    Raises ValueError for what cannot be a name.
    """
    if not (isinstance(name, str) and name.isidentifier()):
        raise ValueError(f"{name!r} is not a name")
    member = str.__new__(cls, name)
    member._name_ = member._value_ = name
    return member


class EventType(StrEnum):
    """What happened, in the past tense."""

    traits: Traits
    """The traits of this type; the enum value is its name in the log."""
    description: str
    """What has happened, as the schema tells its clients."""
    is_known: bool
    """Whether this release knows the type."""

    def __new__(cls, name: str, traits: Traits | None = None, description: str = "") -> Self:
        """Raises TypeError for a type that is defined without traits or without a description."""
        if traits is None or not description:
            raise TypeError(f"{name} has no {'description' if traits else 'traits'}")
        member = str.__new__(cls, name)
        member._value_ = name
        member.traits, member.description, member.is_known = traits, description, True
        return member

    @classmethod
    @lru_cache(maxsize=NAMES_MAX)
    def named(cls, name: str, about: SubjectKind = SubjectKind.USER) -> Self:
        """The type of this name. One that this release does not know is about `about`, and may have changed anything of the user."""
        known = cls._value2member_map_.get(name)
        if known is not None:
            return known  # type: ignore[return-value]
        member = _unlisted(cls, name)
        member.traits = Traits(about, ends_sessions=True, changes_directory=about is SubjectKind.USER)
        member.description, member.is_known = "An event of a newer release.", False
        return member

    USER_CREATED = "user_created", _PROFILE, "A user was created."
    USER_UPDATED = "user_updated", _PROFILE, "A user's e-mail address or display name changed."
    USER_ROLE_CHANGED = "user_role_changed", _ACCESS, "A user's role changed."
    USER_DISABLED = "user_disabled", _ACCESS, "A user was disabled and can no longer sign in."
    USER_ENABLED = "user_enabled", _DIRECTORY, "A disabled user may sign in again."
    USER_DELETED = "user_deleted", _ACCESS, "A user was deleted and can be restored."
    USER_RESTORED = "user_restored", _DIRECTORY, "A deleted user is active again."
    USER_ERASED = "user_erased", _ACCESS, "A user's personal data was permanently removed."
    EMAIL_VERIFIED = "email_verified", _VERIFICATION, "A user confirmed their e-mail address."
    PASSWORD_CHANGED = "password_changed", Traits(SubjectKind.USER, ends_sessions=True), "A user's password was set."
    SESSION_STARTED = "session_started", Traits(SubjectKind.SESSION), "A user signed in."
    SESSION_REVOKED = "session_revoked", _SESSION_END, "A session was ended before it expired."
    SESSION_REUSE_DETECTED = (
        "session_reuse_detected",
        _SESSION_END,
        "A refresh token was used twice, and its session ended.",
    )
    SIGN_IN_FAILED = "sign_in_failed", Traits(SubjectKind.USER), "An attempt to sign in as a user failed."
    SECOND_FACTOR_ADDED = "second_factor_added", Traits(SubjectKind.USER), "A user added a second factor."
    SECOND_FACTOR_REMOVED = "second_factor_removed", Traits(SubjectKind.USER), "A user's second factor was removed."
    PASSKEY_ADDED = "passkey_added", Traits(SubjectKind.PASSKEY), "A user registered a passkey."
    PASSKEY_REMOVED = "passkey_removed", Traits(SubjectKind.PASSKEY), "A user's passkey was removed."
    API_KEY_CREATED = "api_key_created", Traits(SubjectKind.API_KEY), "An API key was created."
    API_KEY_REVOKED = "api_key_revoked", Traits(SubjectKind.API_KEY, ends_sessions=True), "An API key was revoked."
    PASSWORD_RESET_REQUESTED = (
        "password_reset_requested",
        Traits(SubjectKind.USER),
        "Somebody asked for a link with which a user's password can be set.",
    )
    EMAIL_CHANGE_REQUESTED = (
        "email_change_requested",
        Traits(SubjectKind.USER),
        "A user asked to change their e-mail address, which changes once the new one is confirmed.",
    )
    INVITATION_SENT = "invitation_sent", Traits(SubjectKind.INVITATION), "Somebody was invited to make an account."
    INVITATION_ACCEPTED = (
        "invitation_accepted",
        Traits(SubjectKind.INVITATION),
        "Somebody who was invited made their account.",
    )
    INVITATION_WITHDRAWN = "invitation_withdrawn", Traits(SubjectKind.INVITATION), "An invitation was withdrawn."
    SIGNING_KEY_ROTATED = (
        "signing_key_rotated",
        Traits(SubjectKind.SIGNING_KEY),
        "A key that signs access tokens was added or revoked.",
    )
    WEBHOOK_ENDPOINT_CREATED = "webhook_endpoint_created", _WEBHOOK, "A webhook endpoint was created."
    WEBHOOK_ENDPOINT_UPDATED = (
        "webhook_endpoint_updated",
        _WEBHOOK,
        "A webhook endpoint was changed, enabled or disabled.",
    )
    WEBHOOK_ENDPOINT_DELETED = "webhook_endpoint_deleted", _WEBHOOK, "A webhook endpoint was deleted."
    WEBHOOK_SECRET_ROTATED = "webhook_secret_rotated", _WEBHOOK, "The secret of a webhook endpoint was replaced."


CHANGES_USERS = frozenset(
    t
    for t in EventType
    if t.traits.about in (SubjectKind.USER, SubjectKind.PASSKEY) and t is not EventType.SIGN_IN_FAILED
)
_KEEPS_USERS = frozenset(EventType) - CHANGES_USERS


def changes_user(type_: str) -> bool:
    """Whether anything that is shown of the user concerned, except when they were last seen, may be different after such an event.

    After one of an unknown type it may.
    """
    return type_ not in _KEEPS_USERS


PERSONAL_FIELDS = frozenset[str]().union(*(t.traits.personal for t in EventType))
"""The fields that erasing a user clears in every entry that concerns them, whatever its type."""
