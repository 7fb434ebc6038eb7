import { redirect } from '@sveltejs/kit';
import { SignIn } from '#lib/graphql/documents.ts';
import { UNAVAILABLE, codeRefusal, ifReached, raw, refusalOf, refuse, text } from '#lib/server/forms.ts';
import { forgotPassword, passkeySignIn, signIn as address, signUp } from '#lib/utils/entry-address.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => {
	const { next, reason } = address.parse(url.searchParams);
	return {
		reason,
		signUp: signUp.href({ next }),
		forgot: forgotPassword.href({}),
		passkey: passkeySignIn.href({ next })
	};
};

export const actions: Actions = {
	default: async ({ request, locals, url }) => {
		const form = await request.formData();
		const email = text(form, 'email');
		const totpCode = text(form, 'totpCode') || null;
		const input = { email, password: raw(form, 'password'), totpCode, cookie: true };
		const answer = await ifReached(locals.api.runOnce(SignIn, { input }));
		if (!answer) return refuse('signIn', UNAVAILABLE, { email, code: totpCode !== null });
		const { signIn } = answer;
		if (signIn.__typename !== 'SessionPayload') {
			const refusal = refusalOf(signIn);
			const code = totpCode !== null || refusal.code === 'SECOND_FACTOR_REQUIRED';
			return refuse('signIn', codeRefusal(refusal, 'totpCode'), { email, code });
		}
		locals.api.noteExpiry(signIn.accessTokenExpiresAt);
		redirect(303, address.parse(url.searchParams).next);
	}
};
