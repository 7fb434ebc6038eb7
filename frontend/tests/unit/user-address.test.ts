import { describe, expect, test } from 'vitest';
import type { Role } from '#lib/graphql/documents.ts';
import { en } from '#lib/messages/en.ts';
import { formats } from '#lib/utils/format.ts';
import {
	SORTS,
	users,
	usersVariables,
	isFiltered,
	parseUsers,
	sortOf,
	userFilter,
	type SortKey
} from '#lib/utils/user/address.ts';
import { userAddress } from '#lib/utils/user/user-address.ts';
import { boundsAt } from '#lib/utils/moments.ts';
import { filtersFor, userChips, userFilterField } from '#lib/utils/user/filter-words.ts';
import { can } from '#lib/utils/user/rights.ts';

const parse = (text: string) => parseUsers(new URLSearchParams(text));
const BOUNDS = boundsAt({ timeZone: 'UTC', now: Date.parse('2026-11-27T12:00:00Z') });
const variables = (text: string, size?: number) => usersVariables(parse(text), BOUNDS, size);

test('an address and a state are the same thing', () => {
	for (const address of [
		'/people',
		'/people?q=ada&status=DISABLED&role=ADMIN&verified=no&online=yes&sort=name&dir=desc&after=abc',
		'/people?status=ACTIVE,DISABLED&role=MEMBER,AUDITOR&created=last-month&access=no',
		'/people?created=2026-10-01..2026-10-31',
		'/people?created=..2026-10-31',
		'/people?sort=email',
		'/people?dir=asc',
		'/people?q=a%26b%3Dc+d%2B%C3%A9',
		'/people?before=x'
	]) {
		const query = parse(address.split('?')[1] ?? '');
		expect(users.href(query, { after: query.after, before: query.before })).toBe(address);
	}
});

test('what is not understood is left out', () => {
	expect(parse('status=GONE&role=king&online=perhaps&sort=colour&dir=sideways')).toEqual(parse(''));
	expect(parse('status=GONE,ACTIVE,ACTIVE').status).toEqual(['ACTIVE']);
	for (const days of ['yesterday', '2026-02-30..', '0026-10-01..', '..', '1..2'])
		expect(parse(`created=${days}`).created).toBeNull();
	expect(parse(`q=${'x'.repeat(500)}`).search).toHaveLength(200);
	expect(parse('q=++')).toEqual(parse(''));
});

test('another question begins at its first page', () => {
	const query = parse('q=ada&after=abc');
	expect(users.href(query, { role: ['ADMIN'] })).toBe('/people?q=ada&role=ADMIN');
	expect(users.href(query, { before: 'x' })).toBe('/people?q=ada&before=x');
});

test('a page of a user begins with the latest event, or after a position', () => {
	const address = userAddress('ada');
	expect(address.parse(new URLSearchParams('older=a%2Bb')).older).toBe('a+b');
	expect(address.parse(new URLSearchParams('older=')).older).toBeNull();
	expect(address.href({ older: 'a+b' })).toBe('/people/ada?older=a%2Bb');
	expect(address.href({ older: null })).toBe('/people/ada');
});

