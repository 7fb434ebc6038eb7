import { redirect } from '@sveltejs/kit';
import { ResetPassword } from '#lib/graphql/documents.ts';
import { UNAVAILABLE, ifReached, raw, refusalOf, refuse, text } from '#lib/server/forms.ts';
import { forgotPassword, resetPassword as address, signIn } from '#lib/utils/entry-address.ts';
import type { Actions, PageServerLoad } from './$types';

/** Opening the link changes nothing: programs that check mails open it too. */
export const load: PageServerLoad = ({ url }) => ({
	token: address.parse(url.searchParams).token,
	again: forgotPassword.href({})
});

export const actions: Actions = {
	default: async ({ request, locals }) => {
		const form = await request.formData();
		const input = { token: text(form, 'token'), newPassword: raw(form, 'newPassword') };
		const answer = await ifReached(locals.api.runOnce(ResetPassword, { input }));
		if (!answer) return refuse('reset', UNAVAILABLE, null);
		const { resetPassword: result } = answer;
		if (result.__typename !== 'Done') return refuse('reset', refusalOf(result), null);
		redirect(303, signIn.href({ reason: 'password_changed' }));
	}
};
