import type { RequestEvent } from '@sveltejs/kit';
import { UserPage } from '#lib/graphql/documents.ts';
import { endSession, erase, save, setPassword, setRole, setStatus } from '#lib/server/user.ts';
import { resetFactor } from '#lib/server/second-factor.ts';
import { pageError } from '#lib/server/status.ts';
import { userAddress } from '#lib/utils/user/user-address.ts';
import type { StatusAction } from '#lib/utils/user/bulk.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const query = userAddress(params.id).parse(url.searchParams);
	const { data, position } = await locals.api.read(UserPage, { id: params.id, eventsAfter: query.older });
	if (!data.user) pageError('NOT_FOUND', 'There is no such person');
	const { sessions, hasPassword, pendingEmail, secondFactors, passkeys, events, ...user } = data.user;
	const access = { hasPassword, pendingEmail, secondFactors, passkeys };
	return { user, sessions, access, events, cursor: position, query };
};

type Event = RequestEvent<{ id: string }>;

const status = (action: StatusAction) => (event: Event) => setStatus(event, event.params.id, action);

export const actions = {
	save: (event) => save(event, event.params.id),
	role: (event) => setRole(event, event.params.id),
	access: (event) => setPassword(event, event.params.id),
	resetFactor: (event) => resetFactor(event, event.params.id),
	session: (event) => endSession(event, event.params.id),
	erase: (event) => erase(event, event.params.id),
	enable: status('enable'),
	disable: status('disable'),
	delete: status('delete'),
	restore: status('restore')
} satisfies Actions;