describe('variables', () => {
	test('forwards and backwards', () => {
		expect(variables('', 50)).toMatchObject({
			first: 50,
			after: null,
			search: null,
			filter: null
		});
		expect(variables('after=a', 50)).toMatchObject({ first: 50, after: 'a' });
		expect(variables('before=b', 50)).toMatchObject({ last: 50, before: 'b' });
	});

	test.each(Object.keys(SORTS) as SortKey[])('sorted by %s', (sort) => {
		const direction = sort === 'name' || sort === 'email' ? 'ASC' : 'DESC';
		expect(variables(`sort=${sort}`).orderBy).toEqual({ field: SORTS[sort], direction });
		expect(variables(`sort=${sort}&dir=asc`).orderBy?.direction).toBe('ASC');
	});

	test('a search is by relevance, unless somebody sorts it, and the directory from the newest', () => {
		const newest = { field: 'CREATED_AT', direction: 'DESC' };
		expect(variables('q=ada').orderBy).toBeNull();
		expect(variables('q=ada&sort=created').orderBy).toEqual(newest);
		expect(variables('').orderBy).toEqual(newest);
		expect(variables('dir=asc').orderBy).toEqual({ ...newest, direction: 'ASC' });
		expect([sortOf(parse('q=ada')), sortOf(parse('')), sortOf(parse('q=ada&sort=name'))]).toEqual([
			null,
			'created',
			'name'
		]);
	});

	test('filters', () => {
		const address =
			'status=DELETED,ACTIVE&role=AUDITOR&online=no&verified=yes&access=no&created=2026-10-01..';
		expect(userFilter(parse(address), BOUNDS)).toEqual({
			status: ['ACTIVE', 'DELETED'],
			role: ['AUDITOR'],
			online: false,
			emailVerified: true,
			canSignIn: false,
			createdAfter: '2026-09-30T23:59:59.999999Z',
			createdBefore: null
		});
		expect([isFiltered(parse('')), isFiltered(parse('sort=name')), isFiltered(parse('online=no'))]).toEqual([
			false,
			false,
			true
		]);
	});
});

describe('a form without script', () => {
	test('has a field for each choice', () => {
		expect(parse('status=ACTIVE&status=DISABLED').status).toEqual(['ACTIVE', 'DISABLED']);
		expect([parse('online=yes').online, parse('online=yes&online=no').online]).toEqual([true, null]);
	});

	test('has two fields for days, which come before a named range', () => {
		const days = 'created=7d&created-from=2026-10-31&created-to=2026-10-01';
		expect(users.href(parse(days))).toBe('/people?created=2026-10-01..2026-10-31');
		expect(users.href(parse('created=7d&created-from=&created-to='))).toBe('/people?created=7d');
		expect(users.href(parse('created=&created-from=&created-to='))).toBe('/people');
	});
});

describe('the filters in force', () => {
	const chips = (text: string) => userChips(en, formats('en', 'Europe/Berlin'), parse(text));

	test('are named with what they let through, each with the address without it', () => {
		expect(chips('status=ACTIVE,DISABLED&access=no&sort=name&after=x')).toEqual([
			{
				name: 'status',
				label: 'Status',
				text: 'Active, Disabled',
				without: '/people?access=no&sort=name'
			},
			{
				name: 'access',
				label: 'Sign-in',
				text: 'Cannot sign in',
				without: '/people?status=ACTIVE,DISABLED&sort=name'
			}
		]);
	});

	test.each([
		['last-month', 'Last month'],
		['2026-10-01..2026-10-31', 'Oct 1, 2026 – Oct 31, 2026'],
		['2026-10-01..2026-10-01', 'Oct 1, 2026'],
		['2026-10-01..', 'since Oct 1, 2026'],
		['..2026-10-31', 'until Oct 31, 2026']
	])('say days as %s', (days, text) => {
		expect(chips(`created=${days}`).map((chip) => chip.text)).toEqual([text]);
	});

	test('and the panel are those that the viewer may use', () => {
		const keys = (role: Role) => filtersFor({ can: (right) => can({ role }, right) });
		expect(keys('MEMBER')).toEqual(['role', 'created', 'online']);
		expect(keys('AUDITOR')).toEqual(['status', 'role', 'created', 'access', 'verified', 'online']);
		const field = userFilterField(en, 'role', parse('role=ADMIN'));
		expect(field.options.filter((one) => one.chosen).map((one) => one.word)).toEqual(['Admin']);
		expect([field.days, field.single]).toEqual([null, false]);
		expect(userFilterField(en, 'created', parse('created=2026-10-01..')).days).toEqual({
			from: '2026-10-01',
			to: ''
		});
	});
});
