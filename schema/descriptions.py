"""What the schema says of itself: every type, field, argument and enum value has a description.

A type and a resolver are described by their docstrings, unless they are given another text. What has no docstring is
described here: attributes by `Type.field` or by the name that several types share, arguments by their name, enum values.
A test walks the schema and fails for whatever is left without a text.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLArgument, GraphQLEnumType, GraphQLField, GraphQLInputField, GraphQLSchema

TYPES = {
    "ChangePasswordInput": "The current password as proof, and the new one.",
    "ConflictProblem": "The write conflicts with what is stored: the value is taken, or the object has changed meanwhile.",
    "CreateUserInput": "The fields of a new user, who is active at once.",
    "CredentialsProblem": "The credentials are not accepted: wrong, expired, revoked, or of a disabled account.",
    "Done": "The mutation succeeded and has nothing else to return.",
    "DoneResult": "Success, or why the mutation was refused.",
    "EventConnection": "A page of log entries, newest first.",
    "EventMessage": "What `userEvents` sends.",
    "FeedMessage": "What `userFeed` sends.",
    "ForbiddenProblem": "The viewer may not do this, or it would leave the directory without an active admin.",
    "NotFoundProblem": "There is no such object, or the viewer may not know of it.",
    "RateLimitProblem": "Too many attempts: wait, then try again.",
    "RefreshResult": "The renewed session, or why it was refused.",
    "SessionConnection": "A page of sessions, newest first.",
    "SignInInput": "The credentials to sign in with.",
    "SignInResult": "The new session, or why it was refused.",
    "SignUpResult": "The first session of the new account, or why signing up was refused.",
    "UserOrder": "How a list of users is sorted; users with equal values are sorted by id.",
    "UserResult": "The user as written, or why the mutation was refused.",
    "UserSortField": "The fields that a list of users can be sorted by.",
    "UserStatus": "Whether a user may sign in.",
}

SUFFIXES = {
    "Connection": "A page of a list (GraphQL Cursor Connections).",
    "Edge": "An entry of a list, with its position.",
}
"""Types that are made for every noun, by the end of their name."""

SHARED = {
    "code": "The reason, for programs.",
    "cursor": "The position to continue from.",
    "cookie": "Sets the session as httpOnly cookies and leaves the tokens out of the payload.",
    "displayName": "The name as shown to others.",
    "edges": "The entries of the page, in order.",
    "email": "The e-mail address; compared without case.",
    "expectedVersion": "Refuses the write with VERSION_CONFLICT if the user has another version by now.",
    "message": "The reason, for people.",
    "node": "The object itself.",
    "pageInfo": "Where the page stands in its list.",
    "role": "What the user may do.",
    "user": "The user as they are now.",
    "userId": "The id of the user concerned.",
}
"""Attributes of one meaning in whatever type they stand; `Type.field` in ATTRIBUTES comes first."""

ATTRIBUTES = {
    "ChangePasswordInput.currentPassword": "The password that is valid now.",
    "ChangePasswordInput.newPassword": "The password to set, of 8 to 256 characters.",
    "CreateUserInput.password": "The first password; without one the user cannot sign in until it is set.",
    "CreateUserInput.role": "What the user may do; a member unless given.",
    "DirectoryStats.byRole": "The visible users by role, with every role listed.",
    "DirectoryStats.byStatus": "The visible users by status, with every status listed.",
    "DirectoryStats.online": "How many users hold a live socket now.",
    "DirectoryStats.total": "How many users the viewer sees.",
    "Done.cursor": "The log position of the write; send it as the header Rollcall-Read-After to read the write back.",
    "Done.ok": "Always true.",
    "Event.occurredAt": "When it happened, by the clock of the server that wrote it.",
    "Event.type": "What happened, in the past tense.",
    "EventCount.at": "The beginning of the hour.",
    "EventCount.count": "How many such events were in that hour.",
    "EventCount.type": "What happened.",
    "EventCounts.counts": "The counts by type and hour; what did not happen is not listed.",
    "EventCounts.since": "The moment from which events are counted.",
    "EventEdge.cursor": "The position of this entry in the list; give it as `after` or `before`.",
    "EventFilter.actorId": "Only what this user did.",
    "EventFilter.subjectId": "Only events about the object with this id.",
    "EventFilter.types": "Only events of these types.",
    "EventFilter.userId": "Only events that concern this user.",
    "FieldChange.after": "The value after the change; null if the field was cleared.",
    "FieldChange.before": "The value before the change; null if there was none.",
    "FieldChange.field": "The name of the field, as this schema writes it.",
    "FieldProblem.field": "The name of the field that was refused.",
    "Heartbeat.at": "The time at the server.",
    "PageInfo.endCursor": "The cursor of the last edge; null for an empty page.",
    "PageInfo.hasNextPage": "Whether the list continues after this page.",
    "PageInfo.hasPreviousPage": "Whether the list has entries before this page.",
    "PageInfo.startCursor": "The cursor of the first edge; null for an empty page.",
    "PresenceChange.at": "When it was noticed.",
    "PresenceChange.online": "Whether the user is online now.",
    "PresenceChange.userId": "The user who came online or went offline.",
    "RateLimitProblem.retryAfterSeconds": "How long to wait before the next attempt, in seconds.",
    "ResyncRequired.cursor": "The position to subscribe from after reading again.",
    "ResyncRequired.reason": "Why the position cannot be served, for people.",
    "RoleCount.count": "How many users have it.",
    "RoleCount.role": "The role that is counted.",
    "SessionEdge.cursor": "The position of this session in the list; give it as `after` or `before`.",
    "Session.user": "The user whose session it is.",
    "SessionNotice.kind": "What happened to the session, for programs.",
    "SessionPayload.accessTokenExpiresAt": "When the access token expires; refresh the session before then.",
    "SessionPayload.refreshToken": "The token for `refreshSession`, valid once. Null if the session travels in cookies.",
    "SessionPayload.session": "The session that began or was renewed.",
    "SessionPayload.user": "The user who is signed in.",
    "SignInInput.password": "The password that belongs to the e-mail address.",
    "SignInInput.totpCode": "The code of a second factor. There are none yet: leave it out.",
    "SignUpInput.password": "The password to set, of 8 to 256 characters.",
    "StatusCount.count": "How many users have it.",
    "StatusCount.status": "The status that is counted.",
    "UpdateUserInput.id": "The user to change.",
    "User.displayName": "The name as shown to others.",
    "UserChanged.changes": "What the event changed, as far as the viewer may see it.",
    "UserEdge.cursor": "The position of this user in the list; give it as `after` or `before`.",
    "UserFilter.createdAfter": "Only users created later than this.",
    "UserFilter.createdBefore": "Only users created earlier than this.",
    "UserFilter.emailVerified": "Only users whose e-mail address is, or is not, verified.",
    "UserFilter.online": "Only users who are, or are not, online.",
    "UserFilter.role": "Only users with one of these roles.",
    "UserFilter.status": "Only users with one of these statuses.",
    "UserLeft.userId": "The user to remove from the list.",
    "UserOrder.direction": "Ascending unless given.",
    "UserOrder.field": "The field to sort by.",
    "UserPayload.cursor": "The log position of the write.",
    "ValidationProblem.fields": "Every field that was refused.",
}

ARGUMENTS = {
    "after": "Starts after this cursor.",
    "before": "Ends before this cursor.",
    "filter": "Which entries are included; without it, all.",
    "first": "How many entries from the start, 1 to 100.",
    "id": "The id of the object; one that does not exist, or that the viewer may not know of, is not found.",
    "ids": "The ids, at most 100.",
    "input": "The values of the mutation.",
    "last": "How many entries from the end, 1 to 100.",
    "orderBy": "How the list is sorted; by creation, oldest first, unless given.",
    "refreshToken": "The refresh token; without it, the refresh cookie counts.",
    "search": "Words, or beginnings of words, of names and e-mail addresses.",
    "userId": "The id of the user whose sessions are meant.",
}

VALUES = {
    "EventType.API_KEY_CREATED": "An API key was created.",
    "EventType.API_KEY_REVOKED": "An API key was revoked.",
    "EventType.EMAIL_VERIFIED": "A user proved that the e-mail address is theirs.",
    "EventType.PASSWORD_CHANGED": "A user's password was set.",
    "EventType.SESSION_REUSE_DETECTED": "A refresh token was used twice, and its session ended.",
    "EventType.SESSION_REVOKED": "A session ended before its time.",
    "EventType.SESSION_STARTED": "A user signed in.",
    "EventType.SIGN_IN_FAILED": "An attempt to sign in as a user was refused.",
    "EventType.USER_CREATED": "A user was created.",
    "EventType.USER_DELETED": "A user was deleted and can be restored.",
    "EventType.USER_DISABLED": "A user was disabled and can no longer sign in.",
    "EventType.USER_ENABLED": "A disabled user may sign in again.",
    "EventType.USER_ERASED": "A user's personal data was removed for good.",
    "EventType.USER_RESTORED": "A deleted user is active again.",
    "EventType.USER_ROLE_CHANGED": "A user's role changed.",
    "EventType.USER_UPDATED": "A user's e-mail address or display name changed.",
    "ProblemCode.ACCOUNT_DISABLED": "The account is disabled.",
    "ProblemCode.EMAIL_TAKEN": "Another user has this e-mail address.",
    "ProblemCode.FORBIDDEN": "The viewer may not do this.",
    "ProblemCode.INVALID_CREDENTIALS": "The e-mail address or the password is wrong.",
    "ProblemCode.LAST_ADMIN": "The directory would be left without an active admin.",
    "ProblemCode.NOT_FOUND": "There is no such object, or the viewer may not know of it.",
    "ProblemCode.RATE_LIMITED": "Too many attempts: wait before the next one.",
    "ProblemCode.SECOND_FACTOR_REQUIRED": "The password is right, and a second factor is needed too.",
    "ProblemCode.SESSION_REVOKED": "The session has ended: sign in again.",
    "ProblemCode.TOKEN_EXPIRED": "The token has expired.",
    "ProblemCode.TOKEN_INVALID": "The token is not one of ours, or is damaged.",
    "ProblemCode.VALIDATION_ERROR": "One or more fields were refused.",
    "ProblemCode.VERSION_CONFLICT": "The object has changed since the version that was given.",
    "Role.ADMIN": "Sees and changes everything.",
    "Role.AUDITOR": "Sees everybody and the whole log, and changes only their own account.",
    "Role.MEMBER": "Sees active users, and changes only their own account.",
    "SessionNoticeKind.DISABLED": "The account was disabled, deleted or erased.",
    "SessionNoticeKind.EXPIRING": "The access token expires soon: authenticate again on the open socket.",
    "SessionNoticeKind.ROLE_CHANGED": "The user's role changed: connect again.",
    "SessionNoticeKind.SIGNED_OUT": "The session was signed out or revoked.",
    "SortDirection.ASC": "Smallest, earliest or first in the alphabet first.",
    "SortDirection.DESC": "Largest, latest or last in the alphabet first.",
    "UserSortField.CREATED_AT": "When the user was created.",
    "UserSortField.DISPLAY_NAME": "The display name, without case and accents.",
    "UserSortField.EMAIL": "The e-mail address; for viewers who may not see it, the display name.",
    "UserSortField.LAST_SEEN_AT": "When the user was last seen; never counts as earliest.",
    "UserSortField.UPDATED_AT": "When the user was last changed.",
    "UserStatus.ACTIVE": "May sign in.",
    "UserStatus.DELETED": "May not sign in, is hidden from members, and can be restored.",
    "UserStatus.DISABLED": "May not sign in until an admin enables the account.",
}


def describe(schema: GraphQLSchema) -> None:
    """Give every definition that has no description its own, in place."""
    for name, type_ in schema.type_map.items():
        if name.startswith("__"):
            continue
        written = type_.description or TYPES.get(name) or _by_suffix(name)
        type_.description = written or _docstring(_definition(type_, "origin"))
        for field_name, field in getattr(type_, "fields", {}).items():
            _describe_field(name, field_name, field)
        if isinstance(type_, GraphQLEnumType):
            type_.description = type_.description or _docstring(_definition(type_, "wrapped_cls"))
            for value_name, value in type_.values.items():
                value.description = value.description or VALUES.get(f"{name}.{value_name}")


def _by_suffix(name: str) -> str | None:
    return next((text for suffix, text in SUFFIXES.items() if name.endswith(suffix)), None)


def _describe_field(type_name: str, name: str, field: GraphQLField | GraphQLInputField) -> None:
    written = ATTRIBUTES.get(f"{type_name}.{name}")
    field.description = field.description or written or _docstring(_resolver(field)) or SHARED.get(name)
    for argument_name, argument in _arguments(field):
        argument.description = argument.description or ARGUMENTS.get(argument_name) or SHARED.get(argument_name)


def _arguments(field: GraphQLField | GraphQLInputField) -> Iterator[tuple[str, GraphQLArgument]]:
    yield from getattr(field, "args", {}).items()


def _definition(of: Any, attribute: str) -> Any:
    """What Strawberry made a definition from, or None."""
    return getattr((of.extensions or {}).get("strawberry-definition"), attribute, None)


def _resolver(field: GraphQLField | GraphQLInputField) -> Any:
    return getattr(_definition(field, "base_resolver"), "wrapped_func", None)


def _docstring(of: Any) -> str | None:
    """A docstring of its own (an inherited one is not) with each paragraph on one line, or None."""
    text = of.__dict__.get("__doc__") if inspect.isclass(of) else getattr(of, "__doc__", None)
    if not text:
        return None
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text).split("\n\n"))
