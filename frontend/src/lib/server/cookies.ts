/**
 * Carries the session's httpOnly cookies between the visitor and the API, as they came: a second cookie of one name is
 * for the API to refuse, so it must not be lost on the way.
 */
import type { Cookies } from '@sveltejs/kit';

const OURS = /^(?:__Host-)?rollcall(?:_refresh)?$/;
/** What earlier versions called the refresh cookie under https: passed on only so that it is deleted. */
const FORMER = '__Secure-rollcall_refresh';
const REFRESH = /^(?:__Host-)?rollcall_refresh$/;
const isOurs = (name: string) => OURS.test(name) || name === FORMER;
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

/** The Cookie header for the API of a request as it came: its own cookies, also two of one name, and no others. */
export function sentCookies(request: Request): string {
	return (request.headers.get('cookie') ?? '')
		.split(';')
		.map((pair) => pair.trim())
		.filter((pair) => isOurs(pair.split('=', 1)[0]!.trim()))
		.join('; ');
}

/** The Cookie header for the API once cookies have been set: its own cookies and no others. */
export function cookieHeader(cookies: Cookies): string {
	return cookies
		.getAll({ decode: (value) => value })
		.filter((cookie) => isOurs(cookie.name))
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
		if (!received || !isOurs(received.name)) continue;
		cookies.set(received.name, received.value, {
			path: received.path,
			httpOnly: true,
			sameSite: 'lax',
			secure: received.secure,
			maxAge: received.maxAge,
			encode: (value) => value
		});
	}
}

/** Forgets the session in the visitor's browser, with whatever has its cookies' names at the page's path. */
export function forget(cookies: Cookies, pathname = '/'): void {
	for (const { name } of cookies.getAll()) {
		if (!isOurs(name)) continue;
		for (const path of name.startsWith('__Host-') ? ['/'] : placesOf(pathname))
			cookies.delete(name, { path, httpOnly: true, secure: name.startsWith('__') });
	}
	cookies.delete(UNTIL_COOKIE, { path: '/' });
}

/** The paths at which a cookie can stand that is sent to a page: `/a/b` has `/`, `/a` and `/a/b`. */
function placesOf(pathname: string): string[] {
	const parts = pathname.split('/').filter(Boolean).slice(0, 4);
	return ['/', ...parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)];
}
