/** What the forms of passkeys ask of the API. The browser makes the passkey between the first and the second. */
import type { RequestEvent } from '@sveltejs/kit';
import { BeginPasskey, FinishPasskey, RemovePasskey } from '#lib/graphql/documents.ts';
import { done, passwordRefusal, raw, refusalOf, refuse, text } from './forms.ts';

/** The options for the browser. */
export async function beginPasskey({ request, locals }: RequestEvent) {
	const form = await request.formData();
	const currentPassword = raw(form, 'currentPassword') || null;
	const { beginPasskeyRegistration: outcome } = await locals.api.run(BeginPasskey, { currentPassword });
	if (outcome.__typename !== 'PasskeyOptions')
		return refuse('beginPasskey', passwordRefusal(refusalOf(outcome)), null);
	return done('beginPasskey', outcome.options as PublicKeyCredentialCreationOptionsJSON);
}

/** What the browser made, as JSON in a field; null for what is none. */
function credentialOf(form: FormData): unknown {
	try {
		return JSON.parse(text(form, 'credential'));
	} catch {
		return null;
	}
}

export async function addPasskey({ request, locals }: RequestEvent) {
	const form = await request.formData();
	const variables = { name: text(form, 'name'), credential: credentialOf(form) };
	const { finishPasskeyRegistration: outcome } = await locals.api.run(FinishPasskey, variables);
	if (outcome.__typename === 'PasskeyPayload') return done('addPasskey', outcome.passkey);
	return refuse('addPasskey', refusalOf(outcome), null);
}

export async function removePasskey({ request, locals }: RequestEvent) {
	const form = await request.formData();
	const id = text(form, 'passkey');
	const variables = { id, currentPassword: raw(form, 'currentPassword') || null };
	const { removePasskey: outcome } = await locals.api.run(RemovePasskey, variables);
	// One that is not there any more is as removed as it can be.
	if (outcome.__typename === 'Done' || outcome.code === 'NOT_FOUND') return done('removePasskey', id);
	return refuse('removePasskey', passwordRefusal(refusalOf(outcome)), { id });
}
