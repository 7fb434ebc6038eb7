/** What the tests of the list of users share: a page of it as the server gives it. */
import { enViews } from '#lib/messages/en-views.ts';
import { en } from '#lib/messages/en.ts';
import { userListLook } from '#lib/server/user-list.ts';
import { settledView } from '#lib/server/view-state.ts';
import type { Density } from '#lib/types/view.ts';
import { formats } from '#lib/utils/format.ts';
import { boundsAt } from '#lib/utils/moments.ts';
import { parseUsers, userFilter, users } from '#lib/utils/user/address.ts';
import { userList } from '#lib/utils/user/views.ts';
import type { View } from '#lib/utils/views.ts';
import { peekPrefix } from '#lib/utils/user/peek-address.ts';
import { user } from '../fakes/rows.ts';

export const [ada, bo] = [user({ id: 'ada' }), user({ id: 'bo', displayName: 'Bo' })];

/** `saved`: the views of this browser; `density` and `columns`: as they were last chosen. */
export function data(
	rows = [ada, bo],
	search = '',
	{ saved = [] as View[], density = 'comfortable' as Density, columns = userList.columns! } = {}
) {
	const query = settledView(parseUsers(new URLSearchParams(search)), saved);
	const look = { density: query.density ?? density, columns: query.columns ?? columns };
	return {
		query,
		filter: userFilter(query, boundsAt({ timeZone: 'UTC', now: 0 })),
		...userListLook({ m: en, words: enViews, f: formats('en', 'UTC'), query, saved, look }),
		panels: null,
		bar: null,
		empty: null,
		here: users.href(query),
		peekPrefix: peekPrefix(users.href(query)),
		peek: null,
		peekPart: null,
		cursor: 'head',
		rows,
		pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
		total: rows.length,
		exact: true
	};
}
