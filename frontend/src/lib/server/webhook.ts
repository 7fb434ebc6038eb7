/** What the forms of webhook endpoints ask of the API; the same with and without script. Secrets are shown once and never logged. */
import { redirect, type RequestEvent } from '@sveltejs/kit';
import {
	CreateWebhookEndpoint,
	DeleteWebhookEndpoint,
	RedeliverFailedWebhooks,
	RedeliverWebhook,
	RotateWebhookSecret,
	UpdateWebhookEndpoint
} from '#lib/graphql/documents.ts';
import type { TypedEndpoint } from '#lib/types/webhook.ts';
import { TYPES } from '#lib/utils/event/words.ts';
import { webhooks } from '#lib/utils/webhook/address.ts';
import { done, refusalOf, refuse, text } from './forms.ts';

function typedEndpoint(form: FormData): TypedEndpoint {
	const ticked = new Set(form.getAll('types'));
	return {
		name: text(form, 'name'),
		url: text(form, 'url'),
		types: TYPES.filter((type) => ticked.has(type))
	};
}

export async function createEndpoint({ request, locals }: RequestEvent) {
	const typed = typedEndpoint(await request.formData());
	const input = { ...typed, types: [...typed.types] };
	const { createWebhookEndpoint: outcome } = await locals.api.run(CreateWebhookEndpoint, { input });
	if (outcome.__typename !== 'WebhookSecretPayload')
		return refuse('createEndpoint', refusalOf(outcome), typed);
	return done('createEndpoint', { endpoint: outcome.webhookEndpoint, secret: outcome.secret });
}

export async function saveEndpoint({ request, locals }: RequestEvent, id: string) {
	const typed = typedEndpoint(await request.formData());
	const input = { id, ...typed, types: [...typed.types] };
	const { updateWebhookEndpoint: outcome } = await locals.api.run(UpdateWebhookEndpoint, { input });
	if (outcome.__typename !== 'WebhookEndpointPayload')
		return refuse('saveEndpoint', refusalOf(outcome), typed);
	return done('saveEndpoint', outcome.webhookEndpoint);
}

/** Enables or disables it. */
export async function switchEndpoint({ request, locals }: RequestEvent, id: string) {
	const enabled = text(await request.formData(), 'enabled') === 'yes';
	const { updateWebhookEndpoint: outcome } = await locals.api.run(UpdateWebhookEndpoint, {
		input: { id, enabled }
	});
	if (outcome.__typename !== 'WebhookEndpointPayload')
		return refuse('switchEndpoint', refusalOf(outcome), null);
	return done('switchEndpoint', outcome.webhookEndpoint);
}

export async function rotateSecret({ locals }: RequestEvent, id: string) {
	const { rotateWebhookSecret: outcome } = await locals.api.run(RotateWebhookSecret, { id });
	if (outcome.__typename !== 'WebhookSecretPayload') return refuse('rotateSecret', refusalOf(outcome), null);
	return done('rotateSecret', { endpoint: outcome.webhookEndpoint, secret: outcome.secret });
}

export async function deleteEndpoint({ locals }: RequestEvent, id: string) {
	const { deleteWebhookEndpoint: outcome } = await locals.api.run(DeleteWebhookEndpoint, { id });
	// One that is not there any more is as deleted as it can be.
	if (outcome.__typename === 'Done' || outcome.code === 'NOT_FOUND') redirect(303, webhooks.path);
	return refuse('deleteEndpoint', refusalOf(outcome), null);
}

/** Makes one failed delivery anew, or all of the endpoint. */
export async function redeliver({ request, locals }: RequestEvent, endpointId: string) {
	const id = text(await request.formData(), 'delivery');
	const outcome = id
		? (await locals.api.run(RedeliverWebhook, { id })).redeliverWebhook
		: (await locals.api.run(RedeliverFailedWebhooks, { endpointId })).redeliverFailedWebhooks;
	if (outcome.__typename === 'Done') return done('redeliver', id || null);
	return refuse('redeliver', refusalOf(outcome), null);
}
