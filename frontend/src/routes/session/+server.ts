/** The browser asks for its session's cookies to be renewed, before it opens its socket again. */
import { UNTIL_COOKIE } from '#lib/server/cookies.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({ locals, cookies, request }) => {
	if (request.headers.get('sec-fetch-site') === 'cross-site')
		return Response.json({ renewed: false }, { status: 403 });
	const renewed = await locals.api.renew();
	return Response.json(
		{ renewed, until: Number(cookies.get(UNTIL_COOKIE) ?? 0) },
		{ status: renewed ? 200 : 401 }
	);
};
