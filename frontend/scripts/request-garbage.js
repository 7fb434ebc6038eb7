/**
 * Has SvelteKit's server leave nothing of a request in V8's old generation, where it would be kept, with its page, until a full
 * collection. V8 allocates there a function that is written where it is assigned to a property, and what belongs to
 * an accessor that is defined on an object; whatever they refer to is copied as if it were used: with a page of 50 users 900 kB.
 * SvelteKit writes both for each request. They are replaced while the console is built, and its files stay as they are.
 */
const ASSIGNED = /(event\.(?:cookies\.set|setHeaders) = )\(\) => \{\s*(e\.\w+)\(\);\s*\};/g;
const TRACKABLE = 'export function make_trackable(';
const TRACKED = new URL('tracked-url.js', import.meta.url).pathname;

/** @type {[end: string, change: (code: string) => string][]} */
const CHANGES = [
	[
		'/kit/src/runtime/server/respond.js',
		(code) => code.replace(ASSIGNED, '$1$2.bind(undefined, undefined, undefined);')
	],
	[
		'/kit/src/utils/url.js',
		(code) => `import { TrackedUrl } from ${JSON.stringify(TRACKED)};
${code.replace(TRACKABLE, 'function make_trackable_of_kit(')}
export function make_trackable(url, read, searched) {
	return new TrackedUrl(url, read, searched, e.url_hash_unavailable);
}
`
	]
];
const WRITTEN = /event\.(?:cookies\.set|setHeaders) = \(|export function make_trackable\((?!url, read)/;

/**
 * A module of SvelteKit as the console's server has it; throws if it is not as expected.
 * @param {string} id its file
 * @param {string} code
 */
export function withoutGarbage(id, code) {
	const change = CHANGES.find(([end]) => id.endsWith(end))?.[1];
	if (!change) return code;
	const changed = change(code);
	if (!WRITTEN.test(code) || WRITTEN.test(changed))
		throw new Error(`SvelteKit has changed: ${id} is not what scripts/request-garbage.js expects`);
	return changed;
}

/** @returns {import('vite').Plugin} */
export function requestGarbage() {
	return {
		name: 'request-garbage',
		apply: 'build',
		enforce: 'pre',
		applyToEnvironment: ({ name }) => name === 'ssr',
		transform: {
			filter: { id: /\/kit\/src\/(?:runtime\/server\/respond|utils\/url)\.js$/ },
			handler: (code, id) => ({ code: withoutGarbage(id, code), map: null })
		}
	};
}
