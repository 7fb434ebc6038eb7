import { redirect } from '@sveltejs/kit';
import { SignUp } from '#lib/graphql/documents.ts';
import { raw, refusalOf, refuse, text } from '#lib/server/forms.ts';
import { returnTo } from '#lib/utils/return-to.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({ next: returnTo(url.searchParams.get('next')) });

export const actions: Actions = {
	default: async ({ request, locals, url }) => {
		const form = await request.formData();
		const [email, displayName] = [text(form, 'email'), text(form, 'displayName')];
		const input = { email, displayName, password: raw(form, 'password'), cookie: true };
		const { signUp } = await locals.api.runOnce(SignUp, { input });
		if (signUp.__typename !== 'SessionPayload') {
			return refuse('signUp', refusalOf(signUp), { email, displayName });
		}
		locals.api.noteExpiry(signUp.accessTokenExpiresAt);
		redirect(303, returnTo(url.searchParams.get('next')));
	}
};
