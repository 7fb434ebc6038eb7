import { Invitations } from '#lib/graphql/documents.ts';
import { invite, withdraw } from '#lib/server/invitation.ts';
import { listOf } from '#lib/server/lists.ts';
import { pageError } from '#lib/server/status.ts';
import { invitations, invitationsPage } from '#lib/utils/invitation/address.ts';
import { can } from '#lib/utils/user/rights.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url, locals, parent }) => {
	const { viewer } = await parent();
	if (!can(viewer, 'users.change')) pageError('FORBIDDEN', 'Only an admin invites people');
	const query = invitations.parse(url.searchParams);
	const { data, position } = await locals.api.read(Invitations, invitationsPage(query));
	const { rows, pageInfo } = listOf(data.invitations);
	return { query, mode: data.signUpMode, rows, pageInfo, cursor: position };
};

export const actions = { invite, withdraw } satisfies Actions;
