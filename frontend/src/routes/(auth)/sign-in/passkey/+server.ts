/** The page for signing in asks for what a passkey is to sign, and sends what it signed. Nothing is redirected: a script asks. */
import { BeginPasskeySignIn, SignInWithPasskey } from '#lib/graphql/documents.ts';
import { UNAVAILABLE, ifReached, refusalOf } from '#lib/server/forms.ts';
import { passkeySignIn } from '#lib/utils/entry-address.ts';
import type { PasskeyAnswer } from '#lib/types/user.ts';
import type { RequestHandler } from './$types';

const CROSS_SITE = { code: 'FORBIDDEN', message: '', fields: {} };
const answer = (given: PasskeyAnswer) => Response.json(given);
const isCrossSite = (request: Request) => request.headers.get('sec-fetch-site') === 'cross-site';

/** The options for the browser. */
export const POST: RequestHandler = async ({ request, locals }) => {
	if (isCrossSite(request)) return answer({ refusal: CROSS_SITE });
	const given = await ifReached(locals.api.runOnce(BeginPasskeySignIn, {}));
	if (!given) return answer({ refusal: UNAVAILABLE });
	const outcome = given.beginPasskeySignIn;
	if (outcome.__typename !== 'PasskeyOptions') return answer({ refusal: refusalOf(outcome) });
	return answer({ options: outcome.options as PublicKeyCredentialRequestOptionsJSON });
};

/** Starts the session of the user who signed, and returns where to go next. */
export const PUT: RequestHandler = async ({ request, locals, url }) => {
	if (isCrossSite(request)) return answer({ refusal: CROSS_SITE });
	const credential: unknown = await request.json().catch(() => null);
	const given = await ifReached(locals.api.runOnce(SignInWithPasskey, { credential }));
	if (!given) return answer({ refusal: UNAVAILABLE });
	const outcome = given.signInWithPasskey;
	if (outcome.__typename !== 'SessionPayload') return answer({ refusal: refusalOf(outcome) });
	locals.api.noteExpiry(outcome.accessTokenExpiresAt);
	return answer({ next: passkeySignIn.parse(url.searchParams).next });
};
