import { fail, type RequestEvent } from '@sveltejs/kit';
import { Users } from '#lib/graphql/documents.ts';
import { choice } from '#lib/server/forms.ts';
import { listOf } from '#lib/server/lists.ts';
import { namedIds, usersById } from '#lib/server/user.ts';
import { BULK_ACTIONS, type BulkAction, type BulkResult } from '#lib/types/actions.ts';
import { actOn } from '#lib/utils/user/bulk.ts';
import { ROLES, usersVariables, parseUsers } from '#lib/utils/user/address.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const query = parseUsers(url.searchParams);
	const { data, position } = await locals.api.read(Users, usersVariables(query));
	return { query, cursor: position, ...listOf(data.users) };
};

export const actions: Actions = Object.fromEntries(
	BULK_ACTIONS.map((action) => [action, (event: RequestEvent) => bulk(event, action)])
);

/** The bulk actions without script: one after the other, then a page with a result for each. */
async function bulk({ request, locals }: RequestEvent, action: BulkAction) {
	const form = await request.formData();
	const ids = namedIds(form);
	const role = choice(form, 'role', ROLES);
	if (!ids.length || (action === 'role' && !role)) return fail(400, { results: [] as BulkResult[], action });
	const run = locals.api.run.bind(locals.api);
	const results: BulkResult[] = [];
	for (const { id, displayName } of await usersById(locals.api, ids)) {
		const outcome = await actOn(run, id, { action, role });
		const refused = outcome.__typename === 'UserPayload' ? null : outcome;
		results.push({ id, name: displayName, code: refused?.code ?? null, message: refused?.message ?? '' });
	}
	return { results, action };
}
