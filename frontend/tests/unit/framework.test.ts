/** Where the console touches SvelteKit: how pages are sent, what counts as offline, what links may say. */
import { describe, expect, test } from 'vitest';
import { isOffline } from '#lib/utils/offline.ts';
import { consoleSources } from '../../scripts/import-cycles.js';
import { handle } from '../../src/hooks.server.ts';
import { Jar, visit } from './visit.ts';

type Resolve = Parameters<typeof handle>[0]['resolve'];

const HTML = '<html lang="%rollcall.locale%" data-theme="%rollcall.theme%">page</html>';
const DRESSED = '<html lang="en" data-theme="system">page</html>';

/** A page as SvelteKit answers it: whole with an ETag, or with more to come. */
const resolve =
	(rest: string | null): Resolve =>
	async (_, options) => {
		const html = await options!.transformPageChunk!({ html: HTML, done: true });
		const headers = { 'x-sveltekit-page': 'true', ...(rest === null ? { etag: '"x"' } : {}) };
		return new Response(html + (rest ?? ''), { headers });
	};

describe('a page', () => {
	test('is sent whole, without a hash that nobody can use', async () => {
		const response = await handle({ event: visit(new Jar()), resolve: resolve(null) });
		expect(response.headers.get('etag')).toBeNull();
		expect(response.headers.get('content-length')).toBe(String(DRESSED.length));
		expect(await response.text()).toBe(DRESSED);
	});

	test.each([true, false])('is handed to the front door as text, if it takes it (%s)', async (takes) => {
		let given: readonly string[] = [];
		const take = (page: readonly string[]) => ((given = page), takes);
		const platform = { req: { [Symbol.for('rollcall.page')]: take } };
		const response = await handle({ event: { ...visit(new Jar()), platform }, resolve: resolve(null) });
		expect(given.join('')).toBe(DRESSED);
		expect(await response.text()).toBe(takes ? '' : DRESSED);
		expect(response.headers.get('etag')).toBeNull();
	});

	test('whose data is still to come is sent first, and what comes after it', async () => {
		const response = await handle({ event: visit(new Jar()), resolve: resolve('<script>1</script>') });
		expect(response.status).toBe(200);
		expect(response.headers.get('content-length')).toBeNull();
		expect(await response.text()).toBe(`${DRESSED}<script>1</script>`);
	});
});

test.each([
	['Chromium', 'Failed to fetch'],
	['Firefox', 'NetworkError when attempting to fetch resource.'],
	['Safari', 'Load failed'],
	['Safari', 'The network connection was lost.'],
	['Safari', 'The Internet connection appears to be offline.'],
	['Safari', 'Could not connect to the server.'],
	['Safari', 'The request timed out.'],
	['Safari', 'A server with the specified hostname could not be found.'],
	['Chromium, while an answer came', 'network error'],
	['Firefox, while an answer came', 'Error in input stream'],
	['Safari', 'Importing a module script failed.'],
	['Chromium', 'Failed to fetch dynamically imported module: /x.js'],
	['Firefox', 'error loading dynamically imported module: /x.js']
])('%s is offline when it says "%s"', (_, message) => {
	expect(isOffline(new TypeError(message), true)).toBe(true);
	expect(isOffline(new Error(message), true)).toBe(false);
});

test('a fault of the page itself is none of the network', () =>
	expect(isOffline(new TypeError("Cannot read properties of undefined (reading 'x')"), true)).toBe(false));

test('Safari says it in the language of its system: without a network it is the network', () => {
	const german = new TypeError('Die Netzwerkverbindung wurde unterbrochen.');
	expect([isOffline(german, false), isOffline(new Error('x'), false)]).toEqual([true, false]);
});

test('links say what SvelteKit understands', () => {
	const wrong = Object.entries(consoleSources()).flatMap(([file, source]) =>
		[...source.matchAll(/data-sveltekit-(reset|reload|replacestate)="(.*?)"/g)]
			.filter(([, , value]) => value !== 'true' && value !== 'false')
			.map(([all]) => `${file}: ${all}`)
	);
	expect(wrong).toEqual([]);
});
