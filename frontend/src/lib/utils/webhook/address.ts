/** The addresses of webhooks: their list, and one endpoint with its deliveries. */
import type { WebhookDeliveryState } from '#lib/graphql/documents.ts';
import { Address, oneOf, windowOf } from '#lib/utils/address.ts';

export const PAGE_SIZE = 25;
export const STATES = ['PENDING', 'DELIVERED', 'FAILED'] as const satisfies WebhookDeliveryState[];
export const webhooks = new Address('/webhooks', {});

/** `state`: only the deliveries in it. */
export function webhookAddress(id: string) {
	return new Address(`/webhooks/${id}`, { state: oneOf('state', STATES) });
}
export type DeliveryQuery = ReturnType<ReturnType<typeof webhookAddress>['parse']>;

/** What the address asks of the API. */
export const deliveriesPage = (id: string, query: DeliveryQuery) => ({
	id,
	state: query.state,
	...windowOf(query, PAGE_SIZE)
});
