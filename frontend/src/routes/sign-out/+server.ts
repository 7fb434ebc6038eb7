/** Signs out, and never says so unless the session has ended: where the API cannot be asked, the cookies stay. */
import { isHttpError, redirect } from '@sveltejs/kit';
import { SIGNED_OUT } from '#lib/server/api.ts';
import { signIn } from '#lib/utils/entry-address.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({ locals }) => {
	let code: string | null;
	try {
		code = await locals.api.signOut();
	} catch (error) {
		if (!isHttpError(error)) throw error;
		redirect(303, signIn.href({ reason: 'not_signed_out' }));
	}
	locals.api.forget();
	redirect(303, signIn.href({ reason: code === null ? 'signed_out' : SIGNED_OUT[code] }));
};
