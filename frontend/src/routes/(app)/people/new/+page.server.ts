import { randomUUID } from 'node:crypto';
import { redirect } from '@sveltejs/kit';
import { CreateUser } from '#lib/graphql/documents.ts';
import { choice, done, raw, refusalOf, refuse, text } from '#lib/server/forms.ts';
import { pageError } from '#lib/server/status.ts';
import { holderOf } from '#lib/server/user.ts';
import { can } from '#lib/utils/user/rights.ts';
import { ROLES } from '#lib/utils/user/values.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ parent }) => {
	const { viewer } = await parent();
	if (!can(viewer, 'users.change')) pageError('FORBIDDEN', 'Only an admin adds people');
	// Sent along with the form: sent twice, it adds one user.
	return { key: randomUUID() };
};

export const actions: Actions = {
	default: async ({ request, locals }) => {
		const form = await request.formData();
		const [email, displayName] = [text(form, 'email'), text(form, 'displayName')];
		const role = choice(form, 'role', ROLES) ?? 'MEMBER';
		const password = raw(form, 'password') || null;
		const input = { email, displayName, role, password, idempotencyKey: text(form, 'key') || null };
		const { createUser } = await locals.api.run(CreateUser, { input });
		if (createUser.__typename !== 'UserPayload') {
			const kept = { email, displayName, role, holder: holderOf(createUser) };
			return refuse('newUser', refusalOf(createUser), kept);
		}
		if (form.has('another')) return done('newUser', createUser.user);
		redirect(303, `/people/${createUser.user.id}`);
	}
};
