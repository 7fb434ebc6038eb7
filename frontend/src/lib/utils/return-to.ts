/** Where to go after signing in: a path of this site and nothing else. */
export function returnTo(text: string | null | undefined): string {
	if (!text || !/^\/(?![/\\])/.test(text) || text.startsWith('/sign-')) return '/';
	return text;
}
