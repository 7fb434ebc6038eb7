import { Users } from '#lib/graphql/documents.ts';
import { listOf } from '#lib/server/lists.ts';
import { changes } from '#lib/utils/user/change-address.ts';
import { boundsAt } from '#lib/utils/moments.ts';
import { users, usersVariables, parseUsers } from '#lib/utils/user/address.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const query = parseUsers(url.searchParams);
	const variables = usersVariables(query, boundsAt({ timeZone: locals.timeZone, now: Date.now() }));
	const { data, position } = await locals.api.read(Users, variables);
	const { after, before, at } = query;
	const changeHref = changes.href({ back: users.href(query, { after, before, at }) });
	return { changeHref, query, filter: variables.filter ?? null, cursor: position, ...listOf(data.users) };
};
