"""The permissions of the whole schema: who may query, change, subscribe to and see what.

Each root field lists the outcome for every viewer. Each field of a type is either visible to everyone who gets its object
(OPEN) or has a probe that every viewer sends. test_permissions.py compares the served schema with this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.api.conftest import PASSWORD

ROOTS = ("Query", "Mutation", "Subscription")
VIEWERS = ("anonymous", "member", "auditor", "admin")
UNKNOWN, REFUSED, HIDDEN, FINE = "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "fine"

SIGNED_IN = (UNKNOWN, FINE, FINE, FINE)
AUDITORS = (UNKNOWN, REFUSED, FINE, FINE)
ADMINS = (UNKNOWN, REFUSED, REFUSED, FINE)
ANYONE = (FINE, FINE, FINE, FINE)
NOTHING_BEGUN = (UNKNOWN, "VALIDATION_ERROR", "VALIDATION_ERROR", "VALIDATION_ERROR")
NO_DELIVERY = (UNKNOWN, REFUSED, REFUSED, HIDDEN)
WITHOUT_FACTOR = (UNKNOWN, REFUSED, REFUSED, REFUSED)


@dataclass(frozen=True)
class Rule:
    """The outcome of a root field for each viewer, with another user as its subject; `before` prepares that user."""

    selection: str
    outcomes: tuple[str, str, str, str]
    before: str = ""
    spends: bool = False
    """Whether it ends the viewer's own session or changes the viewer."""


