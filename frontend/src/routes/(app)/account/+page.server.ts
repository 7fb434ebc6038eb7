import { Account, Me, Position } from '#lib/graphql/documents.ts';
import { changePassword, endSession, save } from '#lib/server/person.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	// The position first: what happens between the two reads is told twice rather than never.
	const { stats } = await locals.api.run(Position, {});
	const { me } = await locals.api.run(Account, {});
	const { sessions, ...person } = me ?? locals.api.signIn(locals.api.reason);
	return { person, sessions, cursor: stats.cursor };
};

async function ownId(api: App.Locals['api']): Promise<string> {
	const { me } = await api.run(Me, {});
	return me?.id ?? api.signIn(api.reason);
}

export const actions = {
	save: async (event) => save(event, await ownId(event.locals.api)),
	session: async (event) => endSession(event, await ownId(event.locals.api)),
	password: changePassword
} satisfies Actions;
