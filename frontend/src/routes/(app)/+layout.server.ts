import { Me } from '#lib/graphql/documents.ts';
import { UNTIL_COOKIE } from '#lib/server/cookies.ts';
import { pageError } from '#lib/server/status.ts';
import type { LayoutServerLoad } from './$types';

/** No address of ours: signing in would lead to nothing. */
const NO_PAGE = '/(app)/[...path]';

export const load: LayoutServerLoad = async ({ locals, depends, route }) => {
	// Whose own row changed while they look at it has it read again.
	depends('app:viewer');
	if (!locals.api.hasSession && route.id === NO_PAGE)
		pageError('NOT_FOUND', 'There is no such page', locals.requestId);
	if (!locals.api.hasSession) locals.api.signIn();
	const { me, enrolmentRequired } = await locals.api.run(Me, {});
	if (enrolmentRequired) locals.api.enrol();
	const viewer = me ?? locals.api.signIn(locals.api.reason ?? 'SESSION_REVOKED');
	return { viewer, untilCookie: UNTIL_COOKIE };
};
