import { redirect } from '@sveltejs/kit';
import { Events, FindUsers, UsersById } from '#lib/graphql/documents.ts';
import { loadMessages } from '#lib/messages/all.ts';
import { loadViewMessages } from '#lib/messages/views.ts';
import { settledView, viewState } from '#lib/server/view-state.ts';
import { lookOf, openWithView, savedViews } from '#lib/server/views.ts';
import { activity, activityFind, activityVariables } from '#lib/utils/event/address.ts';
import { eventList, eventTabs } from '#lib/utils/event/views.ts';
import { boundsAt } from '#lib/utils/moments.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, cookies, parent }) => {
	await openWithView({ cookies, url }, eventList, parent);
	const query = activity.parse(url.searchParams);
	const asked = activityFind.parse(url.searchParams);
	const who = asked.who || asked.actor;
	const meantAs: 'about' | 'by' = asked.who ? 'about' : 'by';
	const bounds = boundsAt({ timeZone: locals.timeZone, now: Date.now() });
	const variables = activityVariables(query, bounds);
	const { data, position } = await locals.api.read(Events, variables);
	const ids = [query.about, query.by].filter((id) => id !== null);
	const { nodes } = ids.length ? await locals.api.run(UsersById, { ids }) : { nodes: [] };
	const named = (id: string | null) =>
		nodes.filter((node) => node?.__typename === 'User').find((user) => user.id === id) ?? null;
	// Asked without script: one user is found at once, of several the visitor chooses.
	const found = who
		? (await locals.api.run(FindUsers, { search: who })).users.edges.map((edge) => edge.node)
		: null;
	const meant =
		found?.find(({ email }) => email === who.toLowerCase()) ?? (found?.length === 1 ? found[0] : null);
	if (meant) redirect(303, activity.href(query, { [meantAs]: meant.id }));
	const saved = savedViews(cookies, eventList);
	const shown = settledView(query, saved);
	const [main, m] = await Promise.all([loadMessages(locals.locale), loadViewMessages(locals.locale)]);
	return {
		query: shown,
		views: viewState({
			list: eventList,
			query: shown,
			saved,
			m,
			look: lookOf(cookies, eventList, shown),
			tabs: (place) => eventTabs(main, shown, place)
		}),
		filter: variables.filter ?? null,
		who: asked.who,
		found,
		meantAs,
		about: named(query.about),
		by: named(query.by),
		cursor: position,
		events: data.events.edges.map((edge) => edge.node),
		pageInfo: data.events.pageInfo
	};
};
