/** The directory's address: what is asked for, how it is sorted, and where in it one is. A new filter is a line here. */
import type { Role, UserFilter, UserSortField, UsersVariables, UserStatus } from '#lib/graphql/documents.ts';
import type { Messages } from '#lib/messages/types.ts';
import { Address, cursor, flag, oneOf, oneOfOr, text, windowOf, type Param } from '#lib/utils/address.ts';
import type { Right } from './rights.ts';

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
/** The default: a search is sorted by relevance, the directory from the newest. */
export const BEST = 'best';
export type Sort = SortKey | typeof BEST;
const SORT_KEYS: readonly Sort[] = [BEST, ...(Object.keys(SORTS) as SortKey[])];

interface Filter<T> {
	param: Param<T | null>;
	values: readonly T[];
	/** A value in words; the filter's own words are the catalogue's `users.filter`. */
	word(m: Messages, value: T): string;
	/** What it asks of the API. */
	asks(value: T): UserFilter;
	/** Only for those who have it. */
	right?: Right;
}

function filter<T>(one: Filter<T>): Filter<T> {
	return one;
}

const BOTH = [true, false] as const;
/** The filters of the directory, in the order of its toolbar. */
export const FILTERS = {
	status: filter({
		param: oneOf('status', STATUSES),
		values: STATUSES,
		word: (m, one) => m.status[one],
		asks: (one) => ({ status: [one] }),
		right: 'users.seeAll'
	}),
	role: filter({
		param: oneOf('role', ROLES),
		values: ROLES,
		word: (m, one) => m.role[one],
		asks: (one) => ({ role: [one] })
	}),
	online: filter({
		param: flag('online'),
		values: BOTH,
		word: (m, one) => m.users.online[one ? 'yes' : 'no'],
		asks: (online) => ({ online })
	}),
	verified: filter({
		param: flag('verified'),
		values: BOTH,
		word: (m, one) => m.users.verified[one ? 'yes' : 'no'],
		asks: (emailVerified) => ({ emailVerified }),
		right: 'users.seeAll'
	})
};
export type FilterKey = keyof typeof FILTERS;
export const FILTER_KEYS = Object.keys(FILTERS) as FilterKey[];

type FilterParams = { [Key in FilterKey]: (typeof FILTERS)[Key]['param'] };
const any: Record<FilterKey, Filter<unknown>> = FILTERS;

/** The address of the directory. */
export const users = new Address('/people', {
	search: text('q'),
	...(Object.fromEntries(FILTER_KEYS.map((key) => [key, FILTERS[key].param])) as FilterParams),
	sort: oneOfOr<Sort>('sort', SORT_KEYS, BEST),
	/** Null is the way that `startsDescending` says. */
	direction: oneOf('dir', ['asc', 'desc'])
});
export type UserQuery = ReturnType<typeof users.parse>;

/** The address of a user's page; `older`: the position in their timeline after which it begins. */
export function userAddress(id: string) {
	return new Address(`/people/${id}`, { older: cursor('older') });
}

/** How the rows are sorted; null is by relevance. */
export function sortOf({ sort, search }: Pick<UserQuery, 'sort' | 'search'>): SortKey | null {
	if (sort !== BEST) return sort;
	return search ? null : 'created';
}

/** Names and addresses read from A; times from the newest. */
export function startsDescending(sort: Sort): boolean {
	return sort !== 'name' && sort !== 'email';
}

export function isDescending({ sort, direction }: Pick<UserQuery, 'sort' | 'direction'>): boolean {
	return direction ? direction === 'desc' : startsDescending(sort);
}

/** The change that sorts by a column, that way. */
export function sortedBy(
	sort: Sort,
	descending = startsDescending(sort)
): Pick<UserQuery, 'sort' | 'direction'> {
	return { sort, direction: descending === startsDescending(sort) ? null : descending ? 'desc' : 'asc' };
}

export function parseUsers(params: Pick<URLSearchParams, 'get'>): UserQuery {
	const query = users.parse(params);
	return { ...query, ...sortedBy(query.sort, isDescending(query)) };
}

/** The choices of a filter, as its field has them: the text in the address, and the words. */
export function filterOptions(m: Messages, key: FilterKey): { value: string; word: string }[] {
	const { values, param, word } = any[key];
	return values.map((one) => ({ value: param.print(one), word: word(m, one) }));
}

/** What a filter's field holds. */
export function filterValue(query: UserQuery, key: FilterKey): string {
	return any[key].param.print(query[key]);
}

/** The change that asks for everybody. */
export function unfiltered(): Partial<UserQuery> {
	return { search: '', ...Object.fromEntries(FILTER_KEYS.map((key) => [key, null])) };
}

export function userFilter(query: UserQuery): UserFilter | null {
	const asked = FILTER_KEYS.filter((key) => query[key] !== null);
	return asked.length ? Object.assign({}, ...asked.map((key) => any[key].asks(query[key]))) : null;
}

export function isFiltered(query: UserQuery): boolean {
	return query.search !== '' || userFilter(query) !== null;
}

export function usersVariables(query: UserQuery, size = PAGE_SIZE): UsersVariables {
	const sort = sortOf(query);
	return {
		...windowOf(query, size),
		search: query.search || null,
		filter: userFilter(query),
		orderBy: sort && { field: SORTS[sort], direction: isDescending(query) ? 'DESC' : 'ASC' },
		count: true
	};
}
