/** What the forms of API keys ask of the API; the same with and without script. A key's text is shown once and never logged. */
import type { RequestEvent } from '@sveltejs/kit';
import { CreateApiKey, RevokeApiKey, type CreateApiKeyInput } from '#lib/graphql/documents.ts';
import { LIFETIMES, type TypedKey } from '#lib/types/api-key.ts';
import { ROLES } from '#lib/utils/user/values.ts';
import { choice, done, refusalOf, refuse, text } from './forms.ts';

const DAY_MS = 86_400_000;

function typedKey(form: FormData): TypedKey {
	const days = text(form, 'lifetime');
	return {
		name: text(form, 'name'),
		role: choice(form, 'role', ROLES) ?? 'MEMBER',
		introspect: form.has('introspect'),
		lifetime: LIFETIMES.find((one) => String(one) === days) ?? 30
	};
}

function inputOf({ name, role, introspect, lifetime }: TypedKey): CreateApiKeyInput {
	return {
		name,
		role,
		scopes: introspect ? ['INTROSPECT'] : [],
		...(lifetime && { expiresAt: new Date(Date.now() + lifetime * DAY_MS).toISOString() })
	};
}

export async function createKey({ request, locals }: RequestEvent) {
	const typed = typedKey(await request.formData());
	const { createApiKey: outcome } = await locals.api.run(CreateApiKey, { input: inputOf(typed) });
	if (outcome.__typename !== 'ApiKeyPayload') return refuse('createKey', refusalOf(outcome), typed);
	return done('createKey', { key: outcome.apiKey, secret: outcome.secret });
}

export async function revokeKey({ request, locals }: RequestEvent) {
	const id = text(await request.formData(), 'key');
	const { revokeApiKey: outcome } = await locals.api.run(RevokeApiKey, { id });
	// One that is not there any more is as revoked as it can be.
	if (outcome.__typename === 'Done' || outcome.code === 'NOT_FOUND') return done('revokeKey', id);
	return refuse('revokeKey', refusalOf(outcome), null);
}
