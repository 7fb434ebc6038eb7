import { redirect } from '@sveltejs/kit';
import { AcceptInvitation } from '#lib/graphql/documents.ts';
import { UNAVAILABLE, ifReached, raw, refusalOf, refuse, text } from '#lib/server/forms.ts';
import { acceptInvitation as address } from '#lib/utils/entry-address.ts';
import type { Actions, PageServerLoad } from './$types';

/** Opening the link changes nothing: programs that check mails open it too. */
export const load: PageServerLoad = ({ url }) => ({ token: address.parse(url.searchParams).token });

export const actions: Actions = {
	default: async ({ request, locals }) => {
		const form = await request.formData();
		const displayName = text(form, 'displayName');
		const input = {
			token: text(form, 'token'),
			displayName: displayName || null,
			password: raw(form, 'password'),
			cookie: true
		};
		const answer = await ifReached(locals.api.runOnce(AcceptInvitation, { input }));
		if (!answer) return refuse('accept', UNAVAILABLE, { displayName });
		const { acceptInvitation: result } = answer;
		if (result.__typename !== 'SessionPayload') return refuse('accept', refusalOf(result), { displayName });
		locals.api.noteExpiry(result.accessTokenExpiresAt);
		redirect(303, '/');
	}
};
