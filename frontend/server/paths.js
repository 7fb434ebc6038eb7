/** A path whose percent signs begin no characters: neither SvelteKit's server nor its client can read it. */

/**
 * The path with each percent sign escaped, so that it is read as text; null if it can be read as it is.
 * @param {string} path
 */
export function escapedPath(path) {
	try {
		decodeURIComponent(path);
		return null;
	} catch {
		return path.replaceAll('%', '%25');
	}
}
