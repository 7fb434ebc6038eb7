import { Me } from '#lib/graphql/documents.ts';
import { addPasskey, beginPasskey } from '#lib/server/passkey.ts';
import { beginTotp, confirmTotp } from '#lib/server/second-factor.ts';
import { secondFactor as address, actionsWith } from '#lib/utils/enrol-address.ts';
import type { Actions, PageServerLoad } from './$types';

/** Once the factor is set up the page still stands, because it shows the recovery codes. */
export const load: PageServerLoad = async ({ locals, url }) => {
	if (!locals.api.hasSession) locals.api.signIn();
	const { me, enrolmentRequired } = await locals.api.run(Me, {});
	if (!me) locals.api.signIn(locals.api.reason ?? 'SESSION_REVOKED');
	const { next } = address.parse(url.searchParams);
	return { needed: enrolmentRequired, next, actions: actionsWith(next) };
};

export const actions = { beginTotp, confirmTotp, beginPasskey, addPasskey } satisfies Actions;
