/** The views of the directory that everybody has. */
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
 * They ask with other filters, in the order and by the search that are there. `named`: what is shown has a tab of its own;
 * `view`: what keeps the list from opening with another.
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
