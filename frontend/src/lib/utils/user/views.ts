/** The built-in views of the directory. */
import type { Messages, ViewMessages } from '#lib/messages/types.ts';
import type { ViewTab } from '#lib/types/view.ts';
import type { ViewedList } from '#lib/utils/views.ts';
import { FILTER_KEYS, anyFilter, parseUsers, unfiltered, users, type UserQuery } from './address.ts';
import type { Right } from './rights.ts';

export const userList: ViewedList<UserQuery> = {
	path: users.path,
	parse: parseUsers,
	search: (query, changes) => users.search(query, changes),
	columns: ['name', 'role', 'status', 'seen', 'created']
};

interface BuiltIn {
	name: (main: Messages, m: ViewMessages) => string;
	filters: Partial<UserQuery>;
	right?: Right;
}

const BUILT_IN: readonly BuiltIn[] = [
	{ name: (_, m) => m.everyone, filters: {} },
	{ name: (_, m) => m.admins, filters: { role: ['ADMIN'] } },
	{ name: (main) => main.users.online.yes, filters: { online: true } },
	{ name: (main) => main.users.access.no, filters: { access: false }, right: 'users.seeAll' },
	{ name: (main) => main.status.DISABLED, filters: { status: ['DISABLED'] }, right: 'users.seeAll' },
	{ name: (main) => main.status.DELETED, filters: { status: ['DELETED'] }, right: 'users.seeAll' }
];

const filtersOf = (query: Partial<UserQuery>) =>
	FILTER_KEYS.map((key) => anyFilter[key].param.print(query[key] ?? null)).join('&');

/**
 * The tabs of the built-in views: their filters replace those in force, search and order are kept. `named`: the view in force
 * has a tab of its own; `view`: the view that their addresses name, so that the list does not open with another.
 */
export function userTabs(
	main: Messages,
	m: ViewMessages,
	query: UserQuery,
	{ named, view }: { named: boolean; view: string }
): ViewTab<Right>[] {
	const kept: Partial<UserQuery> = named ? {} : query;
	return BUILT_IN.map(({ name, filters, right }) => ({
		name: name(main, m),
		href: users.href(kept, { ...unfiltered(), search: kept.search, ...filters, view }),
		current: !named && filtersOf(query) === filtersOf(filters),
		right
	}));
}
