/** What the forms of one's own email ask of the API; the same with and without script. */
import type { RequestEvent } from '@sveltejs/kit';
import { RequestEmailChange, RequestEmailVerification } from '#lib/graphql/documents.ts';
import { done, passwordRefusal, raw, refusalOf, refuse, text } from './forms.ts';

export async function verifyEmail({ locals }: RequestEvent) {
	const { requestEmailVerification: outcome } = await locals.api.run(RequestEmailVerification, {});
	if (outcome.__typename === 'Done') return done('verifyEmail', null);
	return refuse('verifyEmail', refusalOf(outcome), null);
}

/** Passwords are never sent back. */
export async function changeEmail({ request, locals }: RequestEvent) {
	const form = await request.formData();
	const newEmail = text(form, 'newEmail');
	const input = { newEmail, currentPassword: raw(form, 'currentPassword') };
	const { requestEmailChange: outcome } = await locals.api.run(RequestEmailChange, { input });
	if (outcome.__typename === 'Done') return done('changeEmail', newEmail);
	return refuse('changeEmail', passwordRefusal(refusalOf(outcome)), { newEmail });
}
