/** What the form of signing keys asks of the API; the same with and without script. */
import type { RequestEvent } from '@sveltejs/kit';
import { RotateSigningKeys } from '#lib/graphql/documents.ts';
import { done, refusalOf, refuse } from './forms.ts';

export async function rotateKeys({ locals }: RequestEvent) {
	const { rotateSigningKeys: outcome } = await locals.api.run(RotateSigningKeys, {});
	if (outcome.__typename !== 'SigningKeyPayload') return refuse('rotateKeys', refusalOf(outcome), null);
	return done('rotateKeys', outcome.signingKey);
}