QUERIES = {
    "me": Rule("me { id }", ("nothing", FINE, FINE, FINE)),
    "enrolmentRequired": Rule("enrolmentRequired", ANYONE),
    "node": Rule('node(id: "$id") { id }', SIGNED_IN),
    "nodes": Rule('nodes(ids: ["$id"]) { id }', SIGNED_IN),
    "user": Rule('user(id: "$id") { id }', SIGNED_IN),
    "users": Rule("users(first: 1) { edges { node { id } } }", SIGNED_IN),
    "signUpMode": Rule("signUpMode", ANYONE),
    "invitations": Rule("invitations(first: 1) { edges { node { id } } }", ADMINS),
    "events": Rule("events(first: 1) { edges { node { id } } }", AUDITORS),
    "eventCounts": Rule("eventCounts { complete }", AUDITORS),
    "stats": Rule("stats { total }", SIGNED_IN),
    "apiKeys": Rule('apiKeys(userId: "$id") { id }', ADMINS),
    "webhookEndpoints": Rule("webhookEndpoints(first: 1) { edges { node { id } } }", ADMINS),
    "webhookDeliveries": Rule('webhookDeliveries(endpointId: "$id", first: 1) { edges { node { id } } }', ADMINS),
    "signingKeys": Rule("signingKeys { kid }", ADMINS),
    "serviceInfo": Rule("serviceInfo { version checks { name reason } }", SIGNED_IN),
    "myData": Rule("myData", SIGNED_IN),
}
RESULT = "{ __typename ... on Problem { code } }"
MUTATIONS = {
    "signUp": Rule(f'signUp(input: {{email: "$new", password: "{PASSWORD}", displayName: "New"}}) {RESULT}', ANYONE),
    "signIn": Rule(f'signIn(input: {{email: "$email", password: "{PASSWORD}"}}) {RESULT}', ANYONE),
    "refreshSession": Rule(f'refreshSession(refreshToken: "$refresh") {RESULT}', ANYONE),
    "signOut": Rule(f"signOut {RESULT}", SIGNED_IN, spends=True),
    "revokeSession": Rule(f'revokeSession(id: "$session") {RESULT}', (UNKNOWN, HIDDEN, HIDDEN, FINE)),
    "revokeSessions": Rule(f'revokeSessions(userId: "$id") {RESULT}', ADMINS),
    "changePassword": Rule(
        f'changePassword(input: {{currentPassword: "{PASSWORD}", newPassword: "{PASSWORD}"}}) {RESULT}',
        SIGNED_IN,
        spends=True,
    ),
    "requestPasswordReset": Rule(f'requestPasswordReset(email: "$email") {RESULT}', ANYONE),
    "resetPassword": Rule(
        f'resetPassword(input: {{token: "no token", newPassword: "{PASSWORD}"}}) {RESULT}', ("TOKEN_INVALID",) * 4
    ),
    "requestEmailChange": Rule(
        f'requestEmailChange(input: {{newEmail: "$new", currentPassword: "{PASSWORD}"}}) {RESULT}', SIGNED_IN
    ),
    "confirmEmailChange": Rule(f'confirmEmailChange(token: "no token") {RESULT}', ("TOKEN_INVALID",) * 4),
    "inviteUser": Rule(f'inviteUser(input: {{email: "$new"}}) {RESULT}', ADMINS),
    "withdrawInvitation": Rule(f'withdrawInvitation(id: "$id") {RESULT}', (UNKNOWN, REFUSED, REFUSED, HIDDEN)),
    "acceptInvitation": Rule(
        f'acceptInvitation(input: {{token: "no token", password: "{PASSWORD}"}}) {RESULT}', ("TOKEN_INVALID",) * 4
    ),
    "requestEmailVerification": Rule(f"requestEmailVerification {RESULT}", SIGNED_IN),
    "verifyEmail": Rule(f'verifyEmail(token: "no token") {RESULT}', ("TOKEN_INVALID",) * 4),
    "setPassword": Rule(f'setPassword(input: {{userId: "$id", password: "{PASSWORD}"}}) {RESULT}', ADMINS),
    "beginTotp": Rule(f'beginTotp(currentPassword: "{PASSWORD}") {RESULT}', SIGNED_IN),
    "confirmTotp": Rule(f'confirmTotp(code: "000000") {RESULT}', NOTHING_BEGUN),
    "disableTotp": Rule(f'disableTotp(currentPassword: "{PASSWORD}", code: "000000") {RESULT}', SIGNED_IN),
    "renewRecoveryCodes": Rule(f'renewRecoveryCodes(currentPassword: "{PASSWORD}") {RESULT}', WITHOUT_FACTOR),
    "resetSecondFactor": Rule(f'resetSecondFactor(userId: "$id") {RESULT}', ADMINS),
    "beginPasskeyRegistration": Rule(f'beginPasskeyRegistration(currentPassword: "{PASSWORD}") {RESULT}', SIGNED_IN),
    "finishPasskeyRegistration": Rule(
        f'finishPasskeyRegistration(name: "Key", credential: {{}}) {RESULT}', NOTHING_BEGUN
    ),
    "removePasskey": Rule(f'removePasskey(id: "$id") {RESULT}', (UNKNOWN, HIDDEN, HIDDEN, HIDDEN)),
    "beginPasskeySignIn": Rule(f"beginPasskeySignIn {RESULT}", ANYONE),
    "signInWithPasskey": Rule(f"signInWithPasskey(input: {{credential: {{}}}}) {RESULT}", ("INVALID_CREDENTIALS",) * 4),
    "createUser": Rule(f'createUser(input: {{email: "$new", displayName: "New"}}) {RESULT}', ADMINS),
    "updateUser": Rule(f'updateUser(input: {{id: "$id", displayName: "Other"}}) {RESULT}', ADMINS),
    "disableUser": Rule(f'disableUser(id: "$id") {RESULT}', ADMINS),
    "enableUser": Rule(f'enableUser(id: "$id") {RESULT}', ADMINS, before="disableUser"),
    "deleteUser": Rule(f'deleteUser(id: "$id") {RESULT}', ADMINS),
    "restoreUser": Rule(f'restoreUser(id: "$id") {RESULT}', ADMINS, before="deleteUser"),
    "createApiKey": Rule(f'createApiKey(input: {{name: "Key", role: MEMBER}}) {RESULT}', SIGNED_IN),
    "revokeApiKey": Rule(f'revokeApiKey(id: "$key") {RESULT}', (UNKNOWN, HIDDEN, HIDDEN, FINE)),
    "createWebhookEndpoint": Rule(
        f'createWebhookEndpoint(input: {{name: "Hook", url: "https://receiver.example", types: [USER_ERASED]}}) {RESULT}',
        ADMINS,
    ),
    "updateWebhookEndpoint": Rule(f'updateWebhookEndpoint(input: {{id: "$hook", name: "Other"}}) {RESULT}', ADMINS),
    "deleteWebhookEndpoint": Rule(f'deleteWebhookEndpoint(id: "$hook") {RESULT}', ADMINS),
    "rotateWebhookSecret": Rule(f'rotateWebhookSecret(id: "$hook") {RESULT}', ADMINS),
    "redeliverWebhook": Rule(f'redeliverWebhook(id: "$id") {RESULT}', NO_DELIVERY),
    "redeliverFailedWebhooks": Rule(f'redeliverFailedWebhooks(endpointId: "$hook") {RESULT}', ADMINS),
    "rotateSigningKeys": Rule(f"rotateSigningKeys {RESULT}", ADMINS),
    "eraseUser": Rule(f'eraseUser(id: "$id") {RESULT}', ADMINS),
}
SUBSCRIPTIONS = {
    "userEvents": "userEvents { __typename }",
    "userFeed": 'userFeed(search: "no user has this name") { __typename }',
    "presence": "presence { online }",
    "sessionNotices": "sessionNotices { kind }",
}
"""Each is open to every signed-in user; what its messages contain is tested below."""

