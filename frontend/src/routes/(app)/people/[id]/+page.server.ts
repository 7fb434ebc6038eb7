import { error, type RequestEvent } from '@sveltejs/kit';
import { PersonPage, Position } from '#lib/graphql/documents.ts';
import { endSession, erase, save, setRole, setStatus, type StatusAction } from '#lib/server/person.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	// The position first: what happens between the two reads is told twice rather than never.
	const { stats } = await locals.api.run(Position, {});
	const older = url.searchParams.get('older');
	const { user } = await locals.api.run(PersonPage, { id: params.id, eventsAfter: older });
	if (!user) error(404, { message: 'There is no such person', code: 'NOT_FOUND' });
	const { sessions, events, ...person } = user;
	return { person, sessions, events, cursor: stats.cursor, newest: older === null };
};

type Event = RequestEvent<{ id: string }>;

const status = (action: StatusAction) => (event: Event) => setStatus(event, event.params.id, action);

export const actions = {
	save: (event) => save(event, event.params.id),
	role: (event) => setRole(event, event.params.id),
	session: (event) => endSession(event, event.params.id),
	erase: (event) => erase(event, event.params.id),
	enable: status('enable'),
	disable: status('disable'),
	delete: status('delete'),
	restore: status('restore')
} satisfies Actions;
