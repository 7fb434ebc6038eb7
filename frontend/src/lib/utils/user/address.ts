/** The directory's address: what is asked for (`filters.ts`), how it is sorted, and where in it one is. */
import type { UserFilter, UserSortField, UsersVariables } from '#lib/graphql/documents.ts';
import { Address, oneOf, oneOfOr, severalOf, text, windowOf, type Fields } from '#lib/utils/address.ts';
import type { Bounds } from '#lib/utils/days.ts';
import type { Filter } from '#lib/utils/filter.ts';
import { LOOK } from '#lib/utils/look.ts';
import { FILTERS } from './filters.ts';
import type { Right } from './rights.ts';

export const PAGE_SIZE = 50;
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

export type FilterKey = keyof typeof FILTERS;
export const FILTER_KEYS = Object.keys(FILTERS) as FilterKey[];

type FilterParams = { [Key in FilterKey]: (typeof FILTERS)[Key]['param'] };
export const anyFilter: Record<FilterKey, Filter<unknown, UserFilter, Right>> = FILTERS;

/** What the list can show beside the name, which it always shows; as the address and the cookie have it. */
export const COLUMNS = [
	'email',
	'role',
	'status',
	'access',
	'verified',
	'seen',
	'created',
	'updated'
] as const;
export type ColumnKey = (typeof COLUMNS)[number];
/** From this number on, beside the name, each column has a width, and they scroll unless the window is wide. */
export const MANY_COLUMNS = 6;
/** Whether so many columns scroll in no window, in narrow ones, or in any. */
export const crowdOf = (shown: number) =>
	shown < MANY_COLUMNS ? 'few' : shown < COLUMNS.length ? 'many' : 'every';

/** The address of the directory. */
export const users = new Address('/people', {
	search: text('q'),
	...(Object.fromEntries(FILTER_KEYS.map((key) => [key, FILTERS[key].param])) as FilterParams),
	sort: oneOfOr<Sort>('sort', SORT_KEYS, BEST),
	/** Null is the way that `startsDescending` says. */
	direction: oneOf('dir', ['asc', 'desc']),
	/** Null is the visitor's own choice, for `density` too. */
	columns: severalOf('cols', ['name', ...COLUMNS]),
	...LOOK
});
export type UserQuery = ReturnType<typeof users.parse>;

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

export function parseUsers(params: Fields): UserQuery {
	const query = users.parse(params);
	return { ...query, ...sortedBy(query.sort, isDescending(query)) };
}

/** The change that asks for everybody. */
export function unfiltered(): Partial<UserQuery> {
	return { search: '', ...Object.fromEntries(FILTER_KEYS.map((key) => [key, null])) };
}

/** What the filters ask of the API. */
export function userFilter(query: UserQuery, bounds: Bounds): UserFilter | null {
	const asked = FILTER_KEYS.filter((key) => query[key] !== null);
	return asked.length
		? Object.assign({}, ...asked.map((key) => anyFilter[key].asks(query[key], bounds)))
		: null;
}

export function isFiltered(query: UserQuery): boolean {
	return query.search !== '' || FILTER_KEYS.some((key) => query[key] !== null);
}

/** The order that the API is asked for; null is by relevance. */
export function orderOf(query: UserQuery): UsersVariables['orderBy'] {
	const sort = sortOf(query);
	return sort && { field: SORTS[sort], direction: isDescending(query) ? 'DESC' : 'ASC' };
}

export function usersVariables(query: UserQuery, bounds: Bounds, size = PAGE_SIZE): UsersVariables {
	return {
		...windowOf(query, size),
		search: query.search || null,
		filter: userFilter(query, bounds),
		orderBy: orderOf(query),
		count: true
	};
}
