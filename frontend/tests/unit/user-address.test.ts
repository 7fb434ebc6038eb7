import { describe, expect, test } from 'vitest';
import {
	SORTS,
	users,
	usersVariables,
	isFiltered,
	parseUsers,
	sortOf,
	userAddress,
	userFilter,
	type SortKey
} from '#lib/utils/user/address.ts';

const parse = (text: string) => parseUsers(new URLSearchParams(text));

test('an address and a state are the same thing', () => {
	for (const address of [
		'/people',
		'/people?q=ada&status=DISABLED&role=ADMIN&online=yes&verified=no&sort=name&dir=desc&after=abc',
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
	expect(parse(`q=${'x'.repeat(500)}`).search).toHaveLength(200);
	expect(parse('q=++')).toEqual(parse(''));
});

test('another question begins at its first page', () => {
	const query = parse('q=ada&after=abc');
	expect(users.href(query, { role: 'ADMIN' })).toBe('/people?q=ada&role=ADMIN');
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
		expect(usersVariables(parse(''), 50)).toMatchObject({
			first: 50,
			after: null,
			search: null,
			filter: null
		});
		expect(usersVariables(parse('after=a'), 50)).toMatchObject({ first: 50, after: 'a' });
		expect(usersVariables(parse('before=b'), 50)).toMatchObject({ last: 50, before: 'b' });
	});

	test.each(Object.keys(SORTS) as SortKey[])('sorted by %s', (sort) => {
		const direction = sort === 'name' || sort === 'email' ? 'ASC' : 'DESC';
		expect(usersVariables(parse(`sort=${sort}`)).orderBy).toEqual({ field: SORTS[sort], direction });
		expect(usersVariables(parse(`sort=${sort}&dir=asc`)).orderBy?.direction).toBe('ASC');
	});

	test('a search is by relevance, unless somebody sorts it, and the directory from the newest', () => {
		const newest = { field: 'CREATED_AT', direction: 'DESC' };
		expect(usersVariables(parse('q=ada')).orderBy).toBeNull();
		expect(usersVariables(parse('q=ada&sort=created')).orderBy).toEqual(newest);
		expect(usersVariables(parse('')).orderBy).toEqual(newest);
		expect(usersVariables(parse('dir=asc')).orderBy).toEqual({ ...newest, direction: 'ASC' });
		expect([sortOf(parse('q=ada')), sortOf(parse('')), sortOf(parse('q=ada&sort=name'))]).toEqual([
			null,
			'created',
			'name'
		]);
	});

	test('filters', () => {
		expect(userFilter(parse('status=DELETED&role=AUDITOR&online=no&verified=yes'))).toEqual({
			status: ['DELETED'],
			role: ['AUDITOR'],
			online: false,
			emailVerified: true
		});
		expect([isFiltered(parse('')), isFiltered(parse('sort=name')), isFiltered(parse('online=no'))]).toEqual([
			false,
			false,
			true
		]);
	});
});
