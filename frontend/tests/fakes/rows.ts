/** Rows of the API, complete, with what a test says otherwise. */
import type {
	DoneOutcome,
	EventRow,
	SessionPage,
	SessionRow,
	User,
	UserOutcome,
	Viewer
} from '#lib/graphql/documents.ts';

export const AT = '2026-01-01T00:00:00Z';

export const user = (more: Partial<User> = {}): User => ({
	id: '00000000-0000-4000-8000-000000000001',
	email: 'ada@example.com',
	displayName: 'Ada',
	role: 'MEMBER',
	status: 'ACTIVE',
	online: false,
	lastSeenAt: null,
	emailVerifiedAt: null,
	canSignIn: true,
	createdAt: AT,
	updatedAt: AT,
	version: 1,
	...more
});

export const ADMIN: Viewer = {
	id: '00000000-0000-4000-8000-00000000000a',
	email: 'grace@example.com',
	displayName: 'Grace',
	role: 'ADMIN',
	version: 1
};

export const session = (id: string, more: Partial<SessionRow> = {}): SessionRow => ({
	id,
	userAgent: `Client${id}/1.0`,
	ipAddress: null,
	current: false,
	createdAt: AT,
	lastSeenAt: AT,
	expiresAt: AT,
	...more
});

export const sessionPage = (sessions: SessionRow[], hasNextPage = false): SessionPage => ({
	edges: sessions.map((node) => ({ node })),
	pageInfo: { hasNextPage }
});

export const event = (id: string, more: Partial<EventRow> = {}): EventRow => ({
	id,
	cursor: `cursor-${id}`,
	type: 'USER_UPDATED',
	occurredAt: AT,
	actor: null,
	actorId: null,
	user: null,
	userId: user().id,
	changes: [],
	requestId: null,
	ipAddress: null,
	...more
});

/** As `nodes` gives a user. */
export const node = (one: User): User & { __typename: 'User' } => ({ __typename: 'User', ...one });

/** What a mutation answers. */
export const payload = (one: User): UserOutcome => ({ __typename: 'UserPayload', user: one });
export const DONE: DoneOutcome = { __typename: 'Done' };
/** A refusal in the place of what a mutation answers, whichever that is. */
export const refused = (code: string, more: { message?: string; fields?: object[]; current?: User } = {}) =>
	({
		__typename: more.current ? 'ConflictProblem' : 'ForbiddenProblem',
		code,
		message: '',
		...more
	}) as never;
