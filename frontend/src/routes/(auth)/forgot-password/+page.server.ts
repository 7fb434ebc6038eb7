import { RequestPasswordReset } from '#lib/graphql/documents.ts';
import { UNAVAILABLE, done, ifReached, refusalOf, refuse, text } from '#lib/server/forms.ts';
import { signIn } from '#lib/utils/entry-address.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = () => ({ signIn: signIn.href({}) });

export const actions: Actions = {
	default: async ({ request, locals }) => {
		const email = text(await request.formData(), 'email');
		const answer = await ifReached(locals.api.runOnce(RequestPasswordReset, { email }));
		if (!answer) return refuse('forgot', UNAVAILABLE, { email });
		const { requestPasswordReset: result } = answer;
		if (result.__typename !== 'Done') return refuse('forgot', refusalOf(result), { email });
		return done('forgot', null);
	}
};
