import { redirect } from '@sveltejs/kit';
import { SignUp, SignUpMode } from '#lib/graphql/documents.ts';
import { UNAVAILABLE, done, ifReached, raw, refusalOf, refuse, text } from '#lib/server/forms.ts';
import { signIn, signUp as address } from '#lib/utils/entry-address.ts';
import type { Actions, PageServerLoad } from './$types';

/** Without an answer of the API, the form is there, and says so once it is sent. */
export const load: PageServerLoad = async ({ url, locals }) => ({
	signIn: signIn.href({ next: address.parse(url.searchParams).next }),
	mode: (await ifReached(locals.api.runOnce(SignUpMode, {})))?.signUpMode ?? 'OPEN'
});

export const actions: Actions = {
	default: async ({ request, locals, url }) => {
		const form = await request.formData();
		const [email, displayName] = [text(form, 'email'), text(form, 'displayName')];
		const input = { email, displayName, password: raw(form, 'password'), cookie: true };
		const answer = await ifReached(locals.api.runOnce(SignUp, { input }));
		if (!answer) return refuse('signUp', UNAVAILABLE, { email, displayName });
		const { signUp } = answer;
		if (signUp.__typename === 'SignUpPending') return done('signUp', null);
		if (signUp.__typename !== 'SessionPayload') {
			return refuse('signUp', refusalOf(signUp), { email, displayName });
		}
		locals.api.noteExpiry(signUp.accessTokenExpiresAt);
		redirect(303, address.parse(url.searchParams).next);
	}
};
