"""Descriptions of the schema: every type, field, argument and enum value has one.

Types and resolvers are described by their docstrings, unless a text is given here. Everything without a docstring is
described here: attributes by `Type.field` or by a name that several types share, arguments by name, and enum values
whose members have no `description`. A new noun describes its types, fields and arguments where it declares them.
A test walks the schema and fails if a description is missing.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLArgument, GraphQLEnumType, GraphQLField, GraphQLInputField, GraphQLSchema

TYPES = {
    "ChangePasswordInput": "The current password as proof, and the new one.",
    "AcceptInvitationResult": "The first session of the new account, or why the invitation was not accepted.",
    "ConflictProblem": "The write conflicts with stored data: the value is taken, or the object has changed since it was read.",
    "CreateUserInput": "The fields of a new user, who is active at once.",
    "CredentialsProblem": "The credentials are not accepted: they are wrong, expired or revoked, or the account is disabled.",
    "Done": "The mutation succeeded and has nothing else to return.",
    "ApiKeyResult": "A new API key with its secret, or why it was refused.",
    "DoneResult": "Success, or why the mutation was refused.",
    "InvitationConnection": "A page of invitations, newest first.",
    "InvitationResult": "The invitation as sent, or why it was refused.",
    "EventConnection": "A page of log entries, newest first.",
    "EventMessage": "What `userEvents` sends.",
    "FeedMessage": "What `userFeed` sends.",
    "PasskeyOptionsResult": "Options for the browser, or why they were refused.",
    "PasskeyResult": "The registered passkey, or why it was refused.",
    "ForbiddenProblem": "The viewer may not do this, or it would leave the directory without an active admin.",
    "NotFoundProblem": "The object does not exist, or the viewer may not see it.",
    "RateLimitProblem": "Too many attempts: wait, then try again.",
    "RecoveryCodesResult": "New recovery codes, or why the mutation was refused.",
    "RotateSigningKeysResult": "The key that signs next, or why none was made.",
    "RefreshResult": "The renewed session, or why it was refused.",
    "SessionConnection": "A page of sessions, newest first.",
    "SignInInput": "The credentials to sign in with.",
    "SignInResult": "The new session, or why it was refused.",
    "SignUpResult": "The first session of the new account, or why signing up was refused.",
    "UserOrder": "How a list of users is sorted; users with equal values are sorted by id.",
    "TotpEnrolmentResult": "A new secret, or why it was refused.",
    "UserResult": "The user as written, or why the mutation was refused.",
    "WebhookEndpointResult": "The endpoint as written, or why the mutation was refused.",
    "WebhookSecretResult": "The endpoint with its new secret, or why the mutation was refused.",
    "UserSortField": "The fields that a list of users can be sorted by.",
    "UserStatus": "Whether a user may sign in.",
}

SUFFIXES = {
    "Connection": "A page of a list (GraphQL Cursor Connections).",
    "Edge": "An entry of a list, with its position.",
}
"""Types that exist for every noun, by the suffix of their name."""

SHARED = {
    "code": "The reason, as a machine-readable code.",
    "cursor": "The position to continue from.",
    "cookie": "Sets the session as httpOnly cookies and leaves the tokens out of the payload.",
    "displayName": "The name as shown to others.",
    "edges": "The entries of the page, in order.",
    "email": "The e-mail address; compared without case.",
    "expectedVersion": "Refuses the write with VERSION_CONFLICT if the user has a different version.",
    "message": "The reason, as text for people.",
    "node": "The object itself.",
    "pageInfo": "The position of the page in its list.",
    "role": "What the user may do.",
    "user": "The user as they are now.",
    "userId": "The id of the user concerned.",
}
"""Attributes with the same meaning in every type; `Type.field` in ATTRIBUTES takes precedence."""

ATTRIBUTES = {
    "AcceptInvitationInput.password": "The password to set, of 8 to 128 characters; not a common one, nor one made of the name or address.",
    "ChangeEmailInput.currentPassword": "The current password, as proof that it is the user who asks.",
    "ChangePasswordInput.currentPassword": "The password that is valid until the change.",
    "ChangePasswordInput.newPassword": "The password to set, of 8 to 128 characters; not a common one, nor one made of the name or address.",
    "CreateUserInput.password": "The initial password; without one the user cannot sign in until a password is set.",
    "CreateUserInput.role": "What the user may do; a member by default.",
    "DirectoryStats.byRole": "The visible users by role, with every role listed.",
    "DirectoryStats.byStatus": "The visible users by status, with every status listed.",
    "DirectoryStats.online": "How many users have an open WebSocket.",
    "DirectoryStats.total": "How many users the viewer sees.",
    "Done.cursor": "The log position of the write; send it as the header Rollcall-Read-After to read the write back.",
    "Done.ok": "Always true.",
    "Event.occurredAt": "When it happened, by the clock of the server that recorded it.",
    "Event.type": "What happened, in the past tense.",
    "EventCount.at": "The beginning of the period.",
    "EventCount.count": "How many such events there were in that period.",
    "EventCount.type": "What happened.",
    "EventCounts.counts": "The counts by type and period; zero counts are omitted.",
    "EventCounts.since": "The moment from which events are counted.",
    "EventEdge.cursor": "The position of this entry in the list; give it as `after` or `before`.",
    "EventFilter.actorId": "Only what this user did.",
    "EventFilter.occurredAfter": "Only events that occurred at this moment or later.",
    "EventFilter.occurredBefore": "Only events that occurred before this moment.",
    "EventFilter.subjectId": "Only events about the object with this id.",
    "EventFilter.types": "Only events of these types.",
    "EventFilter.userId": "Only events that concern this user.",
    "FieldChange.after": "The value after the change; null if the field was cleared.",
    "FieldChange.before": "The value before the change; null if there was none.",
    "FieldChange.field": "The name of the field in this schema.",
    "FieldProblem.field": "The name of the rejected field.",
    "Heartbeat.at": "The time at the server.",
    "PageInfo.endCursor": "The cursor of the last edge; null for an empty page.",
    "PageInfo.hasNextPage": "Whether the list continues after this page.",
    "PageInfo.hasPreviousPage": "Whether the list has entries before this page.",
    "PageInfo.startCursor": "The cursor of the first edge; null for an empty page.",
    "InvitationEdge.cursor": "The position of this invitation in the list; give it as `after` or `before`.",
    "InvitationPayload.invitation": "The invitation as sent.",
    "PresenceChange.at": "When the server noticed the change.",
    "PresenceChange.online": "Whether the user is online now.",
    "PresenceChange.userId": "The user who came online or went offline.",
    "RateLimitProblem.retryAfterSeconds": "How long to wait before the next attempt, in seconds.",
    "ResetPasswordInput.newPassword": "The password to set, of 8 to 128 characters; not a common one, nor one made of the name or address.",
    "ResetPasswordInput.token": "The token of the link in the mail; it works once, for an hour.",
    "ResyncRequired.cursor": "The position to subscribe from after reading again.",
    "ResyncRequired.reason": "Why the position cannot be resumed, as text for people.",
    "RoleCount.count": "How many users have the role.",
    "RoleCount.role": "The role that is counted.",
    "SessionEdge.cursor": "The position of this session in the list; give it as `after` or `before`.",
    "Session.user": "The user who signed in.",
    "SessionNotice.kind": "What happened to the session, as a machine-readable code.",
    "SessionPayload.accessTokenExpiresAt": "When the access token expires; refresh the session before then.",
    "SessionPayload.refreshToken": "The token for `refreshSession`, valid once. Null if the session travels in cookies.",
    "SessionPayload.session": "The session that was started or renewed.",
    "SessionPayload.user": "The user who is signed in.",
    "SignInInput.password": "The password that belongs to the e-mail address.",
    "SignInInput.totpCode": "A code of the authenticator app or a recovery code; needed if the user has a second factor, otherwise ignored.",
    "SignUpInput.password": "The password to set, of 8 to 128 characters; not a common one, nor one made of the name or address.",
    "StatusCount.count": "How many users have the status.",
    "StatusCount.status": "The status that is counted.",
    "UpdateUserInput.id": "The user to change.",
    "User.displayName": "The name as shown to others.",
    "UserChanged.changes": "What the event changed, limited to what the viewer may see.",
    "UserEdge.cursor": "The position of this user in the list; give it as `after` or `before`.",
    "UserFilter.canSignIn": "Only users who can, or cannot, sign in; viewers who are neither auditor nor admin find only "
    "themselves by it.",
    "UserFilter.createdAfter": "Only users created later than this.",
    "UserFilter.email": "Only the user with exactly this address, however it is written; viewers who may not see e-mail "
    "addresses find only themselves by it.",
    "UserFilter.createdBefore": "Only users created earlier than this.",
    "UserFilter.emailVerified": "Only users whose e-mail address is, or is not, verified.",
    "UserFilter.online": "Only users who are, or are not, online.",
    "UserFilter.role": "Only users with one of these roles.",
    "UserFilter.status": "Only users with one of these statuses.",
    "UserLeft.userId": "The user to remove from the list.",
    "UserOrder.direction": "Ascending by default.",
    "UserOrder.field": "The field to sort by.",
    "UserPayload.cursor": "The log position of the write.",
    "ValidationProblem.fields": "All rejected fields.",
}

ARGUMENTS = {
    "code": "A code of the authenticator app; to turn it off, also a recovery code.",
    "currentPassword": "The password that is valid now.",
    "after": "Starts after this cursor.",
    "before": "Ends before this cursor.",
    "filter": "Which entries are included; without it, all.",
    "first": "How many entries from the start, 1 to 100.",
    "id": "The id of the object. An id that does not exist, or that the viewer may not see, counts as not found.",
    "ids": "The ids, at most 100.",
    "input": "The values of the mutation.",
    "last": "How many entries from the end, 1 to 100.",
    "orderBy": "How the list is sorted; by default by creation, oldest first.",
    "token": "The token of the link in the mail; it works once.",
    "refreshToken": "The refresh token; without it, the refresh cookie is used.",
    "search": "Words, or beginnings of words, in names and e-mail addresses.",
    "userId": "The user to whom they belong, by id.",
}

VALUES = {
    "ApiKeyScope.INTROSPECT": "It may ask whether other users' tokens are good (RFC 7662).",
    "SecondFactor.TOTP": "An authenticator app that shows a new code every 30 seconds (RFC 6238).",
    "SecondFactor.PASSKEY": "A passkey (WebAuthn), which also signs in alone.",
    "ProblemCode.ACCOUNT_DISABLED": "The account is disabled.",
    "ProblemCode.EMAIL_TAKEN": "Another user has this e-mail address.",
    "ProblemCode.FORBIDDEN": "The viewer may not do this.",
    "ProblemCode.INVALID_CREDENTIALS": "The e-mail address or the password is wrong.",
    "ProblemCode.LAST_ADMIN": "The directory would be left without an active admin.",
    "ProblemCode.NOT_FOUND": "The object does not exist, or the viewer may not see it.",
    "ProblemCode.RATE_LIMITED": "Too many attempts: wait before the next one.",
    "ProblemCode.SECOND_FACTOR_REQUIRED": "The password is correct, but the user has a second factor and none was sent: send both again with totpCode or passkey.",
    "ProblemCode.SESSION_REVOKED": "The session has ended: sign in again.",
    "ProblemCode.TOKEN_EXPIRED": "The token has expired.",
    "ProblemCode.TOKEN_INVALID": "The token was not issued by this service, or is damaged.",
    "ProblemCode.VALIDATION_ERROR": "One or more fields were rejected.",
    "ProblemCode.VERSION_CONFLICT": "The object has changed since the given version.",
    "Role.ADMIN": "Sees and changes everything.",
    "Role.AUDITOR": "Sees all users and the whole log, and changes only their own account.",
    "Role.MEMBER": "Sees active users, and changes only their own account.",
    "SignUpMode.CLOSED": "Nobody; only an admin creates accounts.",
    "SignUpMode.INVITATION": "Only those whom an admin has invited.",
    "SignUpMode.OPEN": "Everyone, who is signed in at once.",
    "SignUpMode.VERIFIED": "Everyone, who has an account once they have proved their address.",
    "SessionNoticeKind.DISABLED": "The user was disabled, deleted or erased.",
    "SessionNoticeKind.EXPIRING": "The access token expires soon: authenticate again on the open socket.",
    "SessionNoticeKind.ROLE_CHANGED": "The user's role has changed: connect again.",
    "SessionNoticeKind.SIGNED_OUT": "The session was signed out or revoked.",
    "SortDirection.ASC": "Ascending: smallest, earliest or alphabetically first values first.",
    "SortDirection.DESC": "Descending: largest, latest or alphabetically last values first.",
    "UserSortField.CREATED_AT": "When the user was created.",
    "UserSortField.DISPLAY_NAME": "The display name, without case and accents.",
    "UserSortField.EMAIL": "The e-mail address; for viewers who may not see it, the display name.",
    "UserSortField.LAST_SEEN_AT": "When the user was last seen; users who never were sort as earliest.",
    "UserSortField.RELEVANCE": "How well a user matches the search, best first in either direction; refused without a "
    "search, and the order of a search unless another is given.",
    "UserSortField.UPDATED_AT": "When the user was last changed.",
    "UserStatus.ACTIVE": "May sign in.",
    "UserStatus.DELETED": "May not sign in, is hidden from members, and can be restored.",
    "SigningKeyState.CURRENT": "It signs.",
    "SigningKeyState.ENDED": "Its last token has expired.",
    "SigningKeyState.NEXT": "It is published, and signs later.",
    "SigningKeyState.RETIRED": "Another one signs now; its last tokens are accepted.",
    "SigningKeyState.REVOKED": "Its tokens are refused.",
    "WebhookDeliveryState.DELIVERED": "The receiver has accepted it.",
    "WebhookDeliveryState.FAILED": "It was given up; an admin can have it made anew.",
    "WebhookDeliveryState.PENDING": "It waits for its next attempt.",
    "UserStatus.DISABLED": "May not sign in until an admin enables the account.",
}


def describe(schema: GraphQLSchema) -> None:
    """Add a description to every definition that has none, in place."""
    for name, type_ in schema.type_map.items():
        if name.startswith("__"):
            continue
        written = type_.description or TYPES.get(name) or _by_suffix(name)
        type_.description = written or _docstring(_definition(type_, "origin"))
        for field_name, field in getattr(type_, "fields", {}).items():
            _describe_field(name, field_name, field)
        if isinstance(type_, GraphQLEnumType):
            members = _definition(type_, "wrapped_cls")
            type_.description = type_.description or _docstring(members)
            for value_name, value in type_.values.items():
                stated = getattr(members[value_name], "description", None)
                value.description = value.description or stated or VALUES.get(f"{name}.{value_name}")


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
    """The object from which Strawberry made a definition, or None."""
    return getattr((of.extensions or {}).get("strawberry-definition"), attribute, None)


def _resolver(field: GraphQLField | GraphQLInputField) -> Any:
    return getattr(_definition(field, "base_resolver"), "wrapped_func", None)


def _docstring(of: Any) -> str | None:
    """The object's own docstring (not an inherited one) with each paragraph on one line, or None."""
    text = of.__dict__.get("__doc__") if inspect.isclass(of) else getattr(of, "__doc__", None)
    if not text:
        return None
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text).split("\n\n"))
