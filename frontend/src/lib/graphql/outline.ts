// Written by scripts/generate-documents.js from the schema. Do not edit.

import type { Outline } from '#lib/types/outline.ts';

export const outline: Outline = {
	"ChangePasswordInput": {
		"name": "ChangePasswordInput",
		"kind": "input",
		"fields": [
			{
				"name": "currentPassword",
				"type": "String!"
			},
			{
				"name": "newPassword",
				"type": "String!"
			}
		]
	},
	"ConflictProblem": {
		"name": "ConflictProblem",
		"kind": "type",
		"interfaces": [
			"Problem"
		],
		"fields": [
			{
				"name": "code",
				"type": "ProblemCode!"
			},
			{
				"name": "message",
				"type": "String!"
			},
			{
				"name": "current",
				"text": "As it is now, where the viewer may see it.",
				"type": "User"
			}
		]
	},
	"CreateUserInput": {
		"name": "CreateUserInput",
		"kind": "input",
		"fields": [
			{
				"name": "email",
				"type": "String!"
			},
			{
				"name": "displayName",
				"type": "String!"
			},
			{
				"name": "role",
				"type": "Role!"
			},
			{
				"name": "password",
				"type": "String"
			},
			{
				"name": "idempotencyKey",
				"text": "Repeats with the same key answer with the first result.",
				"type": "String"
			}
		]
	},
	"CredentialsProblem": {
		"name": "CredentialsProblem",
		"kind": "type",
		"interfaces": [
			"Problem"
		],
		"fields": [
			{
				"name": "code",
				"type": "ProblemCode!"
			},
			{
				"name": "message",
				"type": "String!"
			}
		]
	},
	"Cursor": {
		"name": "Cursor",
		"text": "An opaque position in the event log. Compare only for equality; order is the log's.",
		"kind": "scalar"
	},
	"DateTime": {
		"name": "DateTime",
		"text": "RFC 3339, UTC, with the offset Z.",
		"kind": "scalar"
	},
	"DirectoryStats": {
		"name": "DirectoryStats",
		"text": "Counts for a dashboard, kept in step with the log.",
		"kind": "type",
		"fields": [
			{
				"name": "total",
				"type": "Int!"
			},
			{
				"name": "byRole",
				"type": "[RoleCount!]!"
			},
			{
				"name": "byStatus",
				"type": "[StatusCount!]!"
			},
			{
				"name": "online",
				"type": "Int!"
			},
			{
				"name": "cursor",
				"text": "The log's newest position at the time of counting.",
				"type": "Cursor!"
			}
		]
	},
	"Done": {
		"name": "Done",
		"kind": "type",
		"fields": [
			{
				"name": "ok",
				"type": "Boolean!"
			},
			{
				"name": "cursor",
				"type": "Cursor"
			}
		]
	},
	"DoneResult": {
		"name": "DoneResult",
		"kind": "union",
		"of": [
			"Done",
			"ValidationProblem",
			"NotFoundProblem",
			"ForbiddenProblem",
			"CredentialsProblem",
			"RateLimitProblem"
		]
	},
	"Event": {
		"name": "Event",
		"text": "One entry of the ordered log. The audit trail, the subscriptions and the webhooks are all read from it.",
		"kind": "type",
		"interfaces": [
			"Node"
		],
		"fields": [
			{
				"name": "id",
				"type": "ID!"
			},
			{
				"name": "cursor",
				"type": "Cursor!"
			},
			{
				"name": "type",
				"type": "EventType!"
			},
			{
				"name": "occurredAt",
				"type": "DateTime!"
			},
			{
				"name": "actor",
				"text": "Who did it; null for the system itself.",
				"type": "User"
			},
			{
				"name": "user",
				"text": "Who it happened to, as they are now; null once erased, or where the viewer may not see them.",
				"type": "User"
			},
			{
				"name": "userId",
				"type": "ID!"
			},
			{
				"name": "changes",
				"text": "What changed: field names with before and after. Never a secret.",
				"type": "[FieldChange!]!"
			},
			{
				"name": "requestId",
				"type": "String"
			},
			{
				"name": "ipAddress",
				"type": "String"
			}
		]
	},
	"EventConnection": {
		"name": "EventConnection",
		"kind": "type",
		"fields": [
			{
				"name": "edges",
				"type": "[EventEdge!]!"
			},
			{
				"name": "pageInfo",
				"type": "PageInfo!"
			}
		]
	},
	"EventCount": {
		"name": "EventCount",
		"kind": "type",
		"fields": [
			{
				"name": "type",
				"type": "EventType!"
			},
			{
				"name": "at",
				"type": "DateTime!"
			},
			{
				"name": "count",
				"type": "Int!"
			}
		]
	},
	"EventCounts": {
		"name": "EventCounts",
		"text": "How often each thing happened in the last 24 hours, hour by hour; none is not listed.",
		"kind": "type",
		"fields": [
			{
				"name": "since",
				"type": "DateTime!"
			},
			{
				"name": "complete",
				"text": "False where more happened than is counted at once: these are the newest.",
				"type": "Boolean!"
			},
			{
				"name": "counts",
				"type": "[EventCount!]!"
			}
		]
	},
	"EventEdge": {
		"name": "EventEdge",
		"kind": "type",
		"fields": [
			{
				"name": "cursor",
				"type": "String!"
			},
			{
				"name": "node",
				"type": "Event!"
			}
		]
	},
	"EventFilter": {
		"name": "EventFilter",
		"kind": "input",
		"fields": [
			{
				"name": "types",
				"type": "[EventType!]"
			},
			{
				"name": "userId",
				"type": "ID"
			},
			{
				"name": "actorId",
				"type": "ID"
			}
		]
	},
	"EventMessage": {
		"name": "EventMessage",
		"kind": "union",
		"of": [
			"Event",
			"Heartbeat",
			"ResyncRequired"
		]
	},
	"EventType": {
		"name": "EventType",
		"kind": "enum",
		"values": [
			"USER_CREATED",
			"USER_UPDATED",
			"USER_ROLE_CHANGED",
			"USER_DISABLED",
			"USER_ENABLED",
			"USER_DELETED",
			"USER_RESTORED",
			"USER_ERASED",
			"EMAIL_VERIFIED",
			"PASSWORD_CHANGED",
			"SESSION_STARTED",
			"SESSION_REVOKED",
			"SESSION_REUSE_DETECTED",
			"SIGN_IN_FAILED",
			"API_KEY_CREATED",
			"API_KEY_REVOKED"
		]
	},
	"FeedMessage": {
		"name": "FeedMessage",
		"kind": "union",
		"of": [
			"UserEntered",
			"UserChanged",
			"UserLeft",
			"FeedReady",
			"Heartbeat",
			"ResyncRequired"
		]
	},
	"FeedReady": {
		"name": "FeedReady",
		"text": "The snapshot is complete: what follows is live.",
		"kind": "type",
		"fields": [
			{
				"name": "cursor",
				"type": "Cursor!"
			}
		]
	},
	"FieldChange": {
		"name": "FieldChange",
		"kind": "type",
		"fields": [
			{
				"name": "field",
				"type": "String!"
			},
			{
				"name": "before",
				"type": "JSON"
			},
			{
				"name": "after",
				"type": "JSON"
			}
		]
	},
	"FieldProblem": {
		"name": "FieldProblem",
		"kind": "type",
		"fields": [
			{
				"name": "field",
				"type": "String!"
			},
			{
				"name": "message",
				"type": "String!"
			}
		]
	},
	"ForbiddenProblem": {
		"name": "ForbiddenProblem",
		"kind": "type",
		"interfaces": [
			"Problem"
		],
		"fields": [
			{
				"name": "code",
				"type": "ProblemCode!"
			},
			{
				"name": "message",
				"type": "String!"
			}
		]
	},
	"Heartbeat": {
		"name": "Heartbeat",
		"text": "A live position with nothing to tell: lets a client resume from here. Sent on quiet streams.",
		"kind": "type",
		"fields": [
			{
				"name": "cursor",
				"type": "Cursor!"
			},
			{
				"name": "at",
				"type": "DateTime!"
			}
		]
	},
	"JSON": {
		"name": "JSON",
		"text": "Any JSON value.",
		"kind": "scalar"
	},
	"Mutation": {
		"name": "Mutation",
		"kind": "type",
		"fields": [
			{
				"name": "signUp",
				"type": "SignUpResult!",
				"args": [
					{
						"name": "input",
						"type": "SignUpInput!"
					}
				]
			},
			{
				"name": "signIn",
				"type": "SignInResult!",
				"args": [
					{
						"name": "input",
						"type": "SignInInput!"
					}
				]
			},
			{
				"name": "refreshSession",
				"text": "With the refresh cookie (new cookies come back) or the token given (new tokens come back).",
				"type": "RefreshResult!",
				"args": [
					{
						"name": "refreshToken",
						"type": "String"
					}
				]
			},
			{
				"name": "signOut",
				"type": "DoneResult!"
			},
			{
				"name": "revokeSession",
				"type": "DoneResult!",
				"args": [
					{
						"name": "id",
						"type": "ID!"
					}
				]
			},
			{
				"name": "revokeSessions",
				"text": "Every session of the user but the caller's own current one; for another user, admins only.",
				"type": "DoneResult!",
				"args": [
					{
						"name": "userId",
						"type": "ID!"
					}
				]
			},
			{
				"name": "changePassword",
				"type": "DoneResult!",
				"args": [
					{
						"name": "input",
						"type": "ChangePasswordInput!"
					}
				]
			},
			{
				"name": "createUser",
				"type": "UserResult!",
				"args": [
					{
						"name": "input",
						"type": "CreateUserInput!"
					}
				]
			},
			{
				"name": "updateUser",
				"type": "UserResult!",
				"args": [
					{
						"name": "input",
						"type": "UpdateUserInput!"
					}
				]
			},
			{
				"name": "disableUser",
				"text": "Ends the user's sessions and live sockets before it answers.",
				"type": "UserResult!",
				"args": [
					{
						"name": "id",
						"type": "ID!"
					},
					{
						"name": "expectedVersion",
						"type": "Int"
					}
				]
			},
			{
				"name": "enableUser",
				"type": "UserResult!",
				"args": [
					{
						"name": "id",
						"type": "ID!"
					},
					{
						"name": "expectedVersion",
						"type": "Int"
					}
				]
			},
			{
				"name": "deleteUser",
				"type": "UserResult!",
				"args": [
					{
						"name": "id",
						"type": "ID!"
					},
					{
						"name": "expectedVersion",
						"type": "Int"
					}
				]
			},
			{
				"name": "restoreUser",
				"type": "UserResult!",
				"args": [
					{
						"name": "id",
						"type": "ID!"
					},
					{
						"name": "expectedVersion",
						"type": "Int"
					}
				]
			},
			{
				"name": "eraseUser",
				"text": "Removes the personal data for good; the log keeps the id and the fact.",
				"type": "DoneResult!",
				"args": [
					{
						"name": "id",
						"type": "ID!"
					}
				]
			}
		]
	},
	"Node": {
		"name": "Node",
		"kind": "interface",
		"fields": [
			{
				"name": "id",
				"type": "ID!"
			}
		]
	},
	"NotFoundProblem": {
		"name": "NotFoundProblem",
		"kind": "type",
		"interfaces": [
			"Problem"
		],
		"fields": [
			{
				"name": "code",
				"type": "ProblemCode!"
			},
			{
				"name": "message",
				"type": "String!"
			}
		]
	},
	"PageInfo": {
		"name": "PageInfo",
		"kind": "type",
		"fields": [
			{
				"name": "hasNextPage",
				"type": "Boolean!"
			},
			{
				"name": "hasPreviousPage",
				"type": "Boolean!"
			},
			{
				"name": "startCursor",
				"type": "String"
			},
			{
				"name": "endCursor",
				"type": "String"
			}
		]
	},
	"PresenceChange": {
		"name": "PresenceChange",
		"kind": "type",
		"fields": [
			{
				"name": "userId",
				"type": "ID!"
			},
			{
				"name": "online",
				"type": "Boolean!"
			},
			{
				"name": "at",
				"type": "DateTime!"
			}
		]
	},
	"Problem": {
		"name": "Problem",
		"kind": "interface",
		"fields": [
			{
				"name": "code",
				"type": "ProblemCode!"
			},
			{
				"name": "message",
				"type": "String!"
			}
		]
	},
	"ProblemCode": {
		"name": "ProblemCode",
		"kind": "enum",
		"values": [
			"VALIDATION_ERROR",
			"EMAIL_TAKEN",
			"VERSION_CONFLICT",
			"NOT_FOUND",
			"FORBIDDEN",
			"LAST_ADMIN",
			"INVALID_CREDENTIALS",
			"ACCOUNT_DISABLED",
			"TOKEN_INVALID",
			"TOKEN_EXPIRED",
			"SESSION_REVOKED",
			"RATE_LIMITED",
			"SECOND_FACTOR_REQUIRED"
		]
	},
	"Query": {
		"name": "Query",
		"kind": "type",
		"fields": [
			{
				"name": "me",
				"text": "Null without a session.",
				"type": "User"
			},
			{
				"name": "node",
				"type": "Node",
				"args": [
					{
						"name": "id",
						"type": "ID!"
					}
				]
			},
			{
				"name": "nodes",
				"type": "[Node]!",
				"args": [
					{
						"name": "ids",
						"type": "[ID!]!"
					}
				]
			},
			{
				"name": "user",
				"type": "User",
				"args": [
					{
						"name": "id",
						"type": "ID!"
					}
				]
			},
			{
				"name": "users",
				"text": "first and last: 1 to 100. search: prefix and substring over name and e-mail, forgiving of typing slips. Who may not see e-mails searches and sorts by what they see.",
				"type": "UserConnection!",
				"args": [
					{
						"name": "first",
						"type": "Int"
					},
					{
						"name": "after",
						"type": "String"
					},
					{
						"name": "last",
						"type": "Int"
					},
					{
						"name": "before",
						"type": "String"
					},
					{
						"name": "search",
						"type": "String"
					},
					{
						"name": "filter",
						"type": "UserFilter"
					},
					{
						"name": "orderBy",
						"type": "UserOrder"
					}
				]
			},
			{
				"name": "events",
				"text": "The audit trail, newest first; auditors and admins.",
				"type": "EventConnection!",
				"args": [
					{
						"name": "first",
						"type": "Int"
					},
					{
						"name": "after",
						"type": "String"
					},
					{
						"name": "last",
						"type": "Int"
					},
					{
						"name": "before",
						"type": "String"
					},
					{
						"name": "filter",
						"type": "EventFilter"
					}
				]
			},
			{
				"name": "eventCounts",
				"text": "What happened in the last 24 hours, counted; auditors and admins.",
				"type": "EventCounts!"
			},
			{
				"name": "stats",
				"type": "DirectoryStats!"
			}
		]
	},
	"RateLimitProblem": {
		"name": "RateLimitProblem",
		"kind": "type",
		"interfaces": [
			"Problem"
		],
		"fields": [
			{
				"name": "code",
				"type": "ProblemCode!"
			},
			{
				"name": "message",
				"type": "String!"
			},
			{
				"name": "retryAfterSeconds",
				"type": "Int!"
			}
		]
	},
	"RefreshResult": {
		"name": "RefreshResult",
		"kind": "union",
		"of": [
			"SessionPayload",
			"CredentialsProblem"
		]
	},
	"ResyncRequired": {
		"name": "ResyncRequired",
		"text": "The position asked for is no longer in the log, or belongs to another log: read again, then subscribe from `cursor`.",
		"kind": "type",
		"fields": [
			{
				"name": "reason",
				"type": "String!"
			},
			{
				"name": "cursor",
				"type": "Cursor!"
			}
		]
	},
	"Role": {
		"name": "Role",
		"kind": "enum",
		"values": [
			"MEMBER",
			"AUDITOR",
			"ADMIN"
		]
	},
	"RoleCount": {
		"name": "RoleCount",
		"kind": "type",
		"fields": [
			{
				"name": "role",
				"type": "Role!"
			},
			{
				"name": "count",
				"type": "Int!"
			}
		]
	},
	"Session": {
		"name": "Session",
		"text": "One sign-in on one client.",
		"kind": "type",
		"interfaces": [
			"Node"
		],
		"fields": [
			{
				"name": "id",
				"type": "ID!"
			},
			{
				"name": "user",
				"type": "User!"
			},
			{
				"name": "userAgent",
				"type": "String"
			},
			{
				"name": "ipAddress",
				"type": "String"
			},
			{
				"name": "current",
				"type": "Boolean!"
			},
			{
				"name": "createdAt",
				"type": "DateTime!"
			},
			{
				"name": "lastSeenAt",
				"type": "DateTime!"
			},
			{
				"name": "expiresAt",
				"type": "DateTime!"
			}
		]
	},
	"SessionConnection": {
		"name": "SessionConnection",
		"kind": "type",
		"fields": [
			{
				"name": "edges",
				"type": "[SessionEdge!]!"
			},
			{
				"name": "pageInfo",
				"type": "PageInfo!"
			}
		]
	},
	"SessionEdge": {
		"name": "SessionEdge",
		"kind": "type",
		"fields": [
			{
				"name": "cursor",
				"type": "String!"
			},
			{
				"name": "node",
				"type": "Session!"
			}
		]
	},
	"SessionNotice": {
		"name": "SessionNotice",
		"text": "What became of the viewer's own session; the last message before the server closes its sockets.",
		"kind": "type",
		"fields": [
			{
				"name": "kind",
				"type": "SessionNoticeKind!"
			},
			{
				"name": "message",
				"type": "String!"
			}
		]
	},
	"SessionNoticeKind": {
		"name": "SessionNoticeKind",
		"kind": "enum",
		"values": [
			"ROLE_CHANGED",
			"SIGNED_OUT",
			"DISABLED",
			"EXPIRING"
		]
	},
	"SessionPayload": {
		"name": "SessionPayload",
		"kind": "type",
		"fields": [
			{
				"name": "user",
				"type": "User!"
			},
			{
				"name": "session",
				"type": "Session!"
			},
			{
				"name": "accessToken",
				"text": "Null where the session travels in httpOnly cookies, which no script can read.",
				"type": "String"
			},
			{
				"name": "refreshToken",
				"type": "String"
			},
			{
				"name": "accessTokenExpiresAt",
				"type": "DateTime!"
			}
		]
	},
	"SignInInput": {
		"name": "SignInInput",
		"kind": "input",
		"fields": [
			{
				"name": "email",
				"type": "String!"
			},
			{
				"name": "password",
				"type": "String!"
			},
			{
				"name": "totpCode",
				"type": "String"
			},
			{
				"name": "cookie",
				"type": "Boolean!"
			}
		]
	},
	"SignInResult": {
		"name": "SignInResult",
		"kind": "union",
		"of": [
			"SessionPayload",
			"CredentialsProblem",
			"RateLimitProblem",
			"ValidationProblem"
		]
	},
	"SignUpInput": {
		"name": "SignUpInput",
		"text": "cookie: set the session as httpOnly cookies and leave the tokens out of the answer.",
		"kind": "input",
		"fields": [
			{
				"name": "email",
				"type": "String!"
			},
			{
				"name": "password",
				"type": "String!"
			},
			{
				"name": "displayName",
				"type": "String!"
			},
			{
				"name": "cookie",
				"type": "Boolean!"
			}
		]
	},
	"SignUpResult": {
		"name": "SignUpResult",
		"kind": "union",
		"of": [
			"SessionPayload",
			"ValidationProblem",
			"ConflictProblem",
			"RateLimitProblem",
			"ForbiddenProblem"
		]
	},
	"SortDirection": {
		"name": "SortDirection",
		"kind": "enum",
		"values": [
			"ASC",
			"DESC"
		]
	},
	"StatusCount": {
		"name": "StatusCount",
		"kind": "type",
		"fields": [
			{
				"name": "status",
				"type": "UserStatus!"
			},
			{
				"name": "count",
				"type": "Int!"
			}
		]
	},
	"Subscription": {
		"name": "Subscription",
		"kind": "type",
		"fields": [
			{
				"name": "userEvents",
				"text": "Every event after the position, then each new one, in the log's order, once each. Without `after`: from now on. Auditors and admins see all; a member, what happens to visible users.",
				"type": "EventMessage!",
				"args": [
					{
						"name": "after",
						"type": "Cursor"
					},
					{
						"name": "filter",
						"type": "EventFilter"
					}
				]
			},
			{
				"name": "userFeed",
				"text": "The users that match, then FeedReady, then how that set changes.",
				"type": "FeedMessage!",
				"args": [
					{
						"name": "search",
						"type": "String"
					},
					{
						"name": "filter",
						"type": "UserFilter"
					},
					{
						"name": "after",
						"type": "Cursor"
					}
				]
			},
			{
				"name": "presence",
				"type": "PresenceChange!"
			},
			{
				"name": "sessionNotices",
				"type": "SessionNotice!"
			}
		]
	},
	"UpdateUserInput": {
		"name": "UpdateUserInput",
		"kind": "input",
		"fields": [
			{
				"name": "id",
				"type": "ID!"
			},
			{
				"name": "email",
				"type": "String"
			},
			{
				"name": "displayName",
				"type": "String"
			},
			{
				"name": "role",
				"type": "Role"
			},
			{
				"name": "expectedVersion",
				"type": "Int"
			}
		]
	},
	"User": {
		"name": "User",
		"text": "A person or a service in the directory. A member sees active users; an auditor and an admin see every status.",
		"kind": "type",
		"interfaces": [
			"Node"
		],
		"fields": [
			{
				"name": "id",
				"type": "ID!"
			},
			{
				"name": "email",
				"text": "The viewer's own, or anyone's for auditors and admins; otherwise null.",
				"type": "String"
			},
			{
				"name": "displayName",
				"type": "String!"
			},
			{
				"name": "role",
				"type": "Role!"
			},
			{
				"name": "status",
				"type": "UserStatus!"
			},
			{
				"name": "online",
				"text": "Whether any client of this user holds a live socket now.",
				"type": "Boolean!"
			},
			{
				"name": "lastSeenAt",
				"type": "DateTime"
			},
			{
				"name": "emailVerifiedAt",
				"type": "DateTime"
			},
			{
				"name": "createdAt",
				"type": "DateTime!"
			},
			{
				"name": "updatedAt",
				"type": "DateTime!"
			},
			{
				"name": "version",
				"text": "Grows by one with every change; send it back as expectedVersion.",
				"type": "Int!"
			},
			{
				"name": "sessions",
				"text": "The user's own sessions; for others, admins only (nobody else finds any).",
				"type": "SessionConnection!",
				"args": [
					{
						"name": "first",
						"type": "Int"
					},
					{
						"name": "after",
						"type": "String"
					}
				]
			},
			{
				"name": "events",
				"text": "What happened to this user; their own, or for auditors and admins anyone's.",
				"type": "EventConnection!",
				"args": [
					{
						"name": "first",
						"type": "Int"
					},
					{
						"name": "after",
						"type": "String"
					}
				]
			}
		]
	},
	"UserChanged": {
		"name": "UserChanged",
		"kind": "type",
		"fields": [
			{
				"name": "user",
				"type": "User!"
			},
			{
				"name": "cursor",
				"type": "Cursor!"
			},
			{
				"name": "changes",
				"type": "[FieldChange!]!"
			}
		]
	},
	"UserConnection": {
		"name": "UserConnection",
		"kind": "type",
		"fields": [
			{
				"name": "edges",
				"type": "[UserEdge!]!"
			},
			{
				"name": "pageInfo",
				"type": "PageInfo!"
			},
			{
				"name": "totalCount",
				"text": "Counted only when asked for.",
				"type": "Int!"
			}
		]
	},
	"UserEdge": {
		"name": "UserEdge",
		"kind": "type",
		"fields": [
			{
				"name": "cursor",
				"type": "String!"
			},
			{
				"name": "node",
				"type": "User!"
			}
		]
	},
	"UserEntered": {
		"name": "UserEntered",
		"text": "A user of the snapshot, or one that came into view.",
		"kind": "type",
		"fields": [
			{
				"name": "user",
				"type": "User!"
			},
			{
				"name": "cursor",
				"type": "Cursor!"
			}
		]
	},
	"UserFilter": {
		"name": "UserFilter",
		"kind": "input",
		"fields": [
			{
				"name": "status",
				"type": "[UserStatus!]"
			},
			{
				"name": "role",
				"type": "[Role!]"
			},
			{
				"name": "online",
				"type": "Boolean"
			},
			{
				"name": "emailVerified",
				"type": "Boolean"
			},
			{
				"name": "createdAfter",
				"type": "DateTime"
			},
			{
				"name": "createdBefore",
				"type": "DateTime"
			}
		]
	},
	"UserLeft": {
		"name": "UserLeft",
		"text": "Deleted, filtered out, or no longer visible to the viewer.",
		"kind": "type",
		"fields": [
			{
				"name": "userId",
				"type": "ID!"
			},
			{
				"name": "cursor",
				"type": "Cursor!"
			}
		]
	},
	"UserOrder": {
		"name": "UserOrder",
		"kind": "input",
		"fields": [
			{
				"name": "field",
				"type": "UserSortField!"
			},
			{
				"name": "direction",
				"type": "SortDirection!"
			}
		]
	},
	"UserPayload": {
		"name": "UserPayload",
		"text": "The user as written, and the log position of the write: send it as the header Rollcall-Read-After to read it back from any replica.",
		"kind": "type",
		"fields": [
			{
				"name": "user",
				"type": "User!"
			},
			{
				"name": "cursor",
				"type": "Cursor!"
			}
		]
	},
	"UserResult": {
		"name": "UserResult",
		"kind": "union",
		"of": [
			"UserPayload",
			"ValidationProblem",
			"ConflictProblem",
			"NotFoundProblem",
			"ForbiddenProblem"
		]
	},
	"UserSortField": {
		"name": "UserSortField",
		"kind": "enum",
		"values": [
			"CREATED_AT",
			"UPDATED_AT",
			"EMAIL",
			"DISPLAY_NAME",
			"LAST_SEEN_AT"
		]
	},
	"UserStatus": {
		"name": "UserStatus",
		"kind": "enum",
		"values": [
			"ACTIVE",
			"DISABLED",
			"DELETED"
		]
	},
	"ValidationProblem": {
		"name": "ValidationProblem",
		"kind": "type",
		"interfaces": [
			"Problem"
		],
		"fields": [
			{
				"name": "code",
				"type": "ProblemCode!"
			},
			{
				"name": "message",
				"type": "String!"
			},
			{
				"name": "fields",
				"type": "[FieldProblem!]!"
			}
		]
	}
};

