/** Where a visitor goes back to, in a form that cannot lead them to another site. */

const SITE = 'http://site.invalid';
const LONGEST = 2_000;

/**
 * The path, if it is one of this site and written exactly as browsers write it themselves; otherwise the start page.
 *
 * Browsers take tabs and line ends out of an address, read backslashes as slashes and walk dot segments (WHATWG URL,
 * section 4.4), so that `/<tab>/evil.example` leads elsewhere. What parsing leaves as it is cannot change its meaning.
 */
export function returnTo(text: string | null | undefined): string {
	if (!text || text.length > LONGEST || !text.startsWith('/') || text.startsWith('/sign-')) return '/';
	const url = URL.canParse(text, SITE) ? new URL(text, SITE) : null;
	if (url?.origin !== SITE || url.pathname.includes('//')) return '/';
	return url.pathname + url.search + url.hash === text ? text : '/';
}
