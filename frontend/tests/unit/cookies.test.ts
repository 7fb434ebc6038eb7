import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
	cookieHeader,
	forget,
	parseSetCookie,
	passOn,
	refreshToken,
	sentCookies
} from '#lib/server/cookies.ts';
import { Jar } from './visit.ts';

test('a Set-Cookie header is read as RFC 6265 has it', () => {
	expect(parseSetCookie('__Host-rollcall=a=b; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax')).toEqual({
		name: '__Host-rollcall',
		value: 'a=b',
		path: '/',
		maxAge: 600,
		secure: true
	});
	expect(parseSetCookie('=nothing')).toBeNull();
	expect(parseSetCookie('')).toBeNull();
});

describe('what goes to the API', () => {
	test('is its own cookies and no others', () => {
		const { cookies } = new Jar({ rollcall: 'a', rollcall_refresh: 'b', theme: 'dark', rollcall_until: '1' });
		expect(cookieHeader(cookies)).toBe('rollcall=a; rollcall_refresh=b');
		expect(refreshToken(cookies)).toBe('b');
	});

	test('under https too', () => {
		const { cookies } = new Jar({ '__Host-rollcall': 'a', '__Host-rollcall_refresh': 'b', xrollcall: 'c' });
		expect(cookieHeader(cookies)).toBe('__Host-rollcall=a; __Host-rollcall_refresh=b');
		expect(refreshToken(cookies)).toBe('b');
	});

	test('is every one of them, two of one name included', () => {
		const cookie = 'rollcall_refresh=planted; theme=dark;rollcall=a ; rollcall_refresh=own; odd';
		expect(sentCookies(new Request('http://localhost/', { headers: { cookie } }))).toBe(
			'rollcall_refresh=planted; rollcall=a; rollcall_refresh=own'
		);
		expect(sentCookies(new Request('http://localhost/'))).toBe('');
	});

	test('of an earlier version is no refresh token, and is passed on so that the API can delete it', () => {
		const { cookies } = new Jar({ '__Host-rollcall': 'a', '__Secure-rollcall_refresh': 'b' });
		expect(refreshToken(cookies)).toBeUndefined();
		expect(cookieHeader(cookies)).toContain('__Secure-rollcall_refresh=b');
	});
});

test('what comes from the API is handed on as it is, out of the script’s reach', () => {
	const jar = new Jar();
	passOn(jar.cookies, [
		'rollcall=a; Path=/; Max-Age=600; HttpOnly',
		'rollcall_refresh=b; Path=/; Max-Age=9000; HttpOnly',
		'tracker=c; Path=/'
	]);
	expect(Object.keys(jar.set)).toEqual(['rollcall', 'rollcall_refresh']);
	expect(jar.set.rollcall_refresh).toMatchObject({ value: 'b', path: '/', httpOnly: true, maxAge: 9000 });
});

test('forgotten is what the API deletes and nothing else, at the paths of the page too', () => {
	const jar = new Jar({ rollcall: 'a', rollcall_refresh: 'b', theme: 'dark' });
	const deletions = [
		'rollcall=; Path=/graphql; Max-Age=0',
		'theme=; Path=/; Max-Age=0',
		'rollcall_refresh=c'
	];
	forget(jar.cookies, deletions, '/people/1');
	expect(jar.deleted.map(({ name, path }) => `${name} ${path}`)).toEqual([
		'rollcall /graphql',
		'rollcall /',
		'rollcall /people',
		'rollcall /people/1',
		'rollcall_until /'
	]);
	expect(cookieHeader(jar.cookies)).toBe('rollcall_refresh=b');
});

describe('of an instance', () => {
	let own: typeof import('#lib/server/cookies.ts');
	beforeAll(async () => {
		vi.stubEnv('COOKIE_INSTANCE', 'two');
		vi.resetModules();
		own = await import('#lib/server/cookies.ts');
	});
	afterAll(() => {
		vi.unstubAllEnvs();
		vi.resetModules();
	});

	test('the cookies have names of their own, in the browser’s script too', () => {
		expect(own.UNTIL_COOKIE).toBe('rollcall_until.two');
		const jar = new Jar();
		own.passOn(jar.cookies, ['__Host-rollcall.two=a; Path=/; Secure', 'rollcall_refresh.one=b; Path=/']);
		expect(Object.keys(jar.set)).toEqual(['__Host-rollcall.two']);
	});

	test('those of another instance are neither sent nor taken for a session', () => {
		const { cookies } = new Jar({ 'rollcall.one': 'a', 'rollcall_refresh.one': 'b', 'rollcall.two': 'c' });
		expect(own.cookieHeader(cookies)).toBe('rollcall.two=c');
		expect(own.refreshToken(cookies)).toBeUndefined();
		expect(own.hasOwnSession('rollcall.one=a; rollcall=b')).toBe(false);
		expect(own.hasOwnSession('rollcall.one=a; rollcall.two=b')).toBe(true);
	});

	test('those of before it had a name are passed on, after its own', () => {
		const before = { rollcall: 'a', rollcall_refresh: 'b' };
		expect(own.refreshToken(new Jar(before).cookies)).toBe('b');
		const { cookies } = new Jar({ ...before, 'rollcall_refresh.two': 'c' });
		expect(own.refreshToken(cookies)).toBe('c');
		expect(own.cookieHeader(cookies)).toContain('rollcall=a');
	});
});
