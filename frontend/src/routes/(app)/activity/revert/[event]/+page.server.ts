/** Reverts an entry of the log, once it is confirmed and as long as nobody has changed the same since. */
import { redirect } from '@sveltejs/kit';
import { EventToRevert, NewerEvents, type EventRow, type User } from '#lib/graphql/documents.ts';
import { refuse, version } from '#lib/server/forms.ts';
import { pageError } from '#lib/server/status.ts';
import { changedSince, changeOf, sameTypes } from '#lib/utils/event/revert.ts';
import { takeBack } from '#lib/utils/user/take-back.ts';
import { can } from '#lib/utils/user/rights.ts';
import type { Actions, PageServerLoad } from './$types';

const CHANGED = { code: 'VERSION_CONFLICT', message: '', fields: {} };

/** An entry, the user as they are now, and what has changed the same since; null if there is no such entry. */
async function read(api: App.Locals['api'], id: string) {
	const { node } = await api.run(EventToRevert, { id });
	if (node?.__typename !== 'Event') return null;
	const { __typename: _, ...event } = node;
	const types = sameTypes(event.type);
	if (!event.userId || !types.length) return { event, user: null, later: null };
	const { user, events } = await api.run(NewerEvents, {
		id: event.userId,
		filter: { userId: event.userId, types },
		before: event.cursor
	});
	const newer: EventRow[] = events.edges.map((edge) => edge.node);
	return { event: event as EventRow, user: user as User | null, later: changedSince(event, newer) };
}

export const load: PageServerLoad = async ({ locals, params, parent }) => {
	const { viewer } = await parent();
	if (!can(viewer, 'users.change')) pageError('FORBIDDEN', 'Only an admin reverts a change');
	const found = await read(locals.api, params.event);
	if (!found) pageError('NOT_FOUND', 'There is no such entry');
	return found;
};

export const actions: Actions = {
	default: async ({ request, locals, params }) => {
		const seen = version(await request.formData());
		const found = await read(locals.api, params.event);
		const change = found?.user && !found.later ? changeOf(found.event, found.user) : null;
		if (!change || seen === null) return refuse('revert', CHANGED, null);
		const result = await takeBack(locals.api.run.bind(locals.api), change, seen);
		if (result.kind === 'refused') return refuse('revert', result.refusal, null);
		redirect(303, `/people/${change.after.id}`);
	}
};
