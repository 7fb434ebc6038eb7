/** The whole state of the directory as an address: what is asked for, how it is sorted, and where in it one is. */
import type { UsersVariables, Role, UserFilter, UserSortField, UserStatus } from '#lib/graphql/documents.ts';

export const PAGE_SIZE = 50;
export const STATUSES: readonly UserStatus[] = ['ACTIVE', 'DISABLED', 'DELETED'];
export const ROLES: readonly Role[] = ['MEMBER', 'AUDITOR', 'ADMIN'];
export const SORTS = {
	name: 'DISPLAY_NAME',
	email: 'EMAIL',
	seen: 'LAST_SEEN_AT',
	created: 'CREATED_AT',
	updated: 'UPDATED_AT'
} as const satisfies Record<string, UserSortField>;
export type SortKey = keyof typeof SORTS;

export interface UserQuery {
	search: string;
	status: UserStatus | null;
	role: Role | null;
	online: boolean | null;
	verified: boolean | null;
	sort: SortKey;
	descending: boolean;
	after: string | null;
	before: string | null;
}

const START: UserQuery = {
	search: '',
	status: null,
	role: null,
	online: null,
	verified: null,
	sort: 'created',
	descending: true,
	after: null,
	before: null
};

/** Names and addresses read from A; times from the newest. */
export function startsDescending(sort: SortKey): boolean {
	return sort !== 'name' && sort !== 'email';
}

type Params = Pick<URLSearchParams, 'get'>;

const flag = (text: string | null) => (text === 'yes' ? true : text === 'no' ? false : null);

/** What an address asks for; whatever is not understood is left out. */
export function parseUsers(params: Params): UserQuery {
	const sort = (Object.keys(SORTS) as SortKey[]).find((key) => key === params.get('sort')) ?? START.sort;
	const direction = params.get('dir');
	return {
		search: (params.get('q') ?? '').trim().slice(0, 200),
		status: STATUSES.find((one) => one === params.get('status')) ?? null,
		role: ROLES.find((one) => one === params.get('role')) ?? null,
		online: flag(params.get('online')),
		verified: flag(params.get('verified')),
		sort,
		descending: direction ? direction === 'desc' : startsDescending(sort),
		after: params.get('after') || null,
		before: params.get('before') || null
	};
}

/** The address of a state; `changes` other than a position go back to the first page. */
export function usersHref(query: UserQuery, changes: Partial<UserQuery> = {}): string {
	const next = { ...query, after: null, before: null, ...changes };
	const params = new URLSearchParams();
	const yesNo = (value: boolean | null) => (value === null ? '' : value ? 'yes' : 'no');
	const entries: [string, string][] = [
		['q', next.search],
		['status', next.status ?? ''],
		['role', next.role ?? ''],
		['online', yesNo(next.online)],
		['verified', yesNo(next.verified)],
		['sort', next.sort === START.sort ? '' : next.sort],
		['dir', next.descending === startsDescending(next.sort) ? '' : next.descending ? 'desc' : 'asc'],
		['after', next.after ?? ''],
		['before', next.before ?? '']
	];
	for (const [key, value] of entries) if (value) params.set(key, value);
	return params.size ? `/people?${params}` : '/people';
}

export function userFilter(query: UserQuery): UserFilter | null {
	const filter: UserFilter = {};
	if (query.status) filter.status = [query.status];
	if (query.role) filter.role = [query.role];
	if (query.online !== null) filter.online = query.online;
	if (query.verified !== null) filter.emailVerified = query.verified;
	return Object.keys(filter).length ? filter : null;
}

export function isFiltered(query: UserQuery): boolean {
	return query.search !== '' || userFilter(query) !== null;
}

export function usersVariables(query: UserQuery, size = PAGE_SIZE): UsersVariables {
	const window = query.before ? { last: size, before: query.before } : { first: size, after: query.after };
	return {
		...window,
		search: query.search || null,
		filter: userFilter(query),
		orderBy: { field: SORTS[query.sort], direction: query.descending ? 'DESC' : 'ASC' },
		count: true
	};
}
