// Written by scripts/generate-documents.js from the .graphql files beside it. Do not edit.

declare const types: unique symbol;

/** The text of an operation that knows the types of its answer and its variables. */

export type TypedDocument<Data, Variables> = string & { readonly [types]?: [Data, Variables] };

export type SecondFactor = 'TOTP' | 'PASSKEY';

export type Role = 'MEMBER' | 'AUDITOR' | 'ADMIN';

export type ApiKeyScope = 'INTROSPECT';

export type EventType = 'USER_CREATED' | 'USER_UPDATED' | 'USER_ROLE_CHANGED' | 'USER_DISABLED' | 'USER_ENABLED' | 'USER_DELETED' | 'USER_RESTORED' | 'USER_ERASED' | 'EMAIL_VERIFIED' | 'PASSWORD_CHANGED' | 'SESSION_STARTED' | 'SESSION_REVOKED' | 'SESSION_REUSE_DETECTED' | 'SIGN_IN_FAILED' | 'SECOND_FACTOR_ADDED' | 'SECOND_FACTOR_REMOVED' | 'PASSKEY_ADDED' | 'PASSKEY_REMOVED' | 'API_KEY_CREATED' | 'API_KEY_REVOKED' | 'PASSWORD_RESET_REQUESTED' | 'EMAIL_CHANGE_REQUESTED' | 'INVITATION_SENT' | 'INVITATION_ACCEPTED' | 'INVITATION_WITHDRAWN' | 'SIGNING_KEY_ROTATED' | 'WEBHOOK_ENDPOINT_CREATED' | 'WEBHOOK_ENDPOINT_UPDATED' | 'WEBHOOK_ENDPOINT_DELETED' | 'WEBHOOK_SECRET_ROTATED';

export type WebhookDeliveryState = 'PENDING' | 'DELIVERED' | 'FAILED';

export type ProblemCode = 'VALIDATION_ERROR' | 'EMAIL_TAKEN' | 'VERSION_CONFLICT' | 'NOT_FOUND' | 'FORBIDDEN' | 'LAST_ADMIN' | 'INVALID_CREDENTIALS' | 'ACCOUNT_DISABLED' | 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'SESSION_REVOKED' | 'RATE_LIMITED' | 'SECOND_FACTOR_REQUIRED';

export type SigningKeyState = 'NEXT' | 'CURRENT' | 'RETIRED' | 'ENDED' | 'REVOKED';

export type UserStatus = 'ACTIVE' | 'DISABLED' | 'DELETED';

export type SessionNoticeKind = 'ROLE_CHANGED' | 'SIGNED_OUT' | 'DISABLED' | 'EXPIRING';

export type SignUpMode = 'OPEN' | 'VERIFIED' | 'INVITATION' | 'CLOSED';

export type UserSortField = 'CREATED_AT' | 'UPDATED_AT' | 'EMAIL' | 'DISPLAY_NAME' | 'LAST_SEEN_AT' | 'RELEVANCE';

export type SortDirection = 'ASC' | 'DESC';

export interface CreateApiKeyInput {
	name: string;
	role: Role;
	scopes?: (ApiKeyScope)[];
	expiresAt?: string | null;
}

export interface ChangeEmailInput {
	newEmail: string;
	currentPassword: string;
}

export interface EventFilter {
	types?: (EventType)[] | null;
	userId?: string | null;
	actorId?: string | null;
	subjectId?: string | null;
	occurredAfter?: string | null;
	occurredBefore?: string | null;
}

export interface UserFilter {
	status?: (UserStatus)[] | null;
	role?: (Role)[] | null;
	online?: boolean | null;
	emailVerified?: boolean | null;
	createdAfter?: string | null;
	createdBefore?: string | null;
	email?: string | null;
	canSignIn?: boolean | null;
}

export interface InviteUserInput {
	email: string;
	displayName?: string | null;
	role?: Role;
}

export interface AcceptInvitationInput {
	token: string;
	displayName?: string | null;
	password: string;
	cookie?: boolean;
}

export interface SignInInput {
	email: string;
	password: string;
	totpCode?: string | null;
	passkey?: unknown | null;
	cookie?: boolean;
}

export interface SignUpInput {
	email: string;
	password: string;
	displayName: string;
	cookie?: boolean;
}

export interface ChangePasswordInput {
	currentPassword: string;
	newPassword: string;
}

export interface ResetPasswordInput {
	token: string;
	newPassword: string;
}

export interface UserOrder {
	field: UserSortField;
	direction?: SortDirection;
}

export interface CreateUserInput {
	email: string;
	displayName: string;
	role?: Role;
	password?: string | null;
	idempotencyKey?: string | null;
}

export interface UpdateUserInput {
	id: string;
	email?: string | null;
	displayName?: string | null;
	role?: Role | null;
	expectedVersion?: number | null;
}

export interface SetPasswordInput {
	userId: string;
	password: string;
	expectedVersion?: number | null;
}

export interface CreateWebhookEndpointInput {
	name: string;
	url: string;
	types?: (EventType)[];
}

export interface UpdateWebhookEndpointInput {
	id: string;
	name?: string | null;
	url?: string | null;
	types?: (EventType)[] | null;
	enabled?: boolean | null;
}

export type Access = {
	hasPassword: boolean | null;
	pendingEmail: string | null;
	secondFactors: SecondFactor[] | null;
	passkeys: PasskeyRow[] | null;
};

const AccessFragment = "fragment Access on User{hasPassword pendingEmail secondFactors passkeys{...PasskeyRow}}";

export type Actor = {
	id: string;
	displayName: string;
};

const ActorFragment = "fragment Actor on User{id displayName}";

export type ApiKeyRow = {
	id: string;
	name: string;
	role: Role;
	scopes: ApiKeyScope[];
	hint: string;
	createdAt: string;
	lastUsedAt: string | null;
	expiresAt: string | null;
};

const ApiKeyRowFragment = "fragment ApiKeyRow on ApiKey{id name role scopes hint createdAt lastUsedAt expiresAt}";

export type DeliveryRow = {
	id: string;
	type: EventType;
	eventId: string;
	state: WebhookDeliveryState;
	attempts: number;
	queuedAt: string;
	nextAttemptAt: string | null;
	lastAttemptAt: string | null;
	lastStatus: number | null;
	lastError: string | null;
};

const DeliveryRowFragment = "fragment DeliveryRow on WebhookDelivery{id type eventId state attempts queuedAt nextAttemptAt lastAttemptAt lastStatus lastError:lastFault}";