OPEN = "seen by everyone who gets the object"
OWN = frozenset({"self", "admin"})
CONCERNED = frozenset({"self", "auditor", "admin"})
KNOWN = frozenset({"member", "self", "auditor", "admin"})


@dataclass(frozen=True)
class Probe:
    """A field that only some viewers see, selected by `on` on the object of another user, and those who see it."""

    on: str
    selection: str
    seen_by: frozenset[str]
    shows: Callable[[Any], bool] = bool


def changes_email(changes: Any) -> bool:
    """Whether the changes contain a private field."""
    return "email" in {c["field"] for c in changes}


ON_USER = '{ it: user(id: "$id") { it: %s } }'
ON_EVENT = '{ it: node(id: "$event") { ... on Event { it: %s } } }'
ON_SERVICE = "{ it: serviceInfo { it: %s } }"
ON_SESSION = '{ it: node(id: "$session") { ... on Session { it: %s } } }'
ON_KEY = '{ it: node(id: "$key") { ... on ApiKey { it: %s } } }'
ON_HOOK = '{ it: node(id: "$hook") { ... on WebhookEndpoint { it: %s } } }'
ADMIN_ALONE = frozenset({"admin"})
on_session = partial(Probe, ON_SESSION, seen_by=OWN)
Fields = Mapping[str, str | Probe]
TYPES: dict[str, Fields] = {
    "User": {
        **dict.fromkeys(("displayName", "role", "status", "online", "lastSeenAt", "createdAt", "updatedAt"), OPEN),
        **dict.fromkeys(("emailVerifiedAt", "version"), OPEN),
        "id": Probe(ON_USER, "id", KNOWN),
        "email": Probe(ON_USER, "email", CONCERNED),
        "pendingEmail": Probe(ON_USER, "pendingEmail", OWN),
        "secondFactors": Probe(ON_USER, "secondFactors", OWN, lambda v: v is not None),
        "passkeys": Probe(ON_USER, "passkeys { id }", OWN, lambda v: v is not None),
        "canSignIn": Probe(ON_USER, "canSignIn", CONCERNED),
        "hasPassword": Probe(ON_USER, "hasPassword", OWN, lambda v: v is not None),
        "sessions": Probe(ON_USER, "sessions { edges { node { id } } }", OWN, lambda v: bool(v["edges"])),
        "events": Probe(ON_USER, "events { edges { node { id } } }", CONCERNED, lambda v: bool(v["edges"])),
    },
    "Event": {
        **dict.fromkeys(("cursor", "type", "occurredAt", "subjectId", "userId"), OPEN),
        "id": Probe(ON_EVENT, "id", KNOWN),
        "subject": Probe(ON_EVENT, "subject { ... on User { email } }", CONCERNED, lambda v: bool(v["email"])),
        "user": Probe(ON_EVENT, "user { email }", CONCERNED, lambda v: bool(v["email"])),
        "actor": Probe(ON_EVENT, "actor { email }", frozenset({"auditor", "admin"}), lambda v: bool(v["email"])),
        "changes": Probe(ON_EVENT, "changes { field before after }", CONCERNED, changes_email),
        "actorId": Probe(ON_EVENT, "actorId", frozenset({"auditor", "admin"})),
        "requestId": Probe(ON_EVENT, "requestId", CONCERNED),
        "ipAddress": Probe(ON_EVENT, "ipAddress", CONCERNED),
    },
    "Session": {
        "id": on_session("id"),
        "user": on_session("user { id }"),
        "userAgent": on_session("userAgent"),
        "ipAddress": on_session("ipAddress"),
        "current": on_session("current", shows=lambda v: v is not None),
        "createdAt": on_session("createdAt"),
        "lastSeenAt": on_session("lastSeenAt"),
        "expiresAt": on_session("expiresAt"),
        "enrolmentRequired": on_session("enrolmentRequired", shows=lambda v: v is not None),
    },
    "ApiKey": {
        "id": Probe(ON_KEY, "id", OWN),
        **dict.fromkeys(("name", "role", "scopes", "hint", "createdAt", "lastUsedAt", "expiresAt"), OPEN),
    },
    # Only its owner and admins get a passkey: see test_passkeys.py.
    "Passkey": dict.fromkeys(("id", "name", "createdAt", "lastUsedAt"), OPEN),
    "PasskeyPayload": {"passkey": OPEN},
    # A challenge for the caller.
    "PasskeyOptions": {"options": OPEN},
    "WebhookEndpoint": {
        **dict.fromkeys(("name", "url", "createdAt", "updatedAt"), OPEN),
        "id": Probe(ON_HOOK, "id", ADMIN_ALONE),
        **dict.fromkeys(("types", "enabled", "previousSecretUntil"), OPEN),
    },
    # Only admins get a delivery: see test_only_admins_see_deliveries (test_webhooks.py).
    "WebhookDelivery": {
        **dict.fromkeys(("id", "type", "eventId", "event", "state", "attempts", "queuedAt"), OPEN),
        **dict.fromkeys(("nextAttemptAt", "lastAttemptAt", "lastStatus", "lastFault"), OPEN),
    },
    "WebhookEndpointPayload": dict.fromkeys(("webhookEndpoint", "cursor"), OPEN),
    "WebhookSecretPayload": dict.fromkeys(("webhookEndpoint", "secret", "cursor"), OPEN),
    # Only admins get one (QUERIES).
    "SigningKey": dict.fromkeys(("kid", "algorithm", "state", "createdAt", "signsFrom", "revokedAt"), OPEN),
    "SigningKeyPayload": dict.fromkeys(("signingKey", "cursor"), OPEN),
    "ApiKeyPayload": dict.fromkeys(("apiKey", "secret"), OPEN),
    # Only admins get one (QUERIES, and test_only_admins_get_an_invitation_by_its_id).
    "Invitation": dict.fromkeys(("id", "email", "displayName", "role", "createdAt", "expiresAt", "invitedBy"), OPEN),
    "InvitationPayload": dict.fromkeys(("invitation", "cursor"), OPEN),
    "SignUpPending": {"message": OPEN},
    "UserConnection": {"totalCount": OPEN, "totalCountExact": OPEN},
    "EventCounts": dict.fromkeys(("since", "complete", "counts"), OPEN),
    "EventCount": dict.fromkeys(("type", "at", "count"), OPEN),
    "PageInfo": dict.fromkeys(("hasNextPage", "hasPreviousPage", "startCursor", "endCursor"), OPEN),
    "FieldChange": dict.fromkeys(("field", "before", "after"), OPEN),
    # Of the users that the viewer sees: see test_lists_and_counts_contain_visible_users_only.
    "DirectoryStats": dict.fromkeys(("total", "byRole", "byStatus", "online", "cursor"), OPEN),
    # Checks are shown to everyone, as at /readyz.
    "ServiceInfo": {
        **dict.fromkeys(("version", "checks"), OPEN),
        "settings": Probe(ON_SERVICE, "settings { name value isSet }", frozenset({"admin"})),
    },
    "ServiceCheck": dict.fromkeys(("name", "reason"), OPEN),
    "ServiceSetting": dict.fromkeys(("name", "value", "isSet"), OPEN),
    "RoleCount": dict.fromkeys(("role", "count"), OPEN),
    "StatusCount": dict.fromkeys(("status", "count"), OPEN),
    # Returned to the author of the write.
    "UserPayload": dict.fromkeys(("user", "cursor"), OPEN),
    "SessionPayload": dict.fromkeys(("user", "session", "accessToken", "refreshToken", "accessTokenExpiresAt"), OPEN),
    # Returned to the user who set it up.
    "TotpEnrolment": dict.fromkeys(("secret", "uri", "qrSvg"), OPEN),
    "RecoveryCodes": {"codes": OPEN},
    "Done": dict.fromkeys(("ok", "cursor"), OPEN),
    "FieldProblem": dict.fromkeys(("field", "message"), OPEN),
    "ValidationProblem": dict.fromkeys(("code", "message", "fields"), OPEN),
    # Only a viewer who may write to a user gets a conflict over it.
    "ConflictProblem": dict.fromkeys(("code", "message", "current"), OPEN),
    "NotFoundProblem": dict.fromkeys(("code", "message"), OPEN),
    "ForbiddenProblem": dict.fromkeys(("code", "message"), OPEN),
    "CredentialsProblem": dict.fromkeys(("code", "message"), OPEN),
    "RateLimitProblem": dict.fromkeys(("code", "message", "retryAfterSeconds"), OPEN),
    # What streams contain is decided for each message: see test_streams_show_each_viewer_what_they_may_see.
    "UserEntered": dict.fromkeys(("user", "cursor"), OPEN),
    "UserChanged": dict.fromkeys(("user", "cursor", "changes"), OPEN),
    "UserLeft": dict.fromkeys(("userId", "cursor"), OPEN),
    "FeedReady": {"cursor": OPEN},
    "Heartbeat": dict.fromkeys(("cursor", "at"), OPEN),
    "ResyncRequired": dict.fromkeys(("reason", "cursor"), OPEN),
    "PresenceChange": dict.fromkeys(("userId", "online", "at"), OPEN),
    "SessionNotice": dict.fromkeys(("kind", "message"), OPEN),
}
PAGES = {"Connection": {"edges", "pageInfo"}, "Edge": {"cursor", "node"}}
"""By the suffix of the type: lists contain only what the viewer may see, as the probes of their nodes show."""
PROBES = {f"{t}.{f}": p for t, fields in TYPES.items() for f, p in fields.items() if isinstance(p, Probe)}
