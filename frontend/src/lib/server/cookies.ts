/**
 * Carries the session's httpOnly cookies between the visitor and the API. The API scopes its refresh cookie to the
 * paths that use it; pages live elsewhere, so here it is kept for the whole origin, and pages can renew it unnoticed.
 */
import type { Cookies } from '@sveltejs/kit';

const OURS = /^(?:__Host-|__Secure-)?rollcall(?:_refresh)?$/;
const REFRESH = /rollcall_refresh$/;
/** Readable by script and no secret: when the access token ends, in Unix seconds. */
export const UNTIL_COOKIE = 'rollcall_until';

export interface ReceivedCookie {
	name: string;
	value: string;
	path: string;
	maxAge: number | undefined;
	secure: boolean;
}

/** One Set-Cookie header (RFC 6265 section 5.2), or null where there is no name. */
export function parseSetCookie(header: string): ReceivedCookie | null {
	const [pair = '', ...attributes] = header.split(';');
	const equals = pair.indexOf('=');
	if (equals < 1) return null;
	const found: ReceivedCookie = {
		name: pair.slice(0, equals).trim(),
		value: pair.slice(equals + 1).trim(),
		path: '/',
		maxAge: undefined,
		secure: false
	};
	for (const attribute of attributes) {
		const [key = '', value = ''] = attribute.split('=', 2).map((part) => part.trim());
		if (/^path$/i.test(key)) found.path = value || '/';
		if (/^max-age$/i.test(key)) found.maxAge = Number(value);
		if (/^secure$/i.test(key)) found.secure = true;
	}
	return found;
}

/** The Cookie header for the API: its own cookies and no others. */
export function cookieHeader(cookies: Cookies): string {
	return cookies
		.getAll({ decode: (value) => value })
		.filter((cookie) => OURS.test(cookie.name))
		.map((cookie) => `${cookie.name}=${cookie.value}`)
		.join('; ');
}

/** The refresh token as it came, or undefined. */
export function refreshToken(cookies: Cookies): string | undefined {
	return cookies.getAll({ decode: (value) => value }).find((cookie) => REFRESH.test(cookie.name))?.value;
}

/** Hands the API's Set-Cookie headers on to the visitor. */
export function passOn(cookies: Cookies, headers: readonly string[]): void {
	for (const header of headers) {
		const received = parseSetCookie(header);
		if (!received || !OURS.test(received.name)) continue;
		cookies.set(received.name, received.value, {
			path: REFRESH.test(received.name) ? '/' : received.path,
			httpOnly: true,
			sameSite: 'lax',
			secure: received.secure,
			maxAge: received.maxAge,
			encode: (value) => value
		});
	}
}

/** Forgets the session in the visitor's browser. */
export function forget(cookies: Cookies): void {
	for (const { name } of cookies.getAll()) {
		if (!OURS.test(name)) continue;
		cookies.delete(name, { path: '/', httpOnly: true, secure: name.startsWith('__') });
	}
	cookies.delete(UNTIL_COOKIE, { path: '/' });
}
