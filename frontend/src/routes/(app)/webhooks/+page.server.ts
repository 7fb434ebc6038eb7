import { WebhookEndpoints } from '#lib/graphql/documents.ts';
import { pageError } from '#lib/server/status.ts';
import { createEndpoint } from '#lib/server/webhook.ts';
import { can } from '#lib/utils/user/rights.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, parent, depends }) => {
	depends('app:webhooks');
	const { viewer } = await parent();
	if (!can(viewer, 'service.read')) pageError('FORBIDDEN', 'Only an admin manages webhooks');
	const { data, position } = await locals.api.read(WebhookEndpoints, {});
	return { endpoints: data.webhookEndpoints.edges.map(({ node }) => node), cursor: position };
};

export const actions = { createEndpoint } satisfies Actions;