export type DoneOutcome = {
	__typename: 'Done';
} | {
	__typename: 'ValidationProblem';
	code: ProblemCode;
	message: string;
	fields: Array<{
		field: string;
		message: string;
	}>;
} | {
	__typename: 'NotFoundProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'ForbiddenProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'CredentialsProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'RateLimitProblem';
	code: ProblemCode;
	message: string;
	retryAfterSeconds: number;
};

const DoneOutcomeFragment = "fragment DoneOutcome on DoneResult{__typename ...Problem ...on ValidationProblem{fields{field message}}...on RateLimitProblem{retryAfterSeconds}}";

export type EmailOutcome = {
	__typename: 'UserPayload';
	user: {
		id: string;
	};
} | {
	__typename: 'ValidationProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'ConflictProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'NotFoundProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'ForbiddenProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'CredentialsProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'RateLimitProblem';
	code: ProblemCode;
	message: string;
	retryAfterSeconds: number;
};

const EmailOutcomeFragment = "fragment EmailOutcome on UserResult{__typename ...on UserPayload{user{id}}...Problem ...on RateLimitProblem{retryAfterSeconds}}";

export type EndpointRow = {
	id: string;
	name: string;
	url: string;
	types: EventType[];
	enabled: boolean;
	createdAt: string;
	updatedAt: string;
	previousSecretUntil: string | null;
};

const EndpointRowFragment = "fragment EndpointRow on WebhookEndpoint{id name url types enabled createdAt updatedAt previousSecretUntil}";

export type EventPage = {
	edges: Array<{
		node: EventRow;
	}>;
	pageInfo: {
		hasNextPage: boolean;
		endCursor: string | null;
	};
};

const EventPageFragment = "fragment EventPage on EventConnection{edges{node{...EventRow}}pageInfo{hasNextPage endCursor}}";

export type EventRow = {
	id: string;
	cursor: string;
	type: EventType;
	occurredAt: string;
	actor: Actor | null;
	actorId: string | null;
	user: Actor | null;
	userId: string | null;
	changes: Array<{
		field: string;
		before: unknown | null;
		after: unknown | null;
	}>;
	requestId: string | null;
	ipAddress: string | null;
};

const EventRowFragment = "fragment EventRow on Event{id cursor type occurredAt actor{...Actor}actorId user{...Actor}userId changes{field before after}requestId ipAddress}";

export type FeedReady = {
	cursor: string;
};

const FeedReadyFragment = "fragment FeedReady on FeedReady{cursor}";

export type Heartbeat = {
	cursor: string;
};

const HeartbeatFragment = "fragment Heartbeat on Heartbeat{cursor}";

export type InvitationRow = {
	id: string;
	email: string;
	displayName: string | null;
	role: Role;
	createdAt: string;
	expiresAt: string;
	invitedBy: {
		id: string;
		displayName: string;
	} | null;
};

const InvitationRowFragment = "fragment InvitationRow on Invitation{id email displayName role createdAt expiresAt invitedBy{id displayName}}";

export type Pages = {
	hasNextPage: boolean;
	hasPreviousPage: boolean;
	startCursor: string | null;
	endCursor: string | null;
};

const PagesFragment = "fragment Pages on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export type PasskeyOptionsOutcome = {
	__typename: 'PasskeyOptions';
	options: unknown;
} | {
	__typename: 'CredentialsProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'ForbiddenProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'RateLimitProblem';
	code: ProblemCode;
	message: string;
	retryAfterSeconds: number;
};

const PasskeyOptionsOutcomeFragment = "fragment PasskeyOptionsOutcome on PasskeyOptionsResult{__typename ...on PasskeyOptions{options}...Problem ...on RateLimitProblem{retryAfterSeconds}}";

export type PasskeyRow = {
	id: string;
	name: string;
	createdAt: string;
	lastUsedAt: string | null;
};

const PasskeyRowFragment = "fragment PasskeyRow on Passkey{id name createdAt lastUsedAt}";

export type Problem = {
	code: ProblemCode;
	message: string;
};

const ProblemFragment = "fragment Problem on Problem{code message}";

export type RecoveryCodesOutcome = {
	__typename: 'RecoveryCodes';
	codes: string[];
} | {
	__typename: 'ValidationProblem';
	code: ProblemCode;
	message: string;
	fields: Array<{
		field: string;
		message: string;
	}>;
} | {
	__typename: 'CredentialsProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'ForbiddenProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'RateLimitProblem';
	code: ProblemCode;
	message: string;
	retryAfterSeconds: number;
};

const RecoveryCodesOutcomeFragment = "fragment RecoveryCodesOutcome on RecoveryCodesResult{__typename ...on RecoveryCodes{codes}...Problem ...on ValidationProblem{fields{field message}}...on RateLimitProblem{retryAfterSeconds}}";

export type ResyncRequired = {
	cursor: string;
	reason: string;
};

const ResyncRequiredFragment = "fragment ResyncRequired on ResyncRequired{cursor reason}";

export type ServiceCheck = {
	name: string;
	reason: string | null;
};

const ServiceCheckFragment = "fragment ServiceCheck on ServiceCheck{name reason}";

export type ServiceSetting = {
	name: string;
	value: string | null;
	isSet: boolean;
};

const ServiceSettingFragment = "fragment ServiceSetting on ServiceSetting{name value isSet}";

export type SessionPage = {
	edges: Array<{
		node: SessionRow;
	}>;
	pageInfo: {
		hasNextPage: boolean;
	};
};

const SessionPageFragment = "fragment SessionPage on SessionConnection{edges{node{...SessionRow}}pageInfo{hasNextPage}}";

export type SessionRow = {
	id: string;
	userAgent: string | null;
	ipAddress: string | null;
	current: boolean;
	createdAt: string;
	lastSeenAt: string;
	expiresAt: string;
};

const SessionRowFragment = "fragment SessionRow on Session{id userAgent ipAddress current createdAt lastSeenAt expiresAt}";

export type SessionStarted = {
	accessTokenExpiresAt: string;
	user: Viewer;
};

const SessionStartedFragment = "fragment SessionStarted on SessionPayload{accessTokenExpiresAt user{...Viewer}}";

export type SigningKeyRow = {
	kid: string;
	algorithm: string;
	state: SigningKeyState;
	signsFrom: string;
};

const SigningKeyRowFragment = "fragment SigningKeyRow on SigningKey{kid algorithm state signsFrom}";

export type User = {
	id: string;
	email: string | null;
	displayName: string;
	role: Role;
	status: UserStatus;
	online: boolean;
	lastSeenAt: string | null;
	emailVerifiedAt: string | null;
	canSignIn: boolean | null;
	createdAt: string;
	updatedAt: string;
	version: number;
};

