/**
 * Carries the session's httpOnly cookies between the visitor and the API, as they came: a second cookie of one name is
 * for the API to refuse, so it must not be lost on the way.
 */
import { env } from 'node:process';
import type { Cookies } from '@sveltejs/kit';

/** Ends the names of this instance's cookies, for a browser sends the cookies of a host to all its ports. */
const INSTANCE = env.COOKIE_INSTANCE ? `.${env.COOKIE_INSTANCE}` : '';
const PREFIXES = ['', '__Host-'];
const REFRESH = new Set(PREFIXES.map((prefix) => `${prefix}rollcall_refresh${INSTANCE}`));
const ACCESS = new Set(PREFIXES.map((prefix) => `${prefix}rollcall${INSTANCE}`));
const OWN = new Set([...ACCESS, ...REFRESH]);
const FORMER_REFRESH = new Set(PREFIXES.map((prefix) => `${prefix}rollcall_refresh`));
/**
 * Names from before this instance had a name of its own, and from earlier versions: only the API can tell whether such
 * a cookie is its own or another instance's.
 */
const FORMER = new Set([
	...PREFIXES.map((prefix) => `${prefix}rollcall`),
	...FORMER_REFRESH,
	'__Secure-rollcall_refresh'
]);
const isPassedOn = (name: string) => OWN.has(name) || FORMER.has(name);
/** The name of a cookie of this instance's pages. */
export const ofInstance = (name: string) => `${name}${INSTANCE}`;
/** Readable by script and no secret: when the access token ends, in Unix seconds. */
export const UNTIL_COOKIE = `rollcall_until${INSTANCE}`;

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

const nameOf = (pair: string) => pair.split('=', 1)[0]!.trim();

/** The Cookie header for the API of a request as it came: its own cookies, also two of one name, and no others. */
export function sentCookies(request: Request): string {
	return (request.headers.get('cookie') ?? '')
		.split(';')
		.map((pair) => pair.trim())
		.filter((pair) => isPassedOn(nameOf(pair)))
		.join('; ');
}

/** Whether a Cookie header has a session of this instance; a cookie with a former name may be another instance's. */
export const hasOwnSession = (header: string) => header.split(';').some((pair) => OWN.has(nameOf(pair)));

/** The Cookie header for the API once cookies have been set: its own cookies and no others. */
export function cookieHeader(cookies: Cookies): string {
	return cookies
		.getAll({ decode: (value) => value })
		.filter((cookie) => isPassedOn(cookie.name))
		.map((cookie) => `${cookie.name}=${cookie.value}`)
		.join('; ');
}

/**
 * The last digits of the user's id in the access token, or ''. Only the API verifies the token: this chooses among a
 * browser's own cookies, and proves nothing.
 */
export function claimedUser(cookies: Cookies): string {
	const token = cookies.getAll({ decode: (value) => value }).find(({ name }) => ACCESS.has(name))?.value;
	try {
		const claims = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) as {
			sub?: unknown;
		};
		return /[0-9a-f]{12}$/i.exec(String(claims.sub))?.[0] ?? '';
	} catch {
		return '';
	}
}

/** The refresh token as it came, or undefined. */
export function refreshToken(cookies: Cookies): string | undefined {
	const all = cookies.getAll({ decode: (value) => value });
	const found = all.find(({ name }) => REFRESH.has(name)) ?? all.find(({ name }) => FORMER_REFRESH.has(name));
	return found?.value;
}

/** Hands the API's Set-Cookie headers on to the visitor. */
export function passOn(cookies: Cookies, headers: readonly string[]): void {
	for (const header of headers) {
		const received = parseSetCookie(header);
		if (!received || !isPassedOn(received.name)) continue;
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

/**
 * Forgets the session in the visitor's browser: the cookies that the API deletes, at the page's paths too. No others are
 * deleted, because only the API can tell its own tokens from those of another instance on this host.
 */
export function forget(cookies: Cookies, deletions: readonly string[], pathname = '/'): void {
	for (const { name, path, maxAge } of [...new Set(deletions)]
		.map(parseSetCookie)
		.filter((one) => one !== null)) {
		if (maxAge !== 0 || !isPassedOn(name)) continue;
		for (const place of new Set(name.startsWith('__Host-') ? ['/'] : [path, ...placesOf(pathname)]))
			cookies.delete(name, { path: place, httpOnly: true, secure: name.startsWith('__') });
	}
	cookies.delete(UNTIL_COOKIE, { path: '/' });
}

/** The paths at which a cookie can stand that is sent to a page: `/a/b` has `/`, `/a` and `/a/b`. */
function placesOf(pathname: string): string[] {
	const parts = pathname.split('/').filter(Boolean).slice(0, 4);
	return ['/', ...parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)];
}
