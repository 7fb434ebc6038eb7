/** The catalogue, and the small functions that choose from it. */
import { describe, expect, test } from 'vitest';
import type { ProblemCode } from '#lib/graphql/documents.ts';
import { de } from '#lib/messages/de.ts';
import { en } from '#lib/messages/en.ts';
import { negotiate } from '#lib/messages/locale.ts';
import { problemText } from '#lib/utils/problems.ts';
import { returnTo } from '#lib/utils/return-to.ts';

function paths(tree: object, before = ''): string[] {
	return Object.entries(tree).flatMap(([key, value]) =>
		typeof value === 'object' ? paths(value as object, `${before}${key}.`) : [`${before}${key}`]
	);
}

describe('the catalogues', () => {
	test('have the same words', () => expect(paths(de).sort()).toEqual(paths(en).sort()));

	test('leave none empty', () => {
		const texts = (tree: object): unknown[] =>
			Object.values(tree).flatMap((value) => (typeof value === 'object' ? texts(value as object) : [value]));
		for (const text of [...texts(en), ...texts(de)])
			if (typeof text === 'string') expect(text.trim()).not.toBe('');
	});

	test('count in their own way', () => {
		expect([en.users.total(1, true), en.users.total(1234, true)]).toEqual(['1 person', '1,234 people']);
		expect(de.users.total(1234, true)).toContain('1.234');
		expect([en.users.total(1200, false), de.users.total(1200, false)]).toEqual([
			'about 1,200 people',
			'etwa 1.200 Personen'
		]);
	});
});

test.each([
	['de-AT,de;q=0.9,en;q=0.8', 'de'],
	['fr,en;q=0.5,de;q=0.7', 'de'],
	['en-US', 'en'],
	['fr', 'en'],
	['de;q=nonsense', 'de'],
	[null, 'en']
])('from %s comes %s', (header, locale) => expect(negotiate(header)).toBe(locale));

describe('a refusal', () => {
	test('has words for every code', () => {
		const codes: ProblemCode[] = ['EMAIL_TAKEN', 'LAST_ADMIN', 'VERSION_CONFLICT', 'INVALID_CREDENTIALS'];
		for (const code of codes) expect(problemText(en, { code, message: 'x' })).toBe(en.problem[code]);
	});

	test('says how long to wait, and falls back on what the API said', () => {
		expect(problemText(en, { code: 'RATE_LIMITED', message: '', retryAfterSeconds: 1 })).toContain(
			'1 second.'
		);
		expect(problemText(en, { code: 'NEW_ONE', message: 'Said by the API' })).toBe('Said by the API');
		expect(problemText(en, { code: 'NEW_ONE', message: '' })).toBe(en.problem.UNKNOWN);
	});
});

test.each([
	['/people?q=a', '/people?q=a'],
	['//evil.example', '/'],
	['/\\evil.example', '/'],
	['https://evil.example', '/'],
	['javascript:alert(1)', '/'],
	['/sign-in?next=/x', '/'],
	['', '/'],
	[null, '/']
])('back to %s is %s', (text, path) => expect(returnTo(text)).toBe(path));