const UserFragment = "fragment User on User{id email displayName role status online lastSeenAt emailVerifiedAt canSignIn createdAt updatedAt version}";

export type UserOutcome = {
	__typename: 'UserPayload';
	user: User;
} | {
	__typename: 'ValidationProblem';
	code: ProblemCode;
	message: string;
	fields: Array<{
		field: string;
		message: string;
	}>;
} | {
	__typename: 'ConflictProblem';
	code: ProblemCode;
	message: string;
	current: User | null;
} | {
	__typename: 'NotFoundProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'ForbiddenProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'CredentialsProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'RateLimitProblem';
	code: ProblemCode;
	message: string;
};

const UserOutcomeFragment = "fragment UserOutcome on UserResult{__typename ...on UserPayload{user{...User}}...Problem ...on ValidationProblem{fields{field message}}...on ConflictProblem{current{...User}}}";

export type Viewer = {
	id: string;
	email: string | null;
	displayName: string;
	role: Role;
	version: number;
};

const ViewerFragment = "fragment Viewer on User{id email displayName role version}";

export type WebhookSecretOutcome = {
	__typename: 'WebhookSecretPayload';
	secret: string;
	webhookEndpoint: EndpointRow;
} | {
	__typename: 'ValidationProblem';
	code: ProblemCode;
	message: string;
	fields: Array<{
		field: string;
		message: string;
	}>;
} | {
	__typename: 'NotFoundProblem';
	code: ProblemCode;
	message: string;
} | {
	__typename: 'ForbiddenProblem';
	code: ProblemCode;
	message: string;
};

const WebhookSecretOutcomeFragment = "fragment WebhookSecretOutcome on WebhookSecretResult{__typename ...on WebhookSecretPayload{secret webhookEndpoint{...EndpointRow}}...Problem ...on ValidationProblem{fields{field message}}}";

export type ApiKeysData = {
	me: {
		id: string;
	} | null;
	apiKeys: ApiKeyRow[];
};

export type ApiKeysVariables = Record<string, never>;

export const ApiKeys = ("query ApiKeys{me{id}apiKeys{...ApiKeyRow}}" + ApiKeyRowFragment) as TypedDocument<ApiKeysData, ApiKeysVariables>;

export type CreateApiKeyData = {
	createApiKey: ({
		__typename: 'ApiKeyPayload';
		secret: string;
		apiKey: ApiKeyRow;
	} | {
		__typename: 'ValidationProblem';
		code: ProblemCode;
		message: string;
		fields: Array<{
			field: string;
			message: string;
		}>;
	} | {
		__typename: 'ForbiddenProblem';
		code: ProblemCode;
		message: string;
	});
};

export type CreateApiKeyVariables = { input: CreateApiKeyInput };

export const CreateApiKey = ("mutation CreateApiKey($input:CreateApiKeyInput!){createApiKey(input:$input){__typename ...on ApiKeyPayload{secret apiKey{...ApiKeyRow}}...Problem ...on ValidationProblem{fields{field message}}}}" + ApiKeyRowFragment + ProblemFragment) as TypedDocument<CreateApiKeyData, CreateApiKeyVariables>;

export type RevokeApiKeyData = {
	revokeApiKey: DoneOutcome;
};

export type RevokeApiKeyVariables = { id: string };

