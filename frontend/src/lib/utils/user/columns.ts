/** The columns of the list of users, and the orders that their heads lead to. */
import type { Messages } from '#lib/messages/types.ts';
import type { Column } from '#lib/types/table.ts';
import type { ColumnChoice } from '#lib/types/view.ts';
import {
	COLUMNS,
	MANY_COLUMNS,
	isDescending,
	sortOf,
	sortedBy,
	users,
	type ColumnKey,
	type SortKey,
	type UserQuery
} from './address.ts';
import type { Right } from './rights.ts';

interface Kind {
	label: (m: Messages) => string;
	/** Utilities that place it, and where there are many. */
	class?: string;
	tight?: string;
	sort?: SortKey;
	right?: Right;
}

const KINDS: Record<'name' | ColumnKey, Kind> = {
	name: { label: (m) => m.users.name, tight: 'w-56', sort: 'name' },
	email: { label: (m) => m.users.email, tight: 'w-38', sort: 'email', right: 'users.seeAll' },
	role: { label: (m) => m.users.role, class: 'w-32', tight: 'w-24' },
	status: { label: (m) => m.users.status, class: 'w-34', tight: 'w-26' },
	access: {
		label: (m) => m.users.filter.access,
		class: 'w-30 max-lg:hidden in-data-peeking:hidden',
		right: 'users.seeAll'
	},
	verified: {
		label: (m) => m.field.emailVerifiedAt,
		class: 'w-30 max-lg:hidden in-data-peeking:hidden',
		right: 'users.seeAll'
	},
	seen: {
		label: (m) => m.users.lastSeen,
		class: 'w-36 in-data-peeking:hidden',
		tight: 'w-32 in-data-peeking:hidden',
		sort: 'seen'
	},
	created: {
		label: (m) => m.users.created,
		class: 'w-34 max-lg:hidden in-data-peeking:hidden',
		tight: 'w-28 max-lg:hidden in-data-peeking:hidden',
		sort: 'created'
	},
	updated: {
		label: (m) => m.users.updated,
		class: 'w-30 max-lg:hidden in-data-peeking:hidden',
		sort: 'updated'
	}
};

/** A column that is shown. */
export interface UserColumn extends Column {
	key: 'name' | ColumnKey;
	right?: Right;
}

/** Its own column turns the order round. */
function headOf(query: UserQuery, key: SortKey): Column['sort'] {
	if (sortOf(query) !== key) return { href: users.href(query, sortedBy(key)), order: 'none' };
	const descending = isDescending(query);
	return {
		href: users.href(query, sortedBy(key, !descending)),
		order: descending ? 'descending' : 'ascending'
	};
}

/** The columns that are shown, after the name. */
export function userColumns(m: Messages, query: UserQuery, shown: readonly string[]): UserColumn[] {
	const many = shown.filter((key) => key !== 'name').length >= MANY_COLUMNS;
	return (['name', ...COLUMNS] as const)
		.filter((key) => key === 'name' || shown.includes(key))
		.map((key) => {
			const { label, sort, right, class: place, tight = place } = KINDS[key];
			return { key, label: label(m), class: many ? tight : place, sort: sort && headOf(query, sort), right };
		});
}

/** The columns that can be chosen. */
export function columnChoices(m: Messages, shown: readonly string[]): ColumnChoice<Right>[] {
	return COLUMNS.map((key) => ({
		value: key,
		label: KINDS[key].label(m),
		chosen: shown.includes(key),
		right: KINDS[key].right
	}));
}
