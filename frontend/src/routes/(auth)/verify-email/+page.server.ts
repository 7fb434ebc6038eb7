import { VerifyEmail } from '#lib/graphql/documents.ts';
import { UNAVAILABLE, done, ifReached, refusalOf, refuse, text } from '#lib/server/forms.ts';
import { verifyEmail as address } from '#lib/utils/entry-address.ts';
import type { Actions, PageServerLoad } from './$types';

/** Opening the link changes nothing: programs that check mails open it too. */
export const load: PageServerLoad = ({ url }) => ({ token: address.parse(url.searchParams).token });

export const actions: Actions = {
	default: async ({ request, locals }) => {
		const token = text(await request.formData(), 'token');
		const answer = await ifReached(locals.api.runOnce(VerifyEmail, { token }));
		if (!answer) return refuse('verify', UNAVAILABLE, null);
		const { verifyEmail: result } = answer;
		if (result.__typename !== 'UserPayload') return refuse('verify', refusalOf(result), null);
		return done('verify', null);
	}
};