export const RevokeApiKey = ("mutation RevokeApiKey($id:ID!){revokeApiKey(id:$id){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<RevokeApiKeyData, RevokeApiKeyVariables>;

export type OwnEmailData = {
	me: {
		id: string;
		pendingEmail: string | null;
	} | null;
};

export type OwnEmailVariables = Record<string, never>;

export const OwnEmail = ("query OwnEmail{me{id pendingEmail}}") as TypedDocument<OwnEmailData, OwnEmailVariables>;

export type RequestEmailVerificationData = {
	requestEmailVerification: DoneOutcome;
};

export type RequestEmailVerificationVariables = Record<string, never>;

export const RequestEmailVerification = ("mutation RequestEmailVerification{requestEmailVerification{...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<RequestEmailVerificationData, RequestEmailVerificationVariables>;

export type RequestEmailChangeData = {
	requestEmailChange: DoneOutcome;
};

export type RequestEmailChangeVariables = { input: ChangeEmailInput };

export const RequestEmailChange = ("mutation RequestEmailChange($input:ChangeEmailInput!){requestEmailChange(input:$input){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<RequestEmailChangeData, RequestEmailChangeVariables>;

export type VerifyEmailData = {
	verifyEmail: EmailOutcome;
};

export type VerifyEmailVariables = { token: string };

export const VerifyEmail = ("mutation VerifyEmail($token:String!){verifyEmail(token:$token){...EmailOutcome}}" + EmailOutcomeFragment + ProblemFragment) as TypedDocument<VerifyEmailData, VerifyEmailVariables>;

export type ConfirmEmailChangeData = {
	confirmEmailChange: EmailOutcome;
};

export type ConfirmEmailChangeVariables = { token: string };

export const ConfirmEmailChange = ("mutation ConfirmEmailChange($token:String!){confirmEmailChange(token:$token){...EmailOutcome}}" + EmailOutcomeFragment + ProblemFragment) as TypedDocument<ConfirmEmailChangeData, ConfirmEmailChangeVariables>;

export type EventsData = {
	events: {
		edges: Array<{
			node: EventRow;
		}>;
		pageInfo: Pages;
	};
};

export type EventsVariables = { first?: number | null; after?: string | null; last?: number | null; before?: string | null; filter?: EventFilter | null };

export const Events = ("query Events($first:Int$after:String$last:Int$before:String$filter:EventFilter){events(first:$first after:$after last:$last before:$before filter:$filter){edges{node{...EventRow}}pageInfo{...Pages}}}" + ActorFragment + EventRowFragment + PagesFragment) as TypedDocument<EventsData, EventsVariables>;

export type EventToRevertData = {
	node: ({
		__typename: 'ApiKey';
	} | EventRow & {
		__typename: 'Event';
	} | {
		__typename: 'Invitation';
	} | {
		__typename: 'Passkey';
	} | {
		__typename: 'Session';
	} | {
		__typename: 'User';
	} | {
		__typename: 'WebhookDelivery';
	} | {
		__typename: 'WebhookEndpoint';
	}) | null;
};

export type EventToRevertVariables = { id: string };

export const EventToRevert = ("query EventToRevert($id:ID!){node(id:$id){__typename ...on Event{...EventRow}}}" + ActorFragment + EventRowFragment) as TypedDocument<EventToRevertData, EventToRevertVariables>;

export type NewerEventsData = {
	user: User | null;
	events: {
		edges: Array<{
			node: EventRow;
		}>;
	};
};

export type NewerEventsVariables = { id: string; filter: EventFilter; before: string };

export const NewerEvents = ("query NewerEvents($id:ID!$filter:EventFilter!$before:String!){user(id:$id){...User}events(last:50 before:$before filter:$filter){edges{node{...EventRow}}}}" + ActorFragment + EventRowFragment + UserFragment) as TypedDocument<NewerEventsData, NewerEventsVariables>;

export type EventCountsData = {
	eventCounts: {
		counts: Array<{
			type: EventType;
			at: string;
			count: number;
		}>;
	};
};

export type EventCountsVariables = { starts?: (string)[] | null };

export const EventCounts = ("query EventCounts($starts:[DateTime!]){eventCounts(starts:$starts){counts{type at count}}}") as TypedDocument<EventCountsData, EventCountsVariables>;

export type StatsData = {
	stats: {
		total: number;
		online: number;
		byRole: Array<{
			role: Role;
			count: number;
		}>;
		byStatus: Array<{
			status: UserStatus;
			count: number;
		}>;
	};
};

export type StatsVariables = Record<string, never>;

export const Stats = ("query Stats{stats{total online byRole{role count}byStatus{status count}}}") as TypedDocument<StatsData, StatsVariables>;

export type UserFeedData = {
	userFeed: ({
		__typename: 'UserEntered';
		cursor: string;
		user: User;
	} | {
		__typename: 'UserChanged';
		cursor: string;
		user: User;
		changes: Array<{
			field: string;
			before: unknown | null;
			after: unknown | null;
		}>;
	} | {
		__typename: 'UserLeft';
		cursor: string;
		userId: string;
	} | FeedReady & {
		__typename: 'FeedReady';
	} | Heartbeat & {
		__typename: 'Heartbeat';
	} | ResyncRequired & {
		__typename: 'ResyncRequired';
	});
};

export type UserFeedVariables = { search?: string | null; filter?: UserFilter | null; after?: string | null };

export const UserFeed = ("subscription UserFeed($search:String$filter:UserFilter$after:Cursor){userFeed(search:$search filter:$filter after:$after){__typename ...on UserEntered{cursor user{...User}}...on UserChanged{cursor user{...User}changes{field before after}}...on UserLeft{cursor userId}...FeedReady ...Heartbeat ...ResyncRequired}}" + FeedReadyFragment + HeartbeatFragment + ResyncRequiredFragment + UserFragment) as TypedDocument<UserFeedData, UserFeedVariables>;

export type UserEventsData = {
	userEvents: (EventRow & {
		__typename: 'Event';
	} | Heartbeat & {
		__typename: 'Heartbeat';
	} | ResyncRequired & {
		__typename: 'ResyncRequired';
	});
};

export type UserEventsVariables = { after?: string | null; filter?: EventFilter | null };

export const UserEvents = ("subscription UserEvents($after:Cursor$filter:EventFilter){userEvents(after:$after filter:$filter){__typename ...on Event{...EventRow}...Heartbeat ...ResyncRequired}}" + ActorFragment + EventRowFragment + HeartbeatFragment + ResyncRequiredFragment) as TypedDocument<UserEventsData, UserEventsVariables>;

export type PresenceData = {
	presence: {
		userId: string;
		online: boolean;
	};
};

export type PresenceVariables = Record<string, never>;

export const Presence = ("subscription Presence{presence{userId online}}") as TypedDocument<PresenceData, PresenceVariables>;

export type SessionNoticesData = {
	sessionNotices: {
		kind: SessionNoticeKind;
		message: string;
	};
};

export type SessionNoticesVariables = Record<string, never>;

export const SessionNotices = ("subscription SessionNotices{sessionNotices{kind message}}") as TypedDocument<SessionNoticesData, SessionNoticesVariables>;

export type InvitationsData = {
	signUpMode: SignUpMode;
	invitations: {
		edges: Array<{
			node: InvitationRow;
		}>;
		pageInfo: Pages;
	};
};

export type InvitationsVariables = { first?: number | null; after?: string | null; last?: number | null; before?: string | null };

export const Invitations = ("query Invitations($first:Int$after:String$last:Int$before:String){signUpMode invitations(first:$first after:$after last:$last before:$before){edges{node{...InvitationRow}}pageInfo{...Pages}}}" + InvitationRowFragment + PagesFragment) as TypedDocument<InvitationsData, InvitationsVariables>;

export type InviteUserData = {
	inviteUser: ({
		__typename: 'InvitationPayload';
		invitation: InvitationRow;
	} | {
		__typename: 'ValidationProblem';
		code: ProblemCode;
		message: string;
		fields: Array<{
			field: string;
			message: string;
		}>;
	} | {
		__typename: 'ConflictProblem';
		code: ProblemCode;
		message: string;
		current: User | null;
	} | {
		__typename: 'ForbiddenProblem';
		code: ProblemCode;
		message: string;
	} | {
		__typename: 'RateLimitProblem';
		code: ProblemCode;
		message: string;
		retryAfterSeconds: number;
	});
};

export type InviteUserVariables = { input: InviteUserInput };

export const InviteUser = ("mutation InviteUser($input:InviteUserInput!){inviteUser(input:$input){__typename ...on InvitationPayload{invitation{...InvitationRow}}...Problem ...on ValidationProblem{fields{field message}}...on ConflictProblem{current{...User}}...on RateLimitProblem{retryAfterSeconds}}}" + InvitationRowFragment + ProblemFragment + UserFragment) as TypedDocument<InviteUserData, InviteUserVariables>;

export type WithdrawInvitationData = {
	withdrawInvitation: DoneOutcome;
};

export type WithdrawInvitationVariables = { id: string };

export const WithdrawInvitation = ("mutation WithdrawInvitation($id:ID!){withdrawInvitation(id:$id){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<WithdrawInvitationData, WithdrawInvitationVariables>;

export type AcceptInvitationData = {
	acceptInvitation: (SessionStarted & {
		__typename: 'SessionPayload';
	} | {
		__typename: 'ValidationProblem';
		code: ProblemCode;
		message: string;
		fields: Array<{
			field: string;
			message: string;
		}>;
	} | {
		__typename: 'ConflictProblem';
		code: ProblemCode;
		message: string;
	} | {
		__typename: 'CredentialsProblem';
		code: ProblemCode;
		message: string;
	} | {
		__typename: 'RateLimitProblem';
		code: ProblemCode;
		message: string;
		retryAfterSeconds: number;
	});
};

export type AcceptInvitationVariables = { input: AcceptInvitationInput };

export const AcceptInvitation = ("mutation AcceptInvitation($input:AcceptInvitationInput!){acceptInvitation(input:$input){__typename ...SessionStarted ...Problem ...on ValidationProblem{fields{field message}}...on RateLimitProblem{retryAfterSeconds}}}" + ProblemFragment + SessionStartedFragment + ViewerFragment) as TypedDocument<AcceptInvitationData, AcceptInvitationVariables>;

export type BeginPasskeyData = {
	beginPasskeyRegistration: PasskeyOptionsOutcome;
};

export type BeginPasskeyVariables = { currentPassword?: string | null };

export const BeginPasskey = ("mutation BeginPasskey($currentPassword:String){beginPasskeyRegistration(currentPassword:$currentPassword){...PasskeyOptionsOutcome}}" + PasskeyOptionsOutcomeFragment + ProblemFragment) as TypedDocument<BeginPasskeyData, BeginPasskeyVariables>;

export type FinishPasskeyData = {
	finishPasskeyRegistration: ({
		__typename: 'PasskeyPayload';
		passkey: PasskeyRow;
	} | {
		__typename: 'ValidationProblem';
		code: ProblemCode;
		message: string;
		fields: Array<{
			field: string;
			message: string;
		}>;
	} | {
		__typename: 'CredentialsProblem';
		code: ProblemCode;
		message: string;
	} | {
		__typename: 'ForbiddenProblem';
		code: ProblemCode;
		message: string;
	});
};

export type FinishPasskeyVariables = { name: string; credential: unknown };

export const FinishPasskey = ("mutation FinishPasskey($name:String!$credential:JSON!){finishPasskeyRegistration(name:$name credential:$credential){__typename ...on PasskeyPayload{passkey{...PasskeyRow}}...Problem ...on ValidationProblem{fields{field message}}}}" + PasskeyRowFragment + ProblemFragment) as TypedDocument<FinishPasskeyData, FinishPasskeyVariables>;

export type RemovePasskeyData = {
	removePasskey: DoneOutcome;
};

export type RemovePasskeyVariables = { id: string; currentPassword?: string | null };

export const RemovePasskey = ("mutation RemovePasskey($id:ID!$currentPassword:String){removePasskey(id:$id currentPassword:$currentPassword){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<RemovePasskeyData, RemovePasskeyVariables>;

export type BeginPasskeySignInData = {
	beginPasskeySignIn: PasskeyOptionsOutcome;
};

export type BeginPasskeySignInVariables = Record<string, never>;

export const BeginPasskeySignIn = ("mutation BeginPasskeySignIn{beginPasskeySignIn{...PasskeyOptionsOutcome}}" + PasskeyOptionsOutcomeFragment + ProblemFragment) as TypedDocument<BeginPasskeySignInData, BeginPasskeySignInVariables>;

export type SignInWithPasskeyData = {
	signInWithPasskey: (SessionStarted & {
		__typename: 'SessionPayload';
	} | {
		__typename: 'CredentialsProblem';
		code: ProblemCode;
		message: string;
	} | {
		__typename: 'RateLimitProblem';
		code: ProblemCode;
		message: string;
		retryAfterSeconds: number;
	} | {
		__typename: 'ValidationProblem';
		code: ProblemCode;
		message: string;
	});
};

export type SignInWithPasskeyVariables = { credential: unknown };

export const SignInWithPasskey = ("mutation SignInWithPasskey($credential:JSON!){signInWithPasskey(input:{credential:$credential cookie:true}){__typename ...SessionStarted ...Problem ...on RateLimitProblem{retryAfterSeconds}}}" + ProblemFragment + SessionStartedFragment + ViewerFragment) as TypedDocument<SignInWithPasskeyData, SignInWithPasskeyVariables>;

export type BeginTotpData = {
	beginTotp: ({
		__typename: 'TotpEnrolment';
		secret: string;
		uri: string;
		qrSvg: string;
	} | {
		__typename: 'CredentialsProblem';
		code: ProblemCode;
		message: string;
	} | {
		__typename: 'ForbiddenProblem';
		code: ProblemCode;
		message: string;
	} | {
		__typename: 'RateLimitProblem';
		code: ProblemCode;
		message: string;
		retryAfterSeconds: number;
	});
};

export type BeginTotpVariables = { currentPassword: string };

export const BeginTotp = ("mutation BeginTotp($currentPassword:String!){beginTotp(currentPassword:$currentPassword){__typename ...on TotpEnrolment{secret uri qrSvg}...Problem ...on RateLimitProblem{retryAfterSeconds}}}" + ProblemFragment) as TypedDocument<BeginTotpData, BeginTotpVariables>;

export type ConfirmTotpData = {
	confirmTotp: RecoveryCodesOutcome;
};

export type ConfirmTotpVariables = { code: string };

export const ConfirmTotp = ("mutation ConfirmTotp($code:String!){confirmTotp(code:$code){...RecoveryCodesOutcome}}" + ProblemFragment + RecoveryCodesOutcomeFragment) as TypedDocument<ConfirmTotpData, ConfirmTotpVariables>;

export type RenewRecoveryCodesData = {
	renewRecoveryCodes: RecoveryCodesOutcome;
};

export type RenewRecoveryCodesVariables = { currentPassword: string };

export const RenewRecoveryCodes = ("mutation RenewRecoveryCodes($currentPassword:String!){renewRecoveryCodes(currentPassword:$currentPassword){...RecoveryCodesOutcome}}" + ProblemFragment + RecoveryCodesOutcomeFragment) as TypedDocument<RenewRecoveryCodesData, RenewRecoveryCodesVariables>;

export type DisableTotpData = {
	disableTotp: DoneOutcome;
};

export type DisableTotpVariables = { currentPassword: string; code: string };

export const DisableTotp = ("mutation DisableTotp($currentPassword:String!$code:String!){disableTotp(currentPassword:$currentPassword code:$code){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<DisableTotpData, DisableTotpVariables>;

export type ResetSecondFactorData = {
	resetSecondFactor: DoneOutcome;
};

export type ResetSecondFactorVariables = { userId: string };

export const ResetSecondFactor = ("mutation ResetSecondFactor($userId:ID!){resetSecondFactor(userId:$userId){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<ResetSecondFactorData, ResetSecondFactorVariables>;

export type ServiceInfoData = {
	serviceInfo: {
		version: string;
		checks: ServiceCheck[];
		settings: ServiceSetting[] | null;
	};
};

export type ServiceInfoVariables = Record<string, never>;

export const ServiceInfo = ("query ServiceInfo{serviceInfo{version checks{...ServiceCheck}settings{...ServiceSetting}}}" + ServiceCheckFragment + ServiceSettingFragment) as TypedDocument<ServiceInfoData, ServiceInfoVariables>;

export type SignInData = {
	signIn: (SessionStarted & {
		__typename: 'SessionPayload';
	} | {
		__typename: 'CredentialsProblem';
		code: ProblemCode;
		message: string;
	} | {
		__typename: 'RateLimitProblem';
		code: ProblemCode;
		message: string;
		retryAfterSeconds: number;
	} | {
		__typename: 'ValidationProblem';
		code: ProblemCode;
		message: string;
		fields: Array<{
			field: string;
			message: string;
		}>;
	});
};

export type SignInVariables = { input: SignInInput };

export const SignIn = ("mutation SignIn($input:SignInInput!){signIn(input:$input){__typename ...SessionStarted ...Problem ...on ValidationProblem{fields{field message}}...on RateLimitProblem{retryAfterSeconds}}}" + ProblemFragment + SessionStartedFragment + ViewerFragment) as TypedDocument<SignInData, SignInVariables>;

export type SignUpData = {
	signUp: (SessionStarted & {
		__typename: 'SessionPayload';
	} | {
		__typename: 'SignUpPending';
	} | {
		__typename: 'ValidationProblem';
		code: ProblemCode;
		message: string;
		fields: Array<{
			field: string;
			message: string;
		}>;
	} | {
		__typename: 'ConflictProblem';
		code: ProblemCode;
		message: string;
	} | {
		__typename: 'RateLimitProblem';
		code: ProblemCode;
		message: string;
		retryAfterSeconds: number;
	} | {
		__typename: 'ForbiddenProblem';
		code: ProblemCode;
		message: string;
	});
};

export type SignUpVariables = { input: SignUpInput };

export const SignUp = ("mutation SignUp($input:SignUpInput!){signUp(input:$input){__typename ...SessionStarted ...Problem ...on ValidationProblem{fields{field message}}...on RateLimitProblem{retryAfterSeconds}}}" + ProblemFragment + SessionStartedFragment + ViewerFragment) as TypedDocument<SignUpData, SignUpVariables>;

export type SignUpModeData = {
	signUpMode: SignUpMode;
};

export type SignUpModeVariables = Record<string, never>;

export const SignUpMode = ("query SignUpMode{signUpMode}") as TypedDocument<SignUpModeData, SignUpModeVariables>;

export type RefreshSessionData = {
	refreshSession: (SessionStarted & {
		__typename: 'SessionPayload';
	} | {
		__typename: 'CredentialsProblem';
		code: ProblemCode;
		message: string;
	});
};

export type RefreshSessionVariables = Record<string, never>;

export const RefreshSession = ("mutation RefreshSession{refreshSession{__typename ...SessionStarted ...Problem}}" + ProblemFragment + SessionStartedFragment + ViewerFragment) as TypedDocument<RefreshSessionData, RefreshSessionVariables>;

export type SignOutData = {
	signOut: DoneOutcome;
};

export type SignOutVariables = Record<string, never>;

export const SignOut = ("mutation SignOut{signOut{...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<SignOutData, SignOutVariables>;

export type RevokeSessionData = {
	revokeSession: DoneOutcome;
};

export type RevokeSessionVariables = { id: string };

export const RevokeSession = ("mutation RevokeSession($id:ID!){revokeSession(id:$id){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<RevokeSessionData, RevokeSessionVariables>;

export type RevokeSessionsData = {
	revokeSessions: DoneOutcome;
};

export type RevokeSessionsVariables = { userId: string };

export const RevokeSessions = ("mutation RevokeSessions($userId:ID!){revokeSessions(userId:$userId){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<RevokeSessionsData, RevokeSessionsVariables>;

export type ChangePasswordData = {
	changePassword: DoneOutcome;
};

export type ChangePasswordVariables = { input: ChangePasswordInput };

export const ChangePassword = ("mutation ChangePassword($input:ChangePasswordInput!){changePassword(input:$input){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<ChangePasswordData, ChangePasswordVariables>;

export type RequestPasswordResetData = {
	requestPasswordReset: DoneOutcome;
};

export type RequestPasswordResetVariables = { email: string };

export const RequestPasswordReset = ("mutation RequestPasswordReset($email:String!){requestPasswordReset(email:$email){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<RequestPasswordResetData, RequestPasswordResetVariables>;

export type ResetPasswordData = {
	resetPassword: DoneOutcome;
};

export type ResetPasswordVariables = { input: ResetPasswordInput };

export const ResetPassword = ("mutation ResetPassword($input:ResetPasswordInput!){resetPassword(input:$input){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<ResetPasswordData, ResetPasswordVariables>;

export type AccountData = {
	me: (User & {
		pendingEmail: string | null;
		secondFactors: SecondFactor[] | null;
		passkeys: PasskeyRow[] | null;
		sessions: SessionPage;
	}) | null;
};

export type AccountVariables = Record<string, never>;

export const Account = ("query Account{me{...User pendingEmail secondFactors passkeys{...PasskeyRow}sessions(first:50){...SessionPage}}}" + PasskeyRowFragment + SessionPageFragment + SessionRowFragment + UserFragment) as TypedDocument<AccountData, AccountVariables>;

export type MyDataData = {
	myData: unknown;
};

export type MyDataVariables = Record<string, never>;

export const MyData = ("query MyData{myData}") as TypedDocument<MyDataData, MyDataVariables>;

export type SigningKeysData = {
	signingKeys: SigningKeyRow[];
};

export type SigningKeysVariables = Record<string, never>;

export const SigningKeys = ("query SigningKeys{signingKeys{...SigningKeyRow}}" + SigningKeyRowFragment) as TypedDocument<SigningKeysData, SigningKeysVariables>;

export type RotateSigningKeysData = {
	rotateSigningKeys: ({
		__typename: 'SigningKeyPayload';
		signingKey: SigningKeyRow;
	} | {
		__typename: 'ValidationProblem';
		code: ProblemCode;
		message: string;
	} | {
		__typename: 'ForbiddenProblem';
		code: ProblemCode;
		message: string;
	});
};

export type RotateSigningKeysVariables = Record<string, never>;

export const RotateSigningKeys = ("mutation RotateSigningKeys{rotateSigningKeys{__typename ...on SigningKeyPayload{signingKey{...SigningKeyRow}}...Problem}}" + ProblemFragment + SigningKeyRowFragment) as TypedDocument<RotateSigningKeysData, RotateSigningKeysVariables>;

export type MeData = {
	me: Viewer | null;
	enrolmentRequired: boolean;
};

export type MeVariables = Record<string, never>;

export const Me = ("query Me{me{...Viewer}enrolmentRequired}" + ViewerFragment) as TypedDocument<MeData, MeVariables>;

export type UsersData = {
	users: {
		edges: Array<{
			cursor: string;
			node: User;
		}>;
		pageInfo: Pages;
		totalCount?: number;
		totalCountExact?: boolean;
	};
};

export type UsersVariables = { first?: number | null; after?: string | null; last?: number | null; before?: string | null; search?: string | null; filter?: UserFilter | null; orderBy?: UserOrder | null; count: boolean };

export const Users = ("query Users($first:Int$after:String$last:Int$before:String$search:String$filter:UserFilter$orderBy:UserOrder$count:Boolean!){users(first:$first after:$after last:$last before:$before search:$search filter:$filter orderBy:$orderBy){edges{cursor node{...User}}pageInfo{...Pages}totalCount@include(if:$count)totalCountExact@include(if:$count)}}" + PagesFragment + UserFragment) as TypedDocument<UsersData, UsersVariables>;

export type UserPageData = {
	user: (User & Access & {
		sessions: SessionPage;
		events: EventPage;
	}) | null;
};

export type UserPageVariables = { id: string; eventsAfter?: string | null };

export const UserPage = ("query UserPage($id:ID!$eventsAfter:String){user(id:$id){...User ...Access sessions(first:50){...SessionPage}events(first:20 after:$eventsAfter){...EventPage}}}" + AccessFragment + ActorFragment + EventPageFragment + EventRowFragment + PasskeyRowFragment + SessionPageFragment + SessionRowFragment + UserFragment) as TypedDocument<UserPageData, UserPageVariables>;

export type UserPeekData = {
	user: (User & {
		events: EventPage;
	}) | null;
};

export type UserPeekVariables = { id: string };

export const UserPeek = ("query UserPeek($id:ID!){user(id:$id){...User events(first:5){...EventPage}}}" + ActorFragment + EventPageFragment + EventRowFragment + UserFragment) as TypedDocument<UserPeekData, UserPeekVariables>;

export type UserAccessData = {
	user: (Access & {
		sessions: SessionPage;
	}) | null;
};

export type UserAccessVariables = { id: string };

export const UserAccess = ("query UserAccess($id:ID!){user(id:$id){...Access sessions(first:50){...SessionPage}}}" + AccessFragment + PasskeyRowFragment + SessionPageFragment + SessionRowFragment) as TypedDocument<UserAccessData, UserAccessVariables>;

export type UserHistoryData = {
	user: {
		events: EventPage;
	} | null;
};

export type UserHistoryVariables = { id: string; after?: string | null };

export const UserHistory = ("query UserHistory($id:ID!$after:String){user(id:$id){events(first:20 after:$after){...EventPage}}}" + ActorFragment + EventPageFragment + EventRowFragment) as TypedDocument<UserHistoryData, UserHistoryVariables>;

export type UserHistoryFeedData = {
	userEvents: (EventRow & {
		__typename: 'Event';
		user: User | null;
	} | Heartbeat & {
		__typename: 'Heartbeat';
	} | ResyncRequired & {
		__typename: 'ResyncRequired';
	});
};

export type UserHistoryFeedVariables = { filter: EventFilter; after?: string | null };

export const UserHistoryFeed = ("subscription UserHistoryFeed($filter:EventFilter!$after:Cursor){userEvents(after:$after filter:$filter){__typename ...on Event{...EventRow user{...User}}...Heartbeat ...ResyncRequired}}" + ActorFragment + EventRowFragment + HeartbeatFragment + ResyncRequiredFragment + UserFragment) as TypedDocument<UserHistoryFeedData, UserHistoryFeedVariables>;

export type UsersByIdData = {
	nodes: Array<({
		__typename: 'ApiKey';
	} | {
		__typename: 'Event';
	} | {
		__typename: 'Invitation';
	} | {
		__typename: 'Passkey';
	} | {
		__typename: 'Session';
	} | User & {
		__typename: 'User';
	} | {
		__typename: 'WebhookDelivery';
	} | {
		__typename: 'WebhookEndpoint';
	}) | null>;
};

export type UsersByIdVariables = { ids: (string)[] };

export const UsersById = ("query UsersById($ids:[ID!]!){nodes(ids:$ids){__typename ...on User{...User}}}" + UserFragment) as TypedDocument<UsersByIdData, UsersByIdVariables>;

export type FindUsersData = {
	users: {
		edges: Array<{
			node: {
				id: string;
				displayName: string;
				email: string | null;
				role: Role;
				status: UserStatus;
			};
		}>;
	};
};

export type FindUsersVariables = { search: string };

export const FindUsers = ("query FindUsers($search:String!){users(first:8 search:$search){edges{node{id displayName email role status}}}}") as TypedDocument<FindUsersData, FindUsersVariables>;

export type CreateUserData = {
	createUser: UserOutcome;
};

export type CreateUserVariables = { input: CreateUserInput };

export const CreateUser = ("mutation CreateUser($input:CreateUserInput!){createUser(input:$input){...UserOutcome}}" + ProblemFragment + UserFragment + UserOutcomeFragment) as TypedDocument<CreateUserData, CreateUserVariables>;

export type UpdateUserData = {
	updateUser: UserOutcome;
};

export type UpdateUserVariables = { input: UpdateUserInput };

export const UpdateUser = ("mutation UpdateUser($input:UpdateUserInput!){updateUser(input:$input){...UserOutcome}}" + ProblemFragment + UserFragment + UserOutcomeFragment) as TypedDocument<UpdateUserData, UpdateUserVariables>;

export type SetPasswordData = {
	setPassword: UserOutcome;
};

export type SetPasswordVariables = { input: SetPasswordInput };

export const SetPassword = ("mutation SetPassword($input:SetPasswordInput!){setPassword(input:$input){...UserOutcome}}" + ProblemFragment + UserFragment + UserOutcomeFragment) as TypedDocument<SetPasswordData, SetPasswordVariables>;

export type DisableUserData = {
	disableUser: UserOutcome;
};

export type DisableUserVariables = { id: string; expectedVersion?: number | null };

export const DisableUser = ("mutation DisableUser($id:ID!$expectedVersion:Int){disableUser(id:$id expectedVersion:$expectedVersion){...UserOutcome}}" + ProblemFragment + UserFragment + UserOutcomeFragment) as TypedDocument<DisableUserData, DisableUserVariables>;

export type EnableUserData = {
	enableUser: UserOutcome;
};

export type EnableUserVariables = { id: string; expectedVersion?: number | null };

export const EnableUser = ("mutation EnableUser($id:ID!$expectedVersion:Int){enableUser(id:$id expectedVersion:$expectedVersion){...UserOutcome}}" + ProblemFragment + UserFragment + UserOutcomeFragment) as TypedDocument<EnableUserData, EnableUserVariables>;

export type DeleteUserData = {
	deleteUser: UserOutcome;
};

export type DeleteUserVariables = { id: string; expectedVersion?: number | null };

export const DeleteUser = ("mutation DeleteUser($id:ID!$expectedVersion:Int){deleteUser(id:$id expectedVersion:$expectedVersion){...UserOutcome}}" + ProblemFragment + UserFragment + UserOutcomeFragment) as TypedDocument<DeleteUserData, DeleteUserVariables>;

export type RestoreUserData = {
	restoreUser: UserOutcome;
};

export type RestoreUserVariables = { id: string; expectedVersion?: number | null };

export const RestoreUser = ("mutation RestoreUser($id:ID!$expectedVersion:Int){restoreUser(id:$id expectedVersion:$expectedVersion){...UserOutcome}}" + ProblemFragment + UserFragment + UserOutcomeFragment) as TypedDocument<RestoreUserData, RestoreUserVariables>;

export type EraseUserData = {
	eraseUser: DoneOutcome;
};

export type EraseUserVariables = { id: string };

export const EraseUser = ("mutation EraseUser($id:ID!){eraseUser(id:$id){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<EraseUserData, EraseUserVariables>;

export type WebhookEndpointsData = {
	webhookEndpoints: {
		edges: Array<{
			node: EndpointRow;
		}>;
	};
};

export type WebhookEndpointsVariables = Record<string, never>;

export const WebhookEndpoints = ("query WebhookEndpoints{webhookEndpoints(first:50){edges{node{...EndpointRow}}}}" + EndpointRowFragment) as TypedDocument<WebhookEndpointsData, WebhookEndpointsVariables>;

export type WebhookPageData = {
	node: ({
		__typename: 'ApiKey';
	} | {
		__typename: 'Event';
	} | {
		__typename: 'Invitation';
	} | {
		__typename: 'Passkey';
	} | {
		__typename: 'Session';
	} | {
		__typename: 'User';
	} | {
		__typename: 'WebhookDelivery';
	} | EndpointRow & {
		__typename: 'WebhookEndpoint';
	}) | null;
	webhookDeliveries: {
		edges: Array<{
			node: DeliveryRow;
		}>;
		pageInfo: Pages;
	};
};

export type WebhookPageVariables = { id: string; state?: WebhookDeliveryState | null; first?: number | null; after?: string | null; last?: number | null; before?: string | null };

export const WebhookPage = ("query WebhookPage($id:ID!$state:WebhookDeliveryState$first:Int$after:String$last:Int$before:String){node(id:$id){__typename ...on WebhookEndpoint{...EndpointRow}}webhookDeliveries(endpointId:$id state:$state first:$first after:$after last:$last before:$before){edges{node{...DeliveryRow}}pageInfo{...Pages}}}" + DeliveryRowFragment + EndpointRowFragment + PagesFragment) as TypedDocument<WebhookPageData, WebhookPageVariables>;

export type CreateWebhookEndpointData = {
	createWebhookEndpoint: WebhookSecretOutcome;
};

export type CreateWebhookEndpointVariables = { input: CreateWebhookEndpointInput };

export const CreateWebhookEndpoint = ("mutation CreateWebhookEndpoint($input:CreateWebhookEndpointInput!){createWebhookEndpoint(input:$input){...WebhookSecretOutcome}}" + EndpointRowFragment + ProblemFragment + WebhookSecretOutcomeFragment) as TypedDocument<CreateWebhookEndpointData, CreateWebhookEndpointVariables>;

export type RotateWebhookSecretData = {
	rotateWebhookSecret: WebhookSecretOutcome;
};

export type RotateWebhookSecretVariables = { id: string };

export const RotateWebhookSecret = ("mutation RotateWebhookSecret($id:ID!){rotateWebhookSecret(id:$id){...WebhookSecretOutcome}}" + EndpointRowFragment + ProblemFragment + WebhookSecretOutcomeFragment) as TypedDocument<RotateWebhookSecretData, RotateWebhookSecretVariables>;

export type UpdateWebhookEndpointData = {
	updateWebhookEndpoint: ({
		__typename: 'WebhookEndpointPayload';
		webhookEndpoint: EndpointRow;
	} | {
		__typename: 'ValidationProblem';
		code: ProblemCode;
		message: string;
		fields: Array<{
			field: string;
			message: string;
		}>;
	} | {
		__typename: 'NotFoundProblem';
		code: ProblemCode;
		message: string;
	} | {
		__typename: 'ForbiddenProblem';
		code: ProblemCode;
		message: string;
	});
};

export type UpdateWebhookEndpointVariables = { input: UpdateWebhookEndpointInput };

export const UpdateWebhookEndpoint = ("mutation UpdateWebhookEndpoint($input:UpdateWebhookEndpointInput!){updateWebhookEndpoint(input:$input){__typename ...on WebhookEndpointPayload{webhookEndpoint{...EndpointRow}}...Problem ...on ValidationProblem{fields{field message}}}}" + EndpointRowFragment + ProblemFragment) as TypedDocument<UpdateWebhookEndpointData, UpdateWebhookEndpointVariables>;

export type DeleteWebhookEndpointData = {
	deleteWebhookEndpoint: DoneOutcome;
};

export type DeleteWebhookEndpointVariables = { id: string };

export const DeleteWebhookEndpoint = ("mutation DeleteWebhookEndpoint($id:ID!){deleteWebhookEndpoint(id:$id){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<DeleteWebhookEndpointData, DeleteWebhookEndpointVariables>;

export type RedeliverWebhookData = {
	redeliverWebhook: DoneOutcome;
};

export type RedeliverWebhookVariables = { id: string };

export const RedeliverWebhook = ("mutation RedeliverWebhook($id:ID!){redeliverWebhook(id:$id){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<RedeliverWebhookData, RedeliverWebhookVariables>;

export type RedeliverFailedWebhooksData = {
	redeliverFailedWebhooks: DoneOutcome;
};

export type RedeliverFailedWebhooksVariables = { endpointId: string };

export const RedeliverFailedWebhooks = ("mutation RedeliverFailedWebhooks($endpointId:ID!){redeliverFailedWebhooks(endpointId:$endpointId){...DoneOutcome}}" + DoneOutcomeFragment + ProblemFragment) as TypedDocument<RedeliverFailedWebhooksData, RedeliverFailedWebhooksVariables>;

