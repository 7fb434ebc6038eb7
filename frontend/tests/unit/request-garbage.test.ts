/** What the build replaces in SvelteKit's server so that requests are collected (scripts/request-garbage.js). */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { requestGarbage, withoutGarbage } from '../../scripts/request-garbage.js';
import { TrackedUrl } from '../../scripts/tracked-url.js';

/** SvelteKit's own: its package does not export it, nor its type. */
const { make_trackable } = (await import(
	new URL('../../node_modules/@sveltejs/kit/src/utils/url.js', import.meta.url).href
)) as {
	make_trackable: (url: URL, read: () => void, searched: (name: string) => void) => URL;
};
const KIT = new URL('../../node_modules/@sveltejs/kit/src/', import.meta.url).pathname;
const RESPOND = `${KIT}runtime/server/respond.js`;
const URLS = `${KIT}utils/url.js`;
const sourceOf = (file: string) => readFileSync(file, 'utf8');

describe('the installed SvelteKit', () => {
	test('gets functions without the scope of the request', () => {
		const changed = withoutGarbage(RESPOND, sourceOf(RESPOND));
		expect(changed).toContain('event.cookies.set = e.cookies_set_after_response.bind(');
		expect(changed).toContain('event.setHeaders = e.set_headers_after_response.bind(');
	});

	test('gets the other address', () => {
		const changed = withoutGarbage(URLS, sourceOf(URLS));
		expect(changed).toContain('return new TrackedUrl(url, read, searched, e.url_hash_unavailable)');
		expect(changed.match(/export function make_trackable\(/g)).toHaveLength(1);
	});

	test.each([RESPOND, URLS])('must be as expected, or the build ends (%s)', (file) => {
		expect(() => withoutGarbage(file, 'export const other = 1;')).toThrow('SvelteKit has changed');
	});

	test('keeps its other files, and its client', () => {
		expect(withoutGarbage(`${KIT}utils/other.js`, 'text')).toBe('text');
		const { applyToEnvironment } = requestGarbage();
		const applies = (name: string) => (applyToEnvironment as (of: { name: string }) => boolean)({ name });
		expect([applies('ssr'), applies('client')]).toEqual([true, false]);
	});
});

/** What is noted of one use of an address, and what the use gives. */
function noted(kind: 'own' | 'kit', use: (url: URL) => unknown): [string[], unknown] {
	const notes: string[] = [];
	const url = new URL('https://directory.example/people?search=ada&role=ADMIN&role=AUDITOR');
	const [read, searched] = [() => void notes.push('read'), (name: string) => void notes.push(`?${name}`)];
	const refuse = () => {
		throw new Error('hash');
	};
	const tracked =
		kind === 'own' ? new TrackedUrl(url, read, searched, refuse) : make_trackable(url, read, searched);
	return [notes, use(tracked)];
}

describe('an address', () => {
	test.each<[string, (url: URL) => unknown]>([
		['href', (url) => url.href],
		['pathname', (url) => url.pathname],
		['search', (url) => url.search],
		['origin', (url) => url.origin],
		['host', (url) => url.host],
		['protocol', (url) => url.protocol],
		['text', (url) => String(url)],
		['a template', (url) => `${url}`],
		['JSON', (url) => JSON.stringify({ url })],
		['a copy', (url) => new URL(url).href],
		['one relative to it', (url) => new URL('/x', url).href],
		['its kind', (url) => url instanceof URL],
		['a parameter', (url) => url.searchParams.get('search')],
		['a parameter it has not', (url) => url.searchParams.get('after')],
		['a parameter with several values', (url) => url.searchParams.getAll('role')],
		['whether there is a parameter', (url) => url.searchParams.has('role')],
		['whether it has a value', (url) => url.searchParams.has('role', 'MEMBER')],
		['two parameters', (url) => [url.searchParams.get('search'), url.searchParams.get('role')]],
		['all parameters', (url) => [...url.searchParams]],
		['their names', (url) => [...url.searchParams.keys()]],
		['their text', (url) => url.searchParams.toString()],
		['their number', (url) => url.searchParams.size]
	])("notes the same uses of %s, and gives the same, as SvelteKit's", (_, use) => {
		expect(noted('own', use)).toEqual(noted('kit', use));
	});

	test('has no hash, and is shown as the address it stands for', () => {
		expect(() => noted('own', (url) => url.hash)).toThrow('hash');
		const [notes, shown] = noted('own', (url) => inspect(url));
		expect(shown).toContain('https://directory.example/people');
		expect(notes).toEqual([]);
	});
});
