import { Users } from '#lib/graphql/documents.ts';
import { listOf } from '#lib/server/lists.ts';
import { boundsAt } from '#lib/utils/moments.ts';
import { usersVariables, parseUsers } from '#lib/utils/user/address.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const query = parseUsers(url.searchParams);
	const variables = usersVariables(query, boundsAt({ timeZone: locals.timeZone, now: Date.now() }));
	const { data, position } = await locals.api.read(Users, variables);
	return { query, filter: variables.filter ?? null, cursor: position, ...listOf(data.users) };
};
