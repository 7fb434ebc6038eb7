import { redirect } from '@sveltejs/kit';
import { SignIn } from '#lib/graphql/documents.ts';
import { UNAVAILABLE, ifReached, raw, refusalOf, refuse, text } from '#lib/server/forms.ts';
import { signIn as address, signUp } from '#lib/utils/entry-address.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => {
	const { next, reason } = address.parse(url.searchParams);
	return { reason, signUp: signUp.href({ next }) };
};

export const actions: Actions = {
	default: async ({ request, locals, url }) => {
		const form = await request.formData();
		const email = text(form, 'email');
		const input = { email, password: raw(form, 'password'), cookie: true };
		const answer = await ifReached(locals.api.runOnce(SignIn, { input }));
		if (!answer) return refuse('signIn', UNAVAILABLE, { email });
		const { signIn } = answer;
		if (signIn.__typename !== 'SessionPayload') {
			return refuse('signIn', refusalOf(signIn), { email });
		}
		locals.api.noteExpiry(signIn.accessTokenExpiresAt);
		redirect(303, address.parse(url.searchParams).next);
	}
};
