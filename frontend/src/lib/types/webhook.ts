/** The forms of webhook endpoints. */
import type { EndpointRow, EventType } from '#lib/graphql/documents.ts';

/** An endpoint and its new secret, which is in this answer and nowhere else. */
export interface ShownSecret {
	endpoint: EndpointRow;
	secret: string;
}

/** What was entered of an endpoint; without `types`, it gets all events. */
export interface TypedEndpoint {
	name: string;
	url: string;
	types: readonly EventType[];
}

/** The forms of the list. */
export interface EndpointForms {
	createEndpoint: { done: ShownSecret; kept: TypedEndpoint };
}

/** The forms of one endpoint's page; after `deleteEndpoint` it leads to the list. */
export interface WebhookForms {
	saveEndpoint: { done: EndpointRow; kept: TypedEndpoint };
	switchEndpoint: { done: EndpointRow; kept: null };
	rotateSecret: { done: ShownSecret; kept: null };
	deleteEndpoint: { done: never; kept: null };
	/** The delivery that is made anew; null for all that have failed. */
	redeliver: { done: string | null; kept: null };
}
