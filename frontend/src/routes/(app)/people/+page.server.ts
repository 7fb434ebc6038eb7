import { Users } from '#lib/graphql/documents.ts';
import { listOf } from '#lib/server/lists.ts';
import { usersVariables, parseUsers } from '#lib/utils/user/address.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const query = parseUsers(url.searchParams);
	const { data, position } = await locals.api.read(Users, usersVariables(query));
	return { query, cursor: position, ...listOf(data.users) };
};
