import { randomUUID } from 'node:crypto';
import type { Handle, HandleServerError } from '@sveltejs/kit/hooks';
import { asLocale, negotiate } from '#lib/messages/locale.ts';
import { Api } from '#lib/server/api.ts';
import { asTheme } from '#lib/types/preferences.ts';
import { asTimeZone } from '#lib/utils/format.ts';

const HEADERS = {
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
	'referrer-policy': 'same-origin',
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-resource-policy': 'same-origin',
	'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'
};

export const handle: Handle = async ({ event, resolve }) => {
	const { cookies, locals, request } = event;
	const given = request.headers.get('x-request-id');
	locals.requestId = given && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
	locals.theme = asTheme(cookies.get('theme'));
	locals.locale = asLocale(cookies.get('locale')) ?? negotiate(request.headers.get('accept-language'));
	locals.timeZone = asTimeZone(cookies.get('tz'));
	locals.api = new Api(event);

	const response = await resolve(event, {
		// In one go: the page is long, and each replacement makes it anew.
		transformPageChunk: ({ html }) =>
			html.replace(
				'lang="%rollcall.locale%" data-theme="%rollcall.theme%"',
				`lang="${locals.locale}" data-theme="${locals.theme}"`
			),
		// The stylesheet names the font; a preload would race the first paint for the same narrow link.
		preload: ({ type }) => type === 'js' || type === 'css'
	});
	for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
	if (event.url.protocol === 'https:') {
		response.headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains');
	}
	response.headers.set('x-request-id', locals.requestId);
	if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store');
	return response;
};

export const handleError: HandleServerError = ({ kind, error, event }) => {
	const { requestId } = event.locals;
	if (kind !== 'unknown') return { requestId };
	const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
	console.error(
		JSON.stringify({ level: 'error', at: 'page', path: event.url.pathname, requestId, error: text })
	);
	return { message: 'Something went wrong on this page', requestId };
};
