import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
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

/** By this the front door takes a whole page as text (server/compress.js). */
const PAGE: unique symbol = Symbol.for('rollcall.page');

/** What app.html has where the visitor's language and theme belong. */
const PLACEHOLDER = 'lang="%rollcall.locale%" data-theme="%rollcall.theme%"';

export const handle: Handle = async ({ event, resolve }) => {
	const { cookies, locals, request } = event;
	const given = request.headers.get('x-request-id');
	locals.requestId = given && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
	locals.theme = asTheme(cookies.get('theme'));
	locals.locale = asLocale(cookies.get('locale')) ?? negotiate(request.headers.get('accept-language'));
	locals.timeZone = asTimeZone(cookies.get('tz'));
	locals.api = new Api(event);

	let page: string[] | undefined;
	const answer = await resolve(event, {
		// Kept here and sent below: SvelteKit would hash all of it for an ETag, which costs a tenth of a page's time
		// and which nobody can use, for pages are not to be stored.
		transformPageChunk: ({ html }) => {
			page = withPreferences(html, locals);
			return '';
		},
		// The stylesheet names the font; a preload would race the first paint for the same narrow link.
		preload: ({ type }) => type === 'js' || type === 'css'
	});
	const response =
		page && answer.headers.has('x-sveltekit-page') ? pageResponse(answer, page, event.platform) : answer;
	for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
	if (event.url.protocol === 'https:') {
		response.headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains');
	}
	response.headers.set('x-request-id', locals.requestId);
	if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store');
	return response;
};

/** The page with the visitor's language and theme, in pieces: to join them would copy all of it. */
function withPreferences(html: string, { locale, theme }: App.Locals): string[] {
	const at = html.indexOf(PLACEHOLDER);
	return [`${html.slice(0, at)}lang="${locale}" data-theme="${theme}"`, html.slice(at + PLACEHOLDER.length)];
}

/** SvelteKit's answer around a page. What a load function promised comes after it. */
function pageResponse(answer: Response, page: string[], platform: App.Platform | undefined): Response {
	const { status, headers } = answer;
	if (!headers.has('etag'))
		return new Response(concatenated(page, answer.body) as BodyInit, { status, headers });
	headers.delete('etag');
	if (platform?.req?.[PAGE]?.(page)) return new Response(null, { status, headers });
	const bytes = Buffer.from(page.join(''));
	headers.set('content-length', String(bytes.byteLength));
	return new Response(bytes, { status, headers });
}

function concatenated(page: string[], rest: Response['body']): ReadableStream<Uint8Array> {
	const parts = async function* () {
		yield Buffer.from(page.join(''));
		if (rest) yield* rest;
	};
	return Readable.toWeb(Readable.from(parts(), { objectMode: false })) as ReadableStream<Uint8Array>;
}

export const handleError: HandleServerError = ({ kind, error, event }) => {
	const { requestId } = event.locals;
	if (kind !== 'unknown') return { requestId };
	const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
	console.error(
		JSON.stringify({ level: 'error', at: 'page', path: event.url.pathname, requestId, error: text })
	);
	return { message: 'Something went wrong on this page', requestId };
};
