/** The columns of the list of users, and the orders that their heads lead to. */
import type { Messages } from '#lib/messages/types.ts';
import type { Column } from '#lib/types/table.ts';
import { isDescending, sortOf, sortedBy, users, type SortKey, type UserQuery } from './address.ts';

/** Its own column turns the order round. */
function headOf(query: UserQuery, key: SortKey): Column['sort'] {
	if (sortOf(query) !== key) return { href: users.href(query, sortedBy(key)), order: 'none' };
	const descending = isDescending(query);
	return {
		href: users.href(query, sortedBy(key, !descending)),
		order: descending ? 'descending' : 'ascending'
	};
}

export function userColumns(m: Messages, query: UserQuery): Column[] {
	return [
		{ label: m.users.name, sort: headOf(query, 'name') },
		{ label: m.users.role, class: 'w-32' },
		{ label: m.users.status, class: 'w-34' },
		{ label: m.users.lastSeen, class: 'w-36', sort: headOf(query, 'seen') },
		{ label: m.users.created, class: 'w-34 max-lg:hidden', sort: headOf(query, 'created') }
	];
}
