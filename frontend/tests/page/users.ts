/** What the tests of the list of users share: a page of it as the server gives it. */
import { boundsAt } from '#lib/utils/moments.ts';
import { parseUsers, userFilter } from '#lib/utils/user/address.ts';
import { user } from '../fakes/rows.ts';

export const [ada, bo] = [user({ id: 'ada' }), user({ id: 'bo', displayName: 'Bo' })];

export const data = (users = [ada, bo], search = '') => ({
	query: parseUsers(new URLSearchParams(search)),
	filter: userFilter(parseUsers(new URLSearchParams(search)), boundsAt({ timeZone: 'UTC', now: 0 })),
	panel: null,
	cursor: 'head',
	rows: users,
	pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
	total: users.length,
	exact: true
});
