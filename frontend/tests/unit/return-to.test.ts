import { describe, expect, test } from 'vitest';
import { returnTo } from '#lib/utils/return-to.ts';

const HOST = 'evil.example';
/** What some browser, proxy or library reads as nothing, as a blank, as a line end or as a slash. */
const ODD = [
	...Array.from({ length: 0x21 }, (_, code) => code),
	...[0x5c, 0x7f, 0x85, 0xa0, 0xad, 0x1680, 0x180e, 0x2000, 0x200b, 0x200e, 0x2028, 0x2029, 0x202e],
	...[0x202f, 0x205f, 0x2044, 0x2060, 0x2215, 0x3000, 0xd800, 0xfeff, 0xff0f, 0xff3c, 0xfffd]
].map((code) => String.fromCharCode(code));

describe('the way back', () => {
	test.each([
		'/',
		'/people',
		'/people?q=a',
		'/people?q=J%C3%BCrgen%20K.&after=a-b_c',
		'/people?q=http://elsewhere.example//x',
		'/activity?type=SESSION_STARTED&type=USER_CREATED#top',
		'/people/0a0a0a0a-0000-4000-8000-000000000000',
		'/%09/evil.example'
	])('to %s stays', (text) => expect(returnTo(text)).toBe(text));

	test.each([
		null,
		undefined,
		'',
		HOST,
		'people',
		`//${HOST}`,
		`///${HOST}`,
		`/\\${HOST}`,
		`\\\\${HOST}`,
		`/people//${HOST}`,
		`/.//${HOST}`,
		`/..//${HOST}`,
		`/people/../${HOST}`,
		`/%2e%2e//${HOST}`,
		`/%2e/${HOST}`,
		`https://${HOST}`,
		`https:/${HOST}`,
		'javascript:alert(1)',
		'data:text/html,x',
		'/sign-in?next=/x',
		'/sign-out',
		'/x\r\nset-cookie: a=b',
		'/J\u00fcrgen',
		`/${'x'.repeat(2_000)}`
	])('to %j is to the start', (text) => expect(returnTo(text)).toBe('/'));

	test.each(ODD)('with %j anywhere in its path is to the start', (odd) => {
		for (const text of [`/${odd}/${HOST}`, `/${odd}${HOST}`, `${odd}//${HOST}`, `/people${odd}`, `/${odd}x`])
			expect(returnTo(text), JSON.stringify(text)).toBe('/');
	});

	test('is always of the same site, as browsers resolve it', () => {
		const pieces = [
			'/',
			'//',
			'\\',
			'.',
			'..',
			'\t',
			'\n',
			' ',
			'@',
			':',
			'?',
			'#',
			HOST,
			'people',
			'\u2028'
		];
		for (const a of pieces)
			for (const b of pieces)
				for (const c of pieces) {
					const target = new URL(returnTo(`/${a}${b}${c}`), 'https://rollcall.example/sign-in');
					expect(target.host).toBe('rollcall.example');
					expect(target.pathname).not.toContain('//');
				}
	});
});
