import { redirect } from '@sveltejs/kit';
import { SignOut } from '#lib/graphql/documents.ts';
import { forget } from '#lib/server/cookies.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({ locals, cookies }) => {
	try {
		await locals.api.runOnce(SignOut, {});
	} catch {
		// Signed out already, or nobody there to tell: the cookies go in any case.
	}
	forget(cookies);
	redirect(303, '/sign-in?reason=signed_out');
};
