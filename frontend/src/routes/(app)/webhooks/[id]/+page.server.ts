import type { RequestEvent } from '@sveltejs/kit';
import { WebhookPage } from '#lib/graphql/documents.ts';
import { listOf } from '#lib/server/lists.ts';
import { pageError } from '#lib/server/status.ts';
import {
	deleteEndpoint,
	redeliver,
	rotateSecret,
	saveEndpoint,
	switchEndpoint
} from '#lib/server/webhook.ts';
import { can } from '#lib/utils/user/rights.ts';
import { deliveriesPage, webhookAddress } from '#lib/utils/webhook/address.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, parent, depends }) => {
	depends('app:webhooks');
	const { viewer } = await parent();
	if (!can(viewer, 'service.read')) pageError('FORBIDDEN', 'Only an admin manages webhooks');
	const query = webhookAddress(params.id).parse(url.searchParams);
	const { data, position } = await locals.api.read(WebhookPage, deliveriesPage(params.id, query));
	if (data.node?.__typename !== 'WebhookEndpoint') pageError('NOT_FOUND', 'There is no such endpoint');
	const { __typename: _, ...endpoint } = data.node;
	const { rows, pageInfo } = listOf(data.webhookDeliveries);
	return { endpoint, deliveries: rows, pageInfo, query, cursor: position };
};

type Event = RequestEvent<{ id: string }>;

export const actions = {
	saveEndpoint: (event: Event) => saveEndpoint(event, event.params.id),
	switchEndpoint: (event: Event) => switchEndpoint(event, event.params.id),
	rotateSecret: (event: Event) => rotateSecret(event, event.params.id),
	deleteEndpoint: (event: Event) => deleteEndpoint(event, event.params.id),
	redeliver: (event: Event) => redeliver(event, event.params.id)
} satisfies Actions;
