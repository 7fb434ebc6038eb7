import { redirect } from '@sveltejs/kit';
import { Events, FindUsers, UsersById } from '#lib/graphql/documents.ts';
import { activity, activityFind, activityVariables } from '#lib/utils/event/address.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const query = activity.parse(url.searchParams);
	const { who } = activityFind.parse(url.searchParams);
	const { data, position } = await locals.api.read(Events, activityVariables(query));
	const { nodes } = query.about ? await locals.api.run(UsersById, { ids: [query.about] }) : { nodes: [] };
	const [about] = nodes.filter((node) => node?.__typename === 'User');
	// Asked without script: one user is found at once, of several the visitor chooses.
	const found = who
		? (await locals.api.run(FindUsers, { search: who })).users.edges.map((edge) => edge.node)
		: null;
	const meant =
		found?.find(({ email }) => email === who.toLowerCase()) ?? (found?.length === 1 ? found[0] : null);
	if (meant) redirect(303, activity.href(query, { about: meant.id }));
	return {
		query,
		who,
		found,
		about: about ?? null,
		cursor: position,
		events: data.events.edges.map((edge) => edge.node),
		pageInfo: data.events.pageInfo
	};
};
