/** The parts of an address: what they understand, and what they leave out. */
import { describe, expect, test } from 'vitest';
import { en } from '#lib/messages/en.ts';
import type { Pages } from '#lib/graphql/documents.ts';
import { Address, flag, id, oneOf, oneOfOr, text, windowOf } from '#lib/utils/address.ts';
import { pageLinks, rangeOf } from '#lib/utils/pages.ts';
import { signIn, signUp } from '#lib/utils/entry-address.ts';
import { FILTER_KEYS, parseUsers, sortedBy, unfiltered, userFilter, users } from '#lib/utils/user/address.ts';
import { boundsAt } from '#lib/utils/moments.ts';
import { userFilterField } from '#lib/utils/user/filter-words.ts';

const page = new Address('/page', {
	words: text('q', 5),
	kind: oneOf('kind', ['A', 'B']),
	order: oneOfOr('order', ['old', 'new'], 'new'),
	on: flag('on'),
	about: id('about')
});
const parse = (search: string) => page.parse(new URLSearchParams(search));
const UUID = '0192f0c4-0000-7000-8000-00000000000a';

test.each([
	'',
	'?q=a+b',
	'?kind=B',
	'?order=old',
	'?on=no',
	`?about=${UUID}`,
	'?q=x&on=yes&after=c',
	'?before=c'
])('"%s" is read and written alike', (search) => {
	const query = parse(search);
	const { after, before } = query;
	expect(page.href(query, { after, before })).toBe(`/page${search}`);
});

test('what a query does not say is the default', () => {
	expect(page.href({})).toBe('/page');
	expect(page.href({ on: false, order: 'old' })).toBe('/page?order=old&on=no');
	expect([page.name('words'), page.name('about')]).toEqual(['q', 'about']);
});

test('the pages before sign-in lead back to this site alone', () => {
	const parse = (search: string) => signIn.parse(new URLSearchParams(search));
	expect(parse('next=/people%3Fq%3Da&reason=token_expired')).toMatchObject({
		next: '/people?q=a',
		reason: 'token_expired'
	});
	expect(parse('next=//evil.example').next).toBe('/');
	expect(signIn.href({ next: '/people?q=a', reason: 'role_changed' })).toBe(
		'/sign-in?next=%2Fpeople%3Fq%3Da&reason=role_changed'
	);
	expect([signIn.href({ next: '/', reason: '' }), signUp.href({ next: '/people' })]).toEqual([
		'/sign-in',
		'/sign-up?next=%2Fpeople'
	]);
});

test('what is not understood, and what goes without saying, is left out', () => {
	expect(parse('kind=C&order=odd&on=perhaps&about=me')).toEqual(parse(''));
	expect(page.search(parse('order=new&q=+++'))).toBe('');
	expect(parse('q=123456789').words).toBe('12345');
	expect(parse(`about=${UUID.toUpperCase()}`).about).toBe(UUID);
});

test('a change goes back to the beginning, a position stays in its list', () => {
	const query = parse('kind=A&after=c');
	expect(page.href(query, { kind: 'B' })).toBe('/page?kind=B');
	expect(page.href(query, { before: 'd' })).toBe('/page?kind=A&before=d');
	expect([windowOf(query, 7), windowOf(parse('before=d'), 7)]).toEqual([
		{ first: 7, after: 'c' },
		{ last: 7, before: 'd' }
	]);
});

test('every filter of the directory has its words, its place in the address and what it asks', () => {
	const at = boundsAt({ timeZone: 'UTC', now: 0 });
	for (const key of FILTER_KEYS) {
		expect(en.users.filter[key]).not.toBe('');
		for (const { value, word } of userFilterField(en, key, parseUsers(new URLSearchParams())).options) {
			const query = parseUsers(new URLSearchParams(`${key}=${value}`));
			const chosen = userFilterField(en, key, query).options.filter((one) => one.chosen);
			expect([chosen.map((one) => one.value), word]).toEqual([[value], expect.stringMatching(/\w/)]);
			expect(userFilter(query, at)).not.toEqual({});
			expect(users.href(query)).toBe(`/people?${key}=${value}`);
			expect(userFilter({ ...query, ...unfiltered() }, at)).toBeNull();
		}
	}
});

test('a column is sorted its own way first, then the other', () => {
	expect([sortedBy('name'), sortedBy('name', true), sortedBy('seen'), sortedBy('seen', false)]).toEqual([
		{ sort: 'name', direction: null },
		{ sort: 'name', direction: 'desc' },
		{ sort: 'seen', direction: null },
		{ sort: 'seen', direction: 'asc' }
	]);
});

test('the pages beside one keep what is asked for, and are none where the API has no position for them', () => {
	const list = new Address('/list', { search: text('q') });
	const none = { hasNextPage: false, hasPreviousPage: false, startCursor: 'a', endCursor: 'b' };
	const query = list.parse(new URLSearchParams('q=x'));
	expect(pageLinks(list, query, none)).toEqual({ first: null, previous: null, next: null });
	const middle = { ...none, hasNextPage: true, hasPreviousPage: true };
	expect(pageLinks(list, { ...query, after: '0' }, middle)).toEqual({
		first: '/list?q=x',
		previous: '/list?q=x&before=a',
		next: '/list?q=x&after=b'
	});
	expect(pageLinks(list, query, { ...middle, startCursor: null, endCursor: null }).next).toBeNull();
});

describe('which rows a page has', () => {
	const list = new Address('/list', {});
	const parse = (search: string) => list.parse(new URLSearchParams(search));
	const info = (previous: boolean, next: boolean) => ({
		hasPreviousPage: previous,
		hasNextPage: next,
		startCursor: 'a',
		endCursor: 'b'
	});
	const about = { value: 12_000, exact: false };
	const links = (search: string, pages: Pages) =>
		pageLinks(list, parse(search), pages, { size: 50, count: 50 });

	test('is counted by the links from page to page', () => {
		expect(links('', info(false, true)).next).toBe('/list?after=b&at=50');
		expect(links('after=b&at=50', info(true, true))).toMatchObject({
			previous: '/list?before=a',
			next: '/list?after=b&at=100'
		});
		expect(links('after=b&at=100', info(true, true)).previous).toBe('/list?before=a&at=50');
		expect(links('after=b', info(true, true)).next, 'nobody counted').toBe('/list?after=b');
	});

	test('is said of the first page, of one that was counted, and of the last of a known number', () => {
		const range = (search: string, pages: Pages, total = about, count = 50) =>
			rangeOf(parse(search), pages, count, total);
		expect(range('', info(false, true))).toEqual({ from: 1, to: 50 });
		expect(range('after=b&at=50', info(true, true))).toEqual({ from: 51, to: 100 });
		expect(range('before=b&at=50', info(false, true)), 'nobody is before it').toEqual({ from: 1, to: 50 });
		expect(range('after=b', info(true, true))).toBeNull();
		expect(range('after=b&at=5', info(true, false), { value: 120, exact: true }, 20)).toEqual({
			from: 101,
			to: 120
		});
		expect(range('', info(false, false), { value: 3, exact: true }, 3), 'there is but one').toBeNull();
	});

	test('is no part of an address that asks anew, or that is no number', () => {
		expect(list.href(parse('after=b&at=50'))).toBe('/list');
		for (const at of ['-1', 'x', '0', '1e3', '9999999999']) expect(parse(`at=${at}`).at).toBeNull();
	});
});
