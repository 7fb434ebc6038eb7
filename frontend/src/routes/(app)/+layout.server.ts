import { Me } from '#lib/graphql/documents.ts';
import { UNTIL_COOKIE } from '#lib/server/cookies.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals, depends }) => {
	// Whose own row changed while they look at it has it read again.
	depends('app:viewer');
	if (!locals.api.hasSession) locals.api.signIn();
	const { me } = await locals.api.run(Me, {});
	const viewer = me ?? locals.api.signIn(locals.api.reason ?? 'SESSION_REVOKED');
	return { viewer, untilCookie: UNTIL_COOKIE };
};
