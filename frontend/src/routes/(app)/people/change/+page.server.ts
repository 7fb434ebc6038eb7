/** Says what a change will do, and makes it once that is confirmed: all of it without script. */
import { fail } from '@sveltejs/kit';
import type { User } from '#lib/graphql/documents.ts';
import { choice } from '#lib/server/forms.ts';
import { pageError } from '#lib/server/status.ts';
import { namedIds, usersById } from '#lib/server/user.ts';
import type { BulkRequest, BulkResult } from '#lib/types/actions.ts';
import { ROLES } from '#lib/utils/user/values.ts';
import { carryOut } from '#lib/utils/user/carry-out.ts';
import { changes } from '#lib/utils/user/change-address.ts';
import { can } from '#lib/utils/user/rights.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, parent, url }) => {
	const { viewer } = await parent();
	if (!can(viewer, 'users.change')) pageError('FORBIDDEN', 'Only an admin changes people');
	const { ids, ...query } = changes.parse(url.searchParams);
	return { query, users: await usersById(locals.api, ids) };
};

/** What is asked for: the action by the address, the role by the form that chose it. */
function requestOf(url: URL, form: FormData): BulkRequest | null {
	const { action, role: addressed } = changes.parse(url.searchParams);
	const role = choice(form, 'role', ROLES) ?? addressed ?? undefined;
	if (!action || (action === 'role' && !role)) return null;
	return action === 'role' ? { action, role } : { action };
}

/** The users as they were shown: `id:version`. Oneself comes last: afterwards one may change nobody. */
function seenIn(form: FormData): Pick<User, 'id' | 'version'>[] {
	return [...form.getAll('seen'), ...form.getAll('self')].map((one) => {
		const [id = '', version] = String(one).split(':');
		return { id, version: Number(version) };
	});
}

export const actions = {
	/** The users that a list's form has selected. */
	plan: async ({ request, locals, url }) => {
		const form = await request.formData();
		const asked = requestOf(url, form);
		return asked
			? { asked, planned: await usersById(locals.api, namedIds(form)) }
			: fail(400, { planned: [] });
	},
	/** One after the other, each over the version that was shown. */
	run: async ({ request, locals, url }) => {
		const form = await request.formData();
		const [asked, seen] = [requestOf(url, form), seenIn(form)];
		if (!asked || !seen.length) return fail(400, { planned: [] });
		const users = await usersById(
			locals.api,
			seen.map(({ id }) => id)
		);
		const names = new Map(users.map(({ id, displayName }) => [id, displayName]));
		const results: BulkResult[] = [];
		for (const one of seen) {
			const result = await carryOut(locals.api.run.bind(locals.api), one, asked);
			const refusal = result.kind === 'refused' ? result.refusal : null;
			results.push({ id: one.id, name: names.get(one.id) ?? one.id, kind: result.kind, refusal });
		}
		return { asked, results };
	}
} satisfies Actions;
